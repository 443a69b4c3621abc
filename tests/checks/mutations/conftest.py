# SPDX-License-Identifier: Apache-2.0
import pytest


@pytest.fixture
def empty_folder(tmp_path, monkeypatch):
    """An empty folder; what the checks remember is beside it."""
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    folder = tmp_path / 'run'
    folder.mkdir()
    return folder
