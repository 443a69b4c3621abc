# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys

import pytest

# A few steps of a model of a few thousand parameters.
TINY_BACKBONE = 'dict(depths=(1,1,1,1),dims=(32,32,32,32))'
COMMON = ('default_hooks.logger.interval=1', 'train_dataloader.batch_size=2')
TINY = {
    'upernet': (
        f'model.backbone.arch={TINY_BACKBONE}',
        'model.decode_head.in_channels=[32,32,32,32]',
        'model.auxiliary_head.in_channels=32',
        'train_cfg.max_iters=2',
        'train_cfg.val_interval=2',
        'default_hooks.checkpoint.interval=1',
        *COMMON,
    ),
    'mask_rcnn': (
        f'model.backbone.arch={TINY_BACKBONE}',
        'model.neck.in_channels=[32,32,32,32]',
        'train_cfg.max_epochs=2',
        'train_cfg.val_interval=2',
        'default_hooks.checkpoint.interval=1',
        'train_dataloader.dataset.indices=4',
        *COMMON,
    ),
}


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
