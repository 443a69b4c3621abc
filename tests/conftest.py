# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
import torch

from mmmetaformer import compat

compat.install()

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.fixture(scope='session')
def root():
    """The folder of the repository."""
    return ROOT
