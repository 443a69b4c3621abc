# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmcv.ops import modulated_deform_conv2d


@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize('groups', [1, 2])
def test_as_many_values_are_read_as_the_output_has_positions(groups, layout):
    """As DyHead convolves a smaller level."""
    generator = torch.Generator().manual_seed(0)

    def draw(*sizes):
        tensor = torch.randn(*sizes, generator=generator, dtype=torch.float64)
        return tensor.requires_grad_()

    x, weight = draw(2, 4, 3, 5), draw(6, 4, 3, 3)
    values = draw(2, 27 * groups, 6, 10)
    laid = values.contiguous(memory_format=layout)
    offset, mask = laid[:, : 18 * groups], laid[:, 18 * groups :].sigmoid()
    options = (1, 1, 1, 1, groups)
    output = modulated_deform_conv2d(x, offset, mask, weight, None, *options)
    # In the order of rows, within each image.
    read = [
        part.flatten(1)[:, : part.shape[1] * 15].reshape(2, -1, 3, 5)
        for part in (offset, mask)
    ]
    expected = modulated_deform_conv2d(x, *read, weight, None, *options)
    torch.testing.assert_close(output, expected)
    gradients, wanted = (
        torch.autograd.grad(each.square().sum(), (x, values, weight), retain_graph=True)
        for each in (output, expected)
    )
    for gradient, exactly in zip(gradients, wanted, strict=True):
        torch.testing.assert_close(gradient, exactly)


def test_too_few_values_are_refused():
    x, weight = torch.rand(1, 4, 6, 6), torch.rand(2, 4, 3, 3)
    offset, mask = torch.zeros(1, 18, 3, 3), torch.ones(1, 9, 3, 3)
    with pytest.raises(RuntimeError, match='offset output dims'):
        modulated_deform_conv2d(x, offset, mask, weight, None, 1, 1)
