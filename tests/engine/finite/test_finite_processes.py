# SPDX-License-Identifier: Apache-2.0
"""Check that all processes stop at the step at which one has a bad loss."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.faults('NaN or infinity')
SCRIPT = """
import sys
import torch.distributed as dist
from mmengine.runner import Runner
sys.path.insert(0, sys.argv[1])
from toy_run import by_steps
from mmengine.hooks import Hook
from mmmetaformer.compat.process_end import end_process
from mmmetaformer.engine.finite import stop_at_nan
from mmmetaformer.errors import DivergedError

tests, store, rank, what = sys.argv[1:]
dist.init_process_group(
    'gloo', init_method=f'file://{store}', rank=int(rank), world_size=2
)

class SpoilSecondHook(Hook):
    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if what == 'loss' and rank == '1' and runner.iter == 2:
            data_batch['x'] *= float('nan')

    priority = 'VERY_HIGH'

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if what == 'weights' and rank == '1' and runner.iter == 2:
            runner.model.linear.bias.data *= float('nan')

cfg = by_steps(f'{store}_work{rank}', batch_size=16, steps=8)
cfg.default_hooks.checkpoint.interval = 3
stop_at_nan(cfg, 1)
runner = Runner.from_cfg(cfg)
runner.register_hook(SpoilSecondHook())
try:
    runner.train()
except DivergedError as error:
    print('stopped:', runner.iter + 1, error)
end_process(0)
"""


@pytest.mark.parametrize(
    ('what', 'messages'),
    [
        ('loss', ['process 1: loss is nan at step 3 of 8'] * 2),
        (
            'weights',
            [
                '1 weights are not finite after step 3 (in another process)',
                '1 weights are not finite after step 3 (linear.bias)',
            ],
        ),
    ],
)
def test_both_stop_at_the_same_step(what, messages, root, tmp_path):
    both = [
        subprocess.Popen(
            [
                sys.executable,
                '-c',
                SCRIPT,
                root / 'tests',
                tmp_path / 'store',
                str(rank),
                what,
            ],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
        )
        for rank in (0, 1)
    ]
    for process, message in zip(both, messages, strict=True):
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output[-2000:]
        assert f'stopped: 3 {message}' in output
