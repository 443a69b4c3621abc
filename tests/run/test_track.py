# SPDX-License-Identifier: Apache-2.0
"""Curves in TensorBoard and Weights & Biases, beside the files in the work dir."""

import json

import pytest
from mmengine.config import Config
from mmengine.runner import Runner
from toy_run import by_steps

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.track import use_trackers


def test_added_to_the_backends_of_a_config(root, monkeypatch):
    monkeypatch.setattr('importlib.util.find_spec', lambda name: object())
    cfg = Config.fromfile(root / 'configs/upernet_convformer.py')
    cfg.work_dir = 'work_dirs/mine'
    use_trackers(cfg, ['wandb', 'tensorboard', 'wandb'])
    local, wandb, tensorboard = cfg.visualizer.vis_backends
    assert local['type'] == 'LocalVisBackend'
    assert wandb['init_kwargs'] == dict(project='mmmetaformer', name='mine')
    assert tensorboard['type'] == 'TensorboardVisBackend'


def test_a_package_that_is_missing(monkeypatch):
    monkeypatch.setattr('importlib.util.find_spec', lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'mmmetaformer\[track\]'"):
        use_trackers(Config(dict(work_dir='x')), ['tensorboard'])


def tracked(work_dir, name):
    cfg = by_steps(work_dir, 16)
    # mmengine keeps visualizers by name.
    cfg.visualizer = dict(type='Visualizer', name=f'tracked by {name}')
    use_trackers(cfg, [name])
    return cfg


def losses_in(work_dir):
    """Return the losses in the work dir by step."""
    (file,) = work_dir.glob('*/vis_data/scalars.json')
    lines = map(json.loads, file.read_text().splitlines())
    return {line['step']: line['loss'] for line in lines if 'loss' in line}


def test_an_event_file_has_what_the_work_dir_has(tmp_path):
    pytest.importorskip('tensorboard', reason='tensorboard is not installed')
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    cfg = tracked(tmp_path, 'tensorboard')
    runner = Runner.from_cfg(cfg)
    runner.train()
    events = EventAccumulator(f'{runner.log_dir}/vis_data')
    events.Reload()
    found = {one.step: one.value for one in events.Scalars('loss')}
    assert found == pytest.approx(losses_in(tmp_path))
    assert set(found) == {10, 20}


def test_wandb_offline(tmp_path, monkeypatch):
    wandb = pytest.importorskip('wandb', reason='wandb is not installed')
    monkeypatch.setenv('WANDB_MODE', 'offline')
    monkeypatch.setenv('WANDB_SILENT', 'true')
    cfg = tracked(tmp_path, 'wandb')
    runner = Runner.from_cfg(cfg)
    runner.train()
    wandb.finish()
    assert set(losses_in(tmp_path)) == {10, 20}
    (file,) = tmp_path.rglob('offline-run-*/*.wandb')
    assert file.stat().st_size > 1000
