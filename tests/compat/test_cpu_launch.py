# SPDX-License-Identifier: Apache-2.0
import socket
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


def test_mpi_needs_gpus():
    cfg = Config(dict(launcher='mpi', model=dict()))
    with pytest.raises(ConfigError, match='--launcher mpi needs a GPU'):
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


@pytest.fixture
def launched(monkeypatch):
    """Set the variables of torchrun for a group of one process."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    variables = dict(RANK=0, WORLD_SIZE=1, MASTER_ADDR='127.0.0.1', MASTER_PORT=port)
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    yield
    torch.distributed.destroy_process_group()


@pytest.mark.parametrize(
    ('wrapper', 'added'),
    [
        (dict(type='MMSeparateDistributedDataParallel'), dict(device_ids=None)),
        (
            dict(type='MMDistributedDataParallel', static_graph=True),
            dict(device_ids=None),
        ),
        (dict(broadcast_buffers=False), dict(device_ids=None)),
        (dict(type='MMFullyShardedDataParallel'), {}),
    ],
)
def test_own_wrapper_gets_no_device(launched, wrapper, added):
    cfg = Config(dict(launcher='pytorch', model=dict(), model_wrapper_cfg=wrapper))
    prepare_cpu_launch(cfg)
    assert cfg.model_wrapper_cfg.to_dict() == {**wrapper, **added}


@pytest.mark.parametrize('unused', [None, True])
def test_find_unused_parameters_is_passed_on(launched, unused):
    options = {} if unused is None else {'find_unused_parameters': unused}
    cfg = Config(dict(launcher='pytorch', model=dict(), **options))
    prepare_cpu_launch(cfg)
    assert cfg.model_wrapper_cfg.find_unused_parameters is bool(unused)


def test_every_kind_of_sync_bn_is_replaced(launched):
    norms = [dict(type=name) for name in ('SyncBN', 'MMSyncBN', 'GN')]
    cfg = Config(dict(launcher='pytorch', model=dict(norms=norms)))
    prepare_cpu_launch(cfg)
    assert [norm.type for norm in cfg.model.norms] == ['BN', 'BN', 'GN']


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


wrapped = MODEL_WRAPPERS.build(cfg.model_wrapper_cfg, default_args=dict(module=Toy()))
assert wrapped.gradient_as_bucket_view
torch.distributed.destroy_process_group()
"""
