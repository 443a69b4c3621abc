# SPDX-License-Identifier: Apache-2.0
"""Run and compile Triton's kernels without a GPU."""

import os
import subprocess
import sys

import pytest


def interpret(script):
    """Return what a script prints if Triton interprets its kernels."""
    # The variable must be there before Triton is imported.
    done = subprocess.run(
        [sys.executable, '-c', script],
        env={**os.environ, 'TRITON_INTERPRET': '1'},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def check_compiles(kernel, kinds, constants, capability):
    """Compile a kernel for GPUs of a capability such as 90.

    Args:
        kernel: The kernel.
        kinds: Triton's types of its arguments.
        constants: Values of the arguments after those.
        capability: Of the GPU.
    """
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    if not isinstance(kernel, triton.JITFunction):
        pytest.skip('Triton interprets')
    types = [*kinds, *['constexpr'] * len(constants)]
    source = ASTSource(
        kernel,
        dict(zip(kernel.arg_names, types, strict=True)),
        constexprs=dict(zip(kernel.arg_names[len(kinds) :], constants, strict=True)),
    )
    assembly = triton.compile(source, target=GPUTarget('cuda', capability, 32)).asm
    assert 'ld.global' in assembly['ptx']
    assert assembly['cubin']
