# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
import torch.nn.functional as F
import torchvision
from deform_conv_reference import reference
from mmcv.ops import DeformConv2d, deform_conv2d, modulated_deform_conv2d

# stride, padding, dilation, groups, deformable groups
SHAPES = [(1, 1, 1, 1, 1), (2, (2, 1), (1, 2), 2, 2), (1, 0, 1, 4, 1)]


def random_inputs(shape, zero, dtype=torch.float64, size=(5, 6)):
    """Return input, offset, mask, weight and bias of a 3 x 3 kernel."""
    stride, padding, dilation, groups, split = shape
    generator = torch.Generator().manual_seed(0)

    def draw(*sizes):
        return torch.randn(*sizes, generator=generator, dtype=torch.float64)

    x, weight = draw(2, 4, *size), draw(8, 4 // groups, 3, 3)
    height, width = F.conv2d(x, weight, None, stride, padding, dilation, groups).shape[
        2:
    ]
    offset = draw(2, 18 * split, height, width) * (0 if zero else 1.5)
    mask = draw(2, 9 * split, height, width).sigmoid()
    tensors = (x, offset, mask, weight, draw(8))
    return [tensor.to(dtype).requires_grad_() for tensor in tensors]


def compare(output, expected, inputs, exact, close):
    torch.testing.assert_close(output.double(), expected, **close)
    direction = torch.randn_like(expected).to(output.dtype)
    gradients = torch.autograd.grad(output, inputs, direction)
    wanted = torch.autograd.grad(expected, exact, direction.double())
    for gradient, exactly in zip(gradients, wanted, strict=True):
        assert gradient.dtype == output.dtype
        torch.testing.assert_close(gradient.double(), exactly, **close)


@pytest.mark.parametrize('zero', [False, True])
@pytest.mark.parametrize('shape', SHAPES)
@pytest.mark.parametrize('modulated', [False, True])
def test_follows_the_definition(device, modulated, shape, zero):
    x, offset, mask, weight, bias = random_inputs(shape, zero)
    if modulated:
        inputs = [x, offset, mask, weight, bias]
        output = modulated_deform_conv2d(*(t.to(device) for t in inputs), *shape)
    else:
        mask = bias = None
        inputs = [x, offset, weight]
        output = deform_conv2d(*(t.to(device) for t in inputs), *shape)
    output = output.cpu()
    expected = reference(x, offset, mask, weight, bias, *shape)
    compare(output, expected, inputs, inputs, {'rtol': 1e-10, 'atol': 1e-10})


def test_without_offsets_it_is_a_convolution():
    x, offset, _, weight, _ = random_inputs(SHAPES[1], True)
    output = deform_conv2d(x, offset, weight, *SHAPES[1])
    torch.testing.assert_close(output, F.conv2d(x, weight, None, *SHAPES[1][:4]))


@pytest.mark.parametrize('modulated', [False, True])
def test_gradcheck(modulated):
    shape = (1, 1, 1, 2, 2)
    x, offset, mask, weight, bias = random_inputs(shape, False, size=(2, 3))
    if modulated:
        inputs = (x, offset, mask, weight, bias)
        assert torch.autograd.gradcheck(
            lambda *tensors: modulated_deform_conv2d(*tensors, *shape), inputs
        )
    else:
        assert torch.autograd.gradcheck(
            lambda *tensors: deform_conv2d(*tensors, *shape), (x, offset, weight)
        )


def test_gradient_before_the_map_is_mmcvs_and_not_torchvisions():
    x, offset, mask, weight, bias = random_inputs(SHAPES[0], True)
    modulated_deform_conv2d(x, offset, mask, weight, bias, *SHAPES[0]).sum().backward()
    # The first row of the first tap samples at y = -1.
    assert not offset.grad[:, 0, 0].any()
    assert offset.grad[:, 2 * 4, 0].all()  # the tap in the middle: y = 0
    mine, offset.grad = offset.grad, None
    theirs = torchvision.ops.deform_conv2d(x, offset, weight, bias, 1, 1, 1, mask)
    theirs.sum().backward()
    # Once it is 0 here too, `_zero_before_the_map` can go.
    assert offset.grad[:, 0, 0, 1:].all()
    rows = slice(2, None)
    torch.testing.assert_close(offset.grad[..., rows, rows], mine[..., rows, rows])


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float32])
@pytest.mark.parametrize('modulated', [False, True])
def test_lower_precision_rounds_once(modulated, dtype):
    shape = SHAPES[1]
    inputs = random_inputs(shape, False, dtype)
    exact = [tensor.detach().double().requires_grad_() for tensor in inputs]
    op = modulated_deform_conv2d
    if not modulated:
        op = deform_conv2d
        inputs, exact = ([t[0], t[1], t[3]] for t in (inputs, exact))
    close = {'rtol': torch.finfo(dtype).eps, 'atol': 2e-5}
    compare(op(*inputs, *shape), op(*exact, *shape), inputs, exact, close)


def test_weight_alone_and_a_second_backward_pass():
    x, offset, _, weight, _ = random_inputs(SHAPES[0], False)
    output = deform_conv2d(x, offset, weight, *SHAPES[0])
    both = torch.autograd.grad(output.sum(), (x, weight), retain_graph=True)
    again = torch.autograd.grad(2 * output.sum(), (x, weight))
    torch.testing.assert_close(again[1], 2 * both[1])
    frozen = deform_conv2d(x.detach(), offset.detach(), weight, *SHAPES[0])
    alone = torch.autograd.grad(frozen.sum(), weight)[0]
    torch.testing.assert_close(alone, both[1])


def test_layer_under_autocast_and_an_input_smaller_than_the_kernel():
    layer, x = DeformConv2d(3, 5, 3, padding=1), torch.rand(1, 3, 2, 2)
    with torch.autocast('cpu', torch.bfloat16):
        output = layer(x, torch.zeros(1, 18, 2, 2))
    expected = F.conv2d(x, layer.weight, padding=1)
    torch.testing.assert_close(output.float(), expected, rtol=0.02, atol=0.02)


def test_mmcv_itself_refuses_an_empty_batch():
    x, offset, mask, weight, bias = random_inputs(SHAPES[0], False)
    with pytest.raises(ValueError, match='output would be 0x8x5x6'):
        modulated_deform_conv2d(x[:0], offset[:0], mask[:0], weight, bias, *SHAPES[0])
