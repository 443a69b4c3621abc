# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
import torch

from mmmetaformer import compat

compat.install()

ROOT = Path(__file__).parents[1]
# The folders with the longest files, the longest first: so no process waits for another
# one at the end.
LONGEST = ('tools', 'configs', 'checks', 'benchmark')


def pytest_collection_modifyitems(items):
    def place(item):
        folder = item.path.relative_to(ROOT / 'tests').parts[0]
        return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)

    items.sort(key=place)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.fixture(autouse=True, scope='session')
def _own_cache(tmp_path_factory):
    """Let the checks remember in a folder of the tests, not in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('XDG_CACHE_HOME', str(tmp_path_factory.mktemp('cache')))
        yield


@pytest.fixture(scope='session')
def root():
    """The folder of the repository."""
    return ROOT
