import pytest
from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.config import load_config
from mmmetaformer.run.data_guards import (
    forget_unreadable,
    report_unreadable,
    use_label_check,
    use_skip_unreadable,
)


def _types(cfg, split='train'):
    pipeline = cfg[f'{split}_dataloader'].dataset.pipeline
    return [transform['type'].rsplit('.')[-1] for transform in pipeline]


@pytest.fixture
def segmentor(tmp_path):
    return load_config('configs/upernet_convformer.py', str(tmp_path / 'work'))


@pytest.mark.parametrize('split', ['train', 'val'])
def test_labels_are_checked_right_after_loading(segmentor, split):
    before = _types(segmentor, split)
    use_label_check(segmentor)
    use_label_check(segmentor)
    after = _types(segmentor, split)
    assert [name for name in after if name != 'CheckLabels'] == before
    assert after.count('CheckLabels') == 1
    at = after.index('CheckLabels')
    assert after[at - 1] == 'LoadAnnotations'
    check = segmentor[f'{split}_dataloader'].dataset.pipeline[at]
    assert (check['num_classes'], check['ignored']) == (150, [255])


def test_own_classes_and_ignored_label(segmentor):
    segmentor.model.decode_head.ignore_index = 7
    segmentor.model.auxiliary_head.ignore_index = 7
    segmentor.train_dataloader.dataset.metainfo = dict(classes=('a', 'b'))
    use_label_check(segmentor)
    pipeline = segmentor.train_dataloader.dataset.pipeline
    (check,) = [t for t in pipeline if t['type'] == 'mmmetaformer.CheckLabels']
    assert (check['num_classes'], check['ignored']) == (2, [7])


def test_detectors_and_test_pipelines_stay(segmentor):
    use_label_check(segmentor)
    assert 'CheckLabels' not in _types(segmentor, 'test')
    detector = load_config('configs/mask_rcnn_convformer.py')
    before = _types(detector)
    use_label_check(detector)
    assert _types(detector) == before


def test_the_loader_is_replaced_in_training_only(segmentor):
    use_skip_unreadable(segmentor, 3)
    use_skip_unreadable(segmentor, 5)
    first = segmentor.train_dataloader.dataset.pipeline[0]
    assert first['type'] == 'mmmetaformer.SkipUnreadable'
    assert first['loader']['type'] == 'LoadImageFromFile'
    assert first['limit'] == 5
    assert 'SkipUnreadable' not in _types(segmentor, 'val')


def test_the_loader_of_a_switched_pipeline_is_replaced_too():
    cfg = load_config('configs/rtmdet_ins_convformer.py')
    use_skip_unreadable(cfg, 3)
    last = cfg.custom_hooks[-1].switch_pipeline
    assert last[0]['type'] == 'mmmetaformer.SkipUnreadable'
    assert _types(cfg)[0] == 'SkipUnreadable'


def test_a_pipeline_that_loads_no_file():
    dataset = dict(type='A', pipeline=[dict(type='LoadPoints')])
    cfg = Config(dict(work_dir='w', train_dataloader=dict(dataset=dataset)))
    with pytest.raises(ConfigError, match='no transform that loads an image'):
        use_skip_unreadable(cfg, 1)


def test_the_list_of_an_earlier_run(segmentor, tmp_path, capsys):
    file = tmp_path / 'work' / 'unreadable_images.txt'
    file.parent.mkdir()
    file.write_text('1.jpg\n2.jpg\n')
    segmentor.resume = True
    forget_unreadable(segmentor)
    report_unreadable(segmentor)
    assert '2 unreadable images were left out of training: 1.jpg, 2.jpg. ' in (
        capsys.readouterr().err
    )
    segmentor.resume = False
    forget_unreadable(segmentor)
    report_unreadable(segmentor)
    assert not capsys.readouterr().err


def test_classes_in_a_file(segmentor, tmp_path):
    file = tmp_path / 'classes.txt'
    file.write_text('\n'.join('abcdefg'))
    segmentor.train_dataloader.dataset.metainfo = dict(classes=str(file))
    use_label_check(segmentor)
    (check,) = [
        transform
        for transform in segmentor.train_dataloader.dataset.pipeline
        if 'CheckLabels' in transform['type']
    ]
    assert check['num_classes'] == 7
