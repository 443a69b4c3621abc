# SPDX-License-Identifier: Apache-2.0
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from tiny_runs import TINY_MODELS

from mmmetaformer.complexity.step_memory import StepMemory
from mmmetaformer.errors import ConfigError
from mmmetaformer.run import step_memory
from mmmetaformer.run.step_memory import (
    describe_step_memory,
    expected_memory,
    say_step_memory,
)

MEMORY = StepMemory((800, 1344), 2, 'bfloat16', 10**8, 2 * 10**8, 3 * 10**9)


@pytest.fixture
def cfg(tmp_path, request):
    path = tmp_path / 'tiny.py'
    text = TINY_MODELS['upernet'].format(
        root=request.config.rootpath, family='convformer'
    )
    path.write_text(text)
    cfg = Config.fromfile(path)
    cfg.model.data_preprocessor.size = (64, 96)
    return cfg


def test_one_line():
    assert describe_step_memory(MEMORY) == (
        'a training step takes up to 3.30 GB for 2 images of 800x1344 in bfloat16; '
        'parameters and optimizer are 0.30 GB of it'
    )


def test_size_and_batch_are_the_configs_or_given(cfg):
    memory = expected_memory(cfg)
    assert (memory.shape, memory.batch) == ((64, 96), cfg.train_dataloader.batch_size)
    memory = expected_memory(cfg, (32, 64), 3)
    assert (memory.shape, memory.batch) == ((32, 64), 3)
    cfg.model.data_preprocessor.size = None
    cfg.train_dataloader.dataset.pipeline = []
    with pytest.raises(ConfigError, match='pipeline sets no image size'):
        expected_memory(cfg)


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(step_memory, 'say', lines.append)
    return lines


def test_a_run_says_it(cfg, said, monkeypatch):
    say_step_memory(cfg)
    assert said[0].startswith('Memory: a training step takes up to 0.')
    said.clear()
    cfg.train_dataloader.dataset.pipeline = []
    cfg.model.data_preprocessor.size = None
    logged = []
    monkeypatch.setattr(step_memory, 'print_log', lambda text, **_: logged.append(text))
    say_step_memory(cfg)
    assert not said
    assert 'training pipeline sets no image size' in logged[0]


def test_not_by_other_processes(cfg, said, monkeypatch):
    monkeypatch.setattr(step_memory, 'is_first_process', lambda: False)
    say_step_memory(cfg)
    assert not said


@pytest.mark.parametrize(('total', 'warns'), [(3.4e9, False), (3.2e9, True)])
def test_a_gpu_that_has_less(total, warns, said, monkeypatch, capsys):
    monkeypatch.setattr(step_memory, 'expected_memory', lambda cfg: MEMORY)
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    device = SimpleNamespace(total_memory=total)
    monkeypatch.setattr(torch.cuda, 'get_device_properties', lambda _: device)
    say_step_memory(Config())
    assert ('may not fit into the 3.2 GB' in capsys.readouterr().err) is warns
