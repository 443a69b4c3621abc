# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmcv.ops import PSAMask

SIZES = [((3, 4), (5, 7)), ((4, 3), (3, 1)), ((2, 2), (2, 4)), ((2, 3), (9, 11))]


def random_masks(size, mask, images=2):
    generator = torch.Generator().manual_seed(0)
    shape = (images, mask[0] * mask[1], *size)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def reference(masks, kind, size, mask):
    """Compute the op by its definition, pair by pair."""
    (height, width), (rows, columns) = size, mask
    output = masks.new_zeros(len(masks), height * width, height, width)
    for y in range(height):
        for x in range(width):
            for k in range(rows * columns):
                row = y + k // columns - (rows - 1) // 2
                column = x + k % columns - (columns - 1) // 2
                if 0 <= row < height and 0 <= column < width:
                    value = masks[:, k, y, x]
                    if kind == 'collect':
                        output[:, row * width + column, y, x] = value
                    else:
                        output[:, y * width + x, row, column] = value
    return output


@pytest.mark.parametrize('kind', ['collect', 'distribute'])
@pytest.mark.parametrize(('size', 'mask'), SIZES)
def test_follows_the_definition(device, kind, size, mask):
    masks = random_masks(size, mask).requires_grad_()
    output = PSAMask(kind, mask)(masks.to(device)).cpu()
    expected = reference(masks, kind, size, mask)
    assert torch.equal(output, expected)
    assert output.any()
    direction = torch.randn_like(output)
    gradient, wanted = (
        torch.autograd.grad(value, masks, direction)[0] for value in (output, expected)
    )
    assert torch.equal(gradient, wanted)


@pytest.mark.parametrize('kind', ['collect', 'distribute'])
def test_gradcheck(kind):
    masks = random_masks(*SIZES[2], images=1).requires_grad_()
    assert torch.autograd.gradcheck(PSAMask(kind, SIZES[2][1]), masks)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_copies(dtype):
    masks = random_masks(*SIZES[0]).to(dtype).requires_grad_()
    output = PSAMask('collect', SIZES[0][1])(masks)
    assert torch.equal(output, reference(masks, 'collect', *SIZES[0]))
    output.sum().backward()
    assert masks.grad.dtype == dtype


def test_no_images():
    masks = random_masks(*SIZES[0], images=0).requires_grad_()
    output = PSAMask('collect', SIZES[0][1])(masks)
    assert output.shape == (0, 12, 3, 4)
    output.sum().backward()
