# SPDX-License-Identifier: Apache-2.0
import pytest
from triton_kernels import check_compiles, interpret

pytest.importorskip('triton')

INTERPRETED = """
import itertools
import torch
import torch.nn.functional as F
from mmmetaformer.models.layers.efficient import layer_norm
from mmmetaformer.models.layers.efficient.layer_norm import in_triton

in_triton.FORWARD, in_triton.BACKWARD = 64, 32
lasts = torch.contiguous_format, torch.channels_last
shapes = (2, 24, 5, 3), (1, 100, 3, 1), (3, 8, 1, 1), (0, 8, 4, 4), (2, 1, 3, 3)
kinds = torch.float32, torch.bfloat16, torch.float16
for shape, has_bias, kind, last in itertools.product(shapes, (0, 1), kinds, lasts):
    x = (3 * torch.randn(shape) + 7).to(kind).contiguous(memory_format=last)
    weight, bias = torch.randn(2, shape[1])
    inputs = [x, weight, bias][: 2 + has_bias]
    ours = [t.clone().requires_grad_() for t in inputs]
    exact = [t.double().requires_grad_() for t in inputs]
    none = [None][has_bias:]
    out = layer_norm(*ours, *none, 1e-6, torch.float32)
    last = exact[0].permute(0, 2, 3, 1)
    theirs = F.layer_norm(last, exact[1].shape, *exact[1:], *none, 1e-6)
    theirs = theirs.permute(0, 3, 1, 2)
    grad = torch.randn(shape)
    out.backward(grad)
    theirs.backward(grad.double())
    assert out.dtype == torch.float32 and ours[0].grad.dtype == kind
    assert out.is_contiguous(memory_format=torch.channels_last)
    same = dict(rtol=1e-4, atol=1e-5, check_dtype=False)
    torch.testing.assert_close(out, theirs, **same)
    for a, b in zip(ours[1:], exact[1:], strict=True):
        torch.testing.assert_close(a.grad, b.grad, **same)
    same['rtol'] += 2 * torch.finfo(kind).eps
    torch.testing.assert_close(ours[0].grad, exact[0].grad, **same)
half = layer_norm(x.float(), weight, None, 1e-6, torch.bfloat16)
assert half.dtype == torch.bfloat16
print('equal')
"""


def test_the_interpreter_gives_the_same_as_torch():
    assert interpret(INTERPRETED) == 'equal'


@pytest.mark.parametrize('precision', ['fp32', 'bf16', 'fp16'])
@pytest.mark.parametrize('capability', [80, 90])
def test_compiles_for_gpus_without_having_one(precision, capability):
    from mmmetaformer.models.layers.efficient.layer_norm import in_triton

    large, small = f'*{precision}', '*fp32'
    sizes = ['i32', 'i32', 'fp32']
    kinds = [large, small, small, large, *sizes]
    check_compiles(in_triton._forward, kinds, (True, 64, 64), capability)
    kinds = [large, small, large, large, small, small, *sizes]
    check_compiles(in_triton._backward, kinds, (in_triton.STEPS, 16, 64), capability)
