# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.engine import save_pictures, save_predictions
from mmmetaformer.errors import ConfigError


def config(hook, metric):
    return Config(
        dict(
            default_hooks=dict(visualization=dict(type=hook)),
            visualizer=dict(type='X'),
            test_evaluator=dict(type=metric),
        )
    )


def test_pictures_of_a_detector_and_a_segmentor(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cfg = config('DetVisualizationHook', 'CocoMetric')
    save_pictures(cfg, 'pictures')
    hook = cfg.default_hooks.visualization
    assert hook.draw
    assert hook.test_out_dir == str(tmp_path / 'pictures')
    cfg = config('SegVisualizationHook', 'IoUMetric')
    save_pictures(cfg, 'pictures')
    hook = cfg.default_hooks.visualization
    assert (hook.draw, hook.interval) == (True, 1)
    assert cfg.visualizer.save_dir == str(tmp_path / 'pictures')


def test_pictures_need_a_hook():
    with pytest.raises(ConfigError, match="the config has 'MyHook'"):
        save_pictures(config('MyHook', 'CocoMetric'), 'pictures')
    with pytest.raises(ConfigError, match='the config has None'):
        save_pictures(Config(dict()), 'pictures')


def test_predictions_of_a_detector():
    cfg = config('DetVisualizationHook', 'CocoMetric')
    save_predictions(cfg, 'out.pkl')
    assert [e.type for e in cfg.test_evaluator] == ['CocoMetric', 'DumpDetResults']
    assert cfg.test_evaluator[1].out_file_path == 'out.pkl'
    with pytest.raises(ConfigError, match=r'a \.pkl file: folder'):
        save_predictions(cfg, 'folder')


def test_predictions_of_a_segmentor():
    cfg = config('SegVisualizationHook', 'IoUMetric')
    save_predictions(cfg, 'folder')
    assert cfg.test_evaluator.output_dir == 'folder'
    with pytest.raises(ConfigError, match=r'a folder for label maps: out\.pkl'):
        save_predictions(cfg, 'out.pkl')
