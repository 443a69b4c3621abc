# SPDX-License-Identifier: Apache-2.0
import pytest
from triton_kernels import check_compiles, interpret

pytest.importorskip('triton')

INTERPRETED = """
import torch
from mmmetaformer.models.layers.efficient.star_relu import in_triton, step_by_step

scale, bias = torch.tensor([0.7]), torch.tensor([-0.3])
for dtype in (torch.float32, torch.bfloat16, torch.float16):
    for shape in ((2, 8, 33, 21), (4097,), (1,), (0,)):
        x, grad = torch.randn(2, *shape).to(dtype)
        alike = [grad]
        if len(shape) == 4:
            x = x.contiguous(memory_format=torch.channels_last)
            alike = [grad, grad.contiguous(memory_format=torch.channels_last)]
        exact = dict(rtol=1.01 * torch.finfo(dtype).eps, atol=1e-6)
        there = torch.empty_like(x)
        step_by_step.forward(x.float(), scale, bias, there)
        for out in (torch.empty_like(x), x.clone(), torch.empty(shape, dtype=dtype)):
            source = out if out.stride() == x.stride() and out.equal(x) else x
            in_triton.forward(source, scale, bias, out)
            torch.testing.assert_close(out, there, **exact)
        for grad in alike:
            ours = in_triton.backward(x, scale, grad)
            theirs = step_by_step.backward(x.float(), scale, grad.float())
            torch.testing.assert_close(ours[0], theirs[0].to(dtype), **exact)
            torch.testing.assert_close(ours[1:], theirs[1:], rtol=1e-4, atol=1e-4)
print('equal')
"""


def test_the_interpreter_gives_the_same_as_torch():
    assert interpret(INTERPRETED) == 'equal'


@pytest.mark.parametrize('precision', ['fp32', 'bf16', 'fp16'])
@pytest.mark.parametrize('capability', [80, 90])
def test_compiles_for_gpus_without_having_one(precision, capability):
    from mmmetaformer.models.layers.efficient.star_relu import in_triton

    large, small = f'*{precision}', '*fp32'
    block = (in_triton.BLOCK,)
    kinds = [large, small, small, large, 'i32']
    check_compiles(in_triton._forward, kinds, block, capability)
    kinds = [large, small, large, large, small, small, 'i32']
    check_compiles(in_triton._backward, kinds, block, capability)
