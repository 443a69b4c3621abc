# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys

import pytest

# A backbone of a few thousand parameters ...
TINY_MODELS = {
    'upernet': """
_base_ = '{root}/configs/upernet_{family}.py'
model = dict(
    backbone=dict(
        arch=dict(depths=(1,) * 4, dims=(32,) * 4, _delete_=True), init_cfg=None
    ),
    decode_head=dict(in_channels=[32] * 4),
    auxiliary_head=dict(in_channels=32),
)
""",
    'mask_rcnn': """
_base_ = '{root}/configs/mask_rcnn_{family}.py'
model = dict(
    backbone=dict(
        arch=dict(depths=(1,) * 4, dims=(32,) * 4, _delete_=True), init_cfg=None
    ),
    neck=dict(in_channels=[32] * 4),
)
""",
}
# ... that trains for two steps or epochs.
SHORT = {
    'upernet': (
        'train_cfg.max_iters=2',
        'train_cfg.val_interval=2',
        'default_hooks.checkpoint.interval=1',
        'default_hooks.logger.interval=1',
        'train_dataloader.batch_size=2',
    ),
    'mask_rcnn': (
        'train_cfg.max_epochs=2',
        'train_cfg.val_interval=2',
        'default_hooks.checkpoint.interval=1',
        'default_hooks.logger.interval=1',
        'train_dataloader.batch_size=2',
        'train_dataloader.dataset.indices=4',
    ),
}


@pytest.fixture(scope='session')
def tiny_config(root):
    """Write a config with a tiny backbone; gives back its path."""

    def write(folder, method, family, more=''):
        path = folder / f'tiny_{method}.py'
        path.write_text(TINY_MODELS[method].format(root=root, family=family) + more)
        return path

    return write


@pytest.fixture(scope='session')
def sample(tmp_path_factory):
    """Folder of sample data that all runs share."""
    return str(tmp_path_factory.mktemp('sample'))


@pytest.fixture(scope='session')
def tool(root):
    """Run a tool as a user does; gives back the finished process."""

    def call(name, *arguments, **environment):
        command = ['bash'] if name.endswith('.sh') else [sys.executable]
        return subprocess.run(
            [*command, f'tools/{name}', *map(str, arguments)],
            cwd=root,
            capture_output=True,
            text=True,
            env={
                **os.environ,
                'PYTHON': sys.executable,
                # Runs side by side must not wait for each other's threads.
                'OMP_NUM_THREADS': '1',
                **environment,
            },
        )

    return call
