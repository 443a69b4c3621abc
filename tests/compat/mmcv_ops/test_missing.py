# SPDX-License-Identifier: Apache-2.0
"""What the error of an op without a stand-in says to install."""

from importlib import metadata

import pytest

from mmmetaformer.compat.mmcv_ops.missing import needs_compiled_mmcv


@pytest.mark.parametrize(
    ('forks', 'command', 'other'),
    [
        ({}, 'mim install "mmcv>=2.0.0,<2.2.0"', 'onedl'),
        ({'onedl-mmcv': '2.3.6'}, '--no-binary onedl-mmcv onedl-mmcv==2.3.6', 'mim'),
    ],
)
def test_the_command_fits_what_is_installed(monkeypatch, forks, command, other):
    def version(name):
        if name not in forks:
            raise metadata.PackageNotFoundError(name)
        return forks[name]

    monkeypatch.setattr(metadata, 'version', version)
    message = str(needs_compiled_mmcv('`mmcv._ext.three_nn`'))
    assert message.startswith('`mmcv._ext.three_nn` needs the compiled ops of mmcv')
    assert command in message
    assert other not in message
