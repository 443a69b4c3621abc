# SPDX-License-Identifier: Apache-2.0
import threading

import pytest
import torch

from mmmetaformer.models.layers import StarReLU, reference_kernels
from mmmetaformer.models.layers.efficient import use_kernels


def test_used_by_default_and_again_afterwards():
    assert use_kernels()
    with reference_kernels():
        assert not use_kernels()
        with reference_kernels():
            assert not use_kernels()
        assert not use_kernels()
    assert use_kernels()
    with pytest.raises(ZeroDivisionError), reference_kernels():
        raise ZeroDivisionError
    assert use_kernels()


def test_the_switch_holds_for_all_threads():
    # Activation checkpointing may run a block again in another thread.
    seen = []
    with reference_kernels():
        thread = threading.Thread(target=lambda: seen.append(use_kernels()))
        thread.start()
        thread.join()
    assert seen == [False]


def test_traced_graphs_are_plain():
    graph = torch.jit.trace(StarReLU(), torch.randn(2, 3)).graph
    assert 'PythonOp' not in str(graph)
    assert 'aten::square' in str(graph)
