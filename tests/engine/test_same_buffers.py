# SPDX-License-Identifier: Apache-2.0
"""Check that two processes validate what is saved, and train as without it."""

import os
import subprocess
import sys

SCRIPT = """
import os
import sys
from pathlib import Path
import torch
import torch.distributed as dist
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.registry import METRICS, MODELS
from mmengine.runner import Runner
from torch import nn
from torch.multiprocessing import start_processes

from mmmetaformer import compat
from mmmetaformer.engine.ema import use_ema
from mmmetaformer.engine.same_buffers import use_same_buffers
from toy_run import ToyModel, by_steps

@MODELS.register_module()
class NormModel(ToyModel):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(4).double()
        self.register_buffer('mask', torch.tensor([True, False]))

    def forward(self, x, y, mode):
        if mode == 'loss':
            return super().forward(self.norm(x), y, mode)
        return [0]

@METRICS.register_module()
class Nothing(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results.append(0)

    def compute_metrics(self, results):
        return dict(score=0)

class Seen(Hook):
    priority = 'VERY_LOW'

    def before_val_epoch(self, runner):
        state = runner.model.module.state_dict()
        self.state = {key: value.clone() for key, value in state.items()}

def train(folder, ema, shared):
    cfg = by_steps(folder, batch_size=2, steps=6)
    cfg.launcher = 'pytorch'
    cfg.model.type = 'NormModel'
    cfg.model_wrapper_cfg = dict(
        type='MMDistributedDataParallel', device_ids=None, broadcast_buffers=False
    )
    cfg.train_cfg.val_interval = cfg.default_hooks.checkpoint.interval = 3
    cfg.val_dataloader = cfg.train_dataloader.copy()
    cfg.val_cfg = dict(type='ValLoop')
    cfg.val_evaluator = dict(type='Nothing')
    if shared:
        use_same_buffers(cfg)
    if ema:
        use_ema(cfg)
        cfg.custom_hooks[-1].momentum = 0.5
    runner = Runner.from_cfg(cfg)
    seen = Seen()
    runner.register_hook(seen)
    runner.train()
    return seen.state, runner.model.module.state_dict()

def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)

def work(rank, folder):
    dist.init_process_group('gloo', f'file://{folder}/store', rank=rank, world_size=2)
    compat.install()
    for ema in (False, True):
        # The file that the first process writes.
        run, plain_run = (f'{folder}/{ema}_{shared}' for shared in (True, False))
        validated, trained = train(run, ema, True)
        _, plain = train(plain_run, ema, False)
        dist.barrier()
        path = (Path(run) / 'last_checkpoint').read_text()
        saved = torch.load(path, weights_only=True)['state_dict']
        assert same(validated, saved), (rank, ema)
        parameters = [key for key in plain if 'linear' in key]
        assert all(torch.equal(trained[key], plain[key]) for key in parameters)
        if rank == 0:
            assert same(trained, plain)
    # Those of its own images differ.
    mean = plain['norm.running_mean'].clone()
    dist.broadcast(mean, 0)
    assert rank == 0 or not torch.equal(mean, plain['norm.running_mean'])
    dist.barrier()
    os._exit(0)  # freeing DDP may wait for a thread of gloo forever

start_processes(work, (sys.argv[1],), 2, start_method='fork')
"""


def test_what_is_saved_is_what_was_validated(tmp_path, root):
    done = subprocess.run(
        [sys.executable, '-c', SCRIPT, tmp_path],
        env={**os.environ, 'PYTHONPATH': f'{root}:{root}/tests', 'LOCAL_RANK': '0'},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
