# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys

import pytest

triton = pytest.importorskip('triton')

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
    # The variable must be there before Triton is imported.
    done = subprocess.run(
        [sys.executable, '-c', INTERPRETED],
        env={**os.environ, 'TRITON_INTERPRET': '1'},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == 'equal', done.stderr


@pytest.mark.parametrize('precision', ['fp32', 'bf16', 'fp16'])
@pytest.mark.parametrize('capability', [80, 90])
def test_compiles_for_gpus_without_having_one(precision, capability):
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    from mmmetaformer.models.layers.efficient.star_relu import in_triton

    if not isinstance(in_triton._forward, triton.JITFunction):
        pytest.skip('Triton interprets')
    large, small = f'*{precision}', '*fp32'
    for kernel, kinds in (
        (in_triton._forward, [large, small, small, large]),
        (in_triton._backward, [large, small, large, large, small, small]),
    ):
        names = kernel.arg_names
        signature = dict(zip(names, [*kinds, 'i32', 'constexpr'], strict=True))
        source = ASTSource(
            kernel, signature, constexprs={(len(names) - 1,): in_triton.BLOCK}
        )
        assembly = triton.compile(source, target=GPUTarget('cuda', capability, 32)).asm
        assert 'ld.global' in assembly['ptx']
        assert assembly['cubin']
