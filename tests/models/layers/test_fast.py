# SPDX-License-Identifier: Apache-2.0
import threading

import pytest
import torch

from mmmetaformer.models.layers import StarReLU, fast_paths, is_fast


def test_on_at_first_and_back_after():
    assert is_fast()
    with fast_paths(False):
        assert not is_fast()
        with fast_paths(True):
            assert is_fast()
        assert not is_fast()
    with pytest.raises(ZeroDivisionError), fast_paths(False):
        raise ZeroDivisionError
    assert is_fast()


def test_belongs_to_the_thread():
    seen = []
    with fast_paths(False):
        thread = threading.Thread(target=lambda: seen.append(is_fast()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_traced_graphs_are_plain():
    graph = torch.jit.trace(StarReLU(), torch.randn(2, 3)).graph
    assert 'PythonOp' not in str(graph)
    assert 'aten::square' in str(graph)
