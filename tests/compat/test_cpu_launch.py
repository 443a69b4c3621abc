# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys

import pytest
import torch
from mmengine.config import Config

from mmmetaformer.compat import prepare_cpu_launch
from mmmetaformer.errors import ConfigError

pytestmark = pytest.mark.skipif(
    torch.cuda.is_available(), reason='nothing to prepare on a host with a GPU'
)


def test_without_launcher_nothing_changes():
    cfg = Config(dict(launcher='none', model=dict(norm_cfg=dict(type='SyncBN'))))
    prepare_cpu_launch(cfg)
    assert cfg.to_dict() == dict(
        launcher='none', model=dict(norm_cfg=dict(type='SyncBN'))
    )


def test_other_launchers_need_gpus():
    cfg = Config(dict(launcher='slurm', model=dict()))
    with pytest.raises(ConfigError, match='--launcher slurm needs a GPU'):
        prepare_cpu_launch(cfg)


def test_launcher_pytorch_needs_torchrun(monkeypatch):
    monkeypatch.delenv('RANK', raising=False)
    cfg = Config(dict(launcher='pytorch', model=dict()))
    with pytest.raises(ConfigError, match=r'Start with tools/dist_train\.sh'):
        prepare_cpu_launch(cfg)


def test_two_processes_without_gpu(tmp_path):
    """Check that every rank replaces SyncBN, one logs it, and DDP accepts the model."""
    script = tmp_path / 'launch.py'
    script.write_text(LAUNCH)
    command = ('-m', 'torch.distributed.run', '--nproc_per_node=2')
    done = subprocess.run(
        [sys.executable, *command, '--master_port=29613', str(script)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (done.stdout + done.stderr).count('SyncBN needs GPUs') == 1


LAUNCH = """
import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import MODEL_WRAPPERS
from mmmetaformer.compat import prepare_cpu_launch

head = dict(layers=[dict(norm_cfg=dict(type='SyncBN'))])
cfg = Config(dict(launcher='pytorch', model=dict(head=head)))
prepare_cpu_launch(cfg)
assert cfg.model.head.layers[0].norm_cfg.type == 'BN'
assert torch.distributed.get_backend() == 'gloo'


class Toy(BaseModel):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(1, 1)

    def forward(self, inputs, mode):
        return self.fc(inputs)


MODEL_WRAPPERS.build(cfg.model_wrapper_cfg, default_args=dict(module=Toy()))
torch.distributed.destroy_process_group()
"""
