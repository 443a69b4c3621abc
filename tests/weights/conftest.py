# SPDX-License-Identifier: Apache-2.0
import pytest
import torch


@pytest.fixture
def save(tmp_path):
    def write(content, name='weights.pth'):
        torch.save(content, tmp_path / name)
        return str(tmp_path / name)

    return write
