# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmengine.config import Config

from mmmetaformer.compat import prepare_cpu_launch
from mmmetaformer.errors import ConfigError

pytestmark = pytest.mark.skipif(
    torch.cuda.is_available(), reason='on a host with a GPU there is nothing to do'
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


def test_pytorch_needs_its_launcher(monkeypatch):
    monkeypatch.delenv('RANK', raising=False)
    cfg = Config(dict(launcher='pytorch', model=dict()))
    with pytest.raises(ConfigError, match=r'use tools/dist_train\.sh'):
        prepare_cpu_launch(cfg)
