# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.output import use_out, use_show_dir


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
    use_show_dir(cfg, 'pictures')
    hook = cfg.default_hooks.visualization
    assert hook.draw
    assert hook.test_out_dir == str(tmp_path / 'pictures')
    cfg = config('SegVisualizationHook', 'IoUMetric')
    use_show_dir(cfg, 'pictures')
    hook = cfg.default_hooks.visualization
    assert (hook.draw, hook.interval) == (True, 1)
    assert cfg.visualizer.save_dir == str(tmp_path / 'pictures')


def test_pictures_need_a_hook():
    with pytest.raises(ConfigError, match="the config has 'MyHook'"):
        use_show_dir(config('MyHook', 'CocoMetric'), 'pictures')
    with pytest.raises(ConfigError, match='the config has None'):
        use_show_dir(Config(dict()), 'pictures')


def test_predictions_of_a_detector():
    cfg = config('DetVisualizationHook', 'CocoMetric')
    use_out(cfg, 'out.pkl')
    assert [e.type for e in cfg.test_evaluator] == ['CocoMetric', 'DumpDetResults']
    assert cfg.test_evaluator[1].out_file_path == 'out.pkl'
    with pytest.raises(ConfigError, match=r'a \.pkl file, got folder'):
        use_out(cfg, 'folder')


def test_predictions_of_a_segmentor():
    cfg = config('SegVisualizationHook', 'IoUMetric')
    use_out(cfg, 'folder')
    assert cfg.test_evaluator.output_dir == 'folder'
    with pytest.raises(ConfigError, match=r'a folder for label maps, got out\.pkl'):
        use_out(cfg, 'out.pkl')
