# SPDX-License-Identifier: Apache-2.0
import pytest
from tiny_work_dirs import SMALL, write_work_dir


@pytest.fixture(scope='session')
def work_dirs(root, tmp_path_factory):
    """A work dir of a segmentor and one of a detector, by method."""
    return {
        method: write_work_dir(root, tmp_path_factory.mktemp(method), method)
        for method in SMALL
    }
