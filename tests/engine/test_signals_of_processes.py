# SPDX-License-Identifier: Apache-2.0
"""A signal that one of two processes receives stops both after the same step."""

import signal

import pytest

from mmmetaformer.launch.launcher import launch
from mmmetaformer.launch.options import Options

SCRIPT = """
import os, signal, sys
import torch.distributed as dist
from mmengine.runner import Runner
sys.path.insert(0, sys.argv[1])
from toy_run import by_steps
from mmengine.hooks import Hook
from mmmetaformer.engine.checkpoints import use_safe_checkpoints
from mmmetaformer.engine.finite import stop_at_nan
from mmmetaformer.engine.signals import use_signals
from mmmetaformer.run.command_line import exit_on_user_error

tests, folder, watched = sys.argv[1:]
rank = int(os.environ['RANK'])
calls = []

class SendHook(Hook):
    priority = 'LOWEST'

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        calls.clear()
        if rank == 1 and runner.iter == 4:
            os.kill(os.getpid(), signal.SIGUSR1)

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        with open(f'{folder}/calls{rank}', 'a') as file:
            file.write(f'{len(calls)} ')


def main():
    dist.init_process_group('gloo')
    cfg = by_steps(f'{folder}/work', batch_size=16, steps=8)
    cfg.model_wrapper_cfg = dict(type='MMDistributedDataParallel', device_ids=None)
    if int(watched):
        stop_at_nan(cfg, 1)
    use_safe_checkpoints(cfg)
    use_signals(cfg)
    runner = Runner.from_cfg(cfg)
    runner.register_hook(SendHook())
    exchange = dist.all_reduce
    dist.all_reduce = lambda *a, **k: calls.append(1) or exchange(*a, **k)
    try:
        runner.train()
    finally:
        print(f'stopped at {runner.iter}', flush=True)  # one write: two print at once

exit_on_user_error(main)
"""


@pytest.mark.slow
@pytest.mark.faults('SIGTERM, SIGUSR1, Ctrl-C')
@pytest.mark.parametrize('watched', [1, 0])
def test_both_stop_after_the_same_step(watched, root, tmp_path, capfd):
    script = tmp_path / 'tool.py'
    script.write_text(SCRIPT)
    command = (str(script), str(root / 'tests'), str(tmp_path), str(watched))
    status = launch(Options(command=command, processes=2))
    said = capfd.readouterr()
    assert status == 75, said.err[-3000:]
    assert said.out.count('stopped at 5') == 2
    assert said.out.count(f'Stopped by {signal.SIGUSR1.name} after step 5') == 1
    assert (tmp_path / 'work' / 'iter_5.pth').exists()
    # Signals need no exchange of their own where losses are watched.
    calls = (tmp_path / 'calls0').read_text().split()[1:]
    assert set(calls) == {'1' if watched else '0'}
