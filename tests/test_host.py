# SPDX-License-Identifier: Apache-2.0
"""What the project knows of mmdet's and mmseg's configs and models."""

import pytest
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from torch import nn

from mmmetaformer import host
from mmmetaformer.errors import ConfigError


def test_one_or_several_or_none():
    assert host.as_list(None) == []
    assert host.as_list('one') == ['one']
    assert host.as_list(dict(type='A')) == [dict(type='A')]
    assert host.as_list((1, 2)) == [1, 2]


def test_data_sets_inside_wrappers():
    inner = [dict(type='A'), dict(type='B')]
    cfg = Config(
        dict(
            train_dataloader=dict(
                dataset=dict(
                    type='RepeatDataset',
                    dataset=dict(type='ConcatDataset', datasets=inner),
                )
            ),
            val_dataloader=dict(dataset=dict(type='C')),
            test_dataloader=None,
        )
    )
    assert [d['type'] for d in host.data_sets_of(cfg, *host.SPLITS)] == ['A', 'B', 'C']
    next(host.data_sets_of(cfg, 'train'))['data_root'] = 'changed'
    assert cfg.train_dataloader.dataset.dataset.datasets[0].data_root == 'changed'


def test_a_hook_is_added_once():
    class OwnHook:
        pass

    cfg = Config(dict(custom_hooks=dict(type=OwnHook), model=dict()))
    host.add_hook(cfg, dict(type='scope.OwnHook'))
    assert len(host.as_list(cfg.custom_hooks)) == 1
    host.add_hook(cfg, dict(type='scope.OtherHook'))
    assert [host.type_name(hook) for hook in cfg.custom_hooks] == [
        'OwnHook',
        'OtherHook',
    ]


@pytest.mark.parametrize(
    'names', [host.TEST_HEADS_ON_MAPS, host.CLASS_HEADS, host.CLASS_AGNOSTIC_HEADS]
)
def test_a_selection_of_heads_has_no_other_names(names):
    assert set(names) < set(host.HEADS_ON_MAPS)


def has_parameters(module):
    return next(module.parameters(), None) is not None


@pytest.mark.parametrize(
    ('config', 'scope'),
    [
        ('mask_rcnn_convformer', 'mmdet'),
        ('retinanet_poolformer', 'mmdet'),
        ('upernet_convformer', 'mmseg'),
    ],
)
def test_the_parts_of_real_models_are_all_known(root, config, scope):
    init_default_scope(scope)
    cfg = Config.fromfile(root / f'configs/{config}.py')
    cfg.model.backbone.init_cfg = None
    model = MODELS.build(cfg.model)
    parts = {name for name, part in model.named_children() if has_parameters(part)}
    roi_head = getattr(model, 'roi_head', nn.Module())
    parts |= {n for n, part in roi_head.named_children() if has_parameters(part)}
    assert parts - {'backbone'} <= set(host.PARTS_BESIDE_BACKBONE)
    assert parts & set(host.CLASS_HEADS)


@pytest.mark.parametrize(
    ('model', 'expected'),
    [
        (dict(roi_head=dict(bbox_head=dict(), mask_head=dict(type='M'))), True),
        (dict(roi_head=dict(bbox_head=dict(type='B'))), False),
        (dict(bbox_head=dict(type='B'), mask_head=dict(type='M')), True),
        (dict(panoptic_head=dict(type='P')), True),
        (dict(bbox_head=dict(type='B', loss_mask=dict(type='L'))), True),
        (dict(decode_head=dict(type='D')), False),
    ],
)
def test_models_that_predict_masks(model, expected):
    assert host.predicts_masks(model) is expected


def test_the_classes_that_a_data_set_knows():
    known = host.known_classes(dict(type='ADE20KDataset'), 'mmseg')
    assert len(known) == 150
    assert host.known_classes(dict(type='BaseSegDataset'), 'mmseg') is None


@pytest.mark.parametrize(
    ('loop', 'expected'),
    [
        (dict(type='EpochBasedTrainLoop', max_epochs=1), True),
        (dict(type='IterBasedTrainLoop', max_iters=1), False),
        (dict(by_epoch=False, max_iters=1), False),
        (dict(by_epoch=True, max_epochs=1), True),
    ],
)
def test_loops_that_count_epochs(loop, expected):
    assert host.counts_epochs(Config(dict(train_cfg=loop))) is expected


@pytest.mark.parametrize(
    ('loader', 'message'),
    [
        (
            dict(daten=dict(type='A')),
            'train_dataloader is a dict with the keys daten',
        ),
        (dict(dataset=None), 'a data set of the config is None'),
        (dict(dataset=dict(typ='A')), 'a dict with the keys typ; it takes'),
        (dict(dataset=dict(type='R', dataset='A')), "a data set of the config is 'A'"),
        (['a'], r"train_dataloader is \['a'\]"),
    ],
)
def test_loaders_without_a_data_set(loader, message):
    with pytest.raises(ConfigError, match=message):
        list(host.data_sets_of(Config(dict(train_dataloader=loader)), 'train'))


def test_hooks_of_an_earlier_run_are_dropped():
    cfg = Config(dict(custom_hooks=[dict(type='mmmetaformer.A'), dict(type='B')]))
    host.drop_hook(cfg, 'A')
    assert cfg.custom_hooks == [dict(type='B')]
    host.drop_hook(Config(), 'A')


@pytest.mark.parametrize(
    ('backend', 'expected'),
    [(None, True), (dict(backend='local'), True), (dict(backend='petrel'), False)],
)
def test_files_of_this_machine(backend, expected):
    assert host.is_local({}) is True
    assert host.is_local(dict(backend_args=backend)) is expected


def test_labels_that_all_heads_or_all_metrics_leave_out():
    cfg = Config(
        dict(
            model=dict(
                decode_head=[dict(ignore_index=0), dict(ignore_index=0)],
                auxiliary_head=dict(ignore_index=0),
            ),
            val_evaluator=dict(type='IoUMetric', ignore_index=7),
            test_evaluator=[dict(type='IoUMetric'), dict(ignore_index=7)],
        )
    )
    assert host.ignored_labels(cfg, 'train') == {0}
    assert host.ignored_labels(cfg, 'val') == {7}
    assert host.ignored_labels(cfg, 'test') == set()
    assert host.ignored_labels(Config(dict(model={})), 'train') == {255}


@pytest.mark.parametrize(
    ('names', 'expected'),
    [
        (['aAcc', 'mIoU', 'mAcc'], 'mIoU'),
        (['coco/bbox_mAP', 'coco/bbox_mAP_50', 'coco/segm_mAP'], 'coco/segm_mAP'),
        (['cat_precision', 'bbox_mAP'], 'bbox_mAP'),
        (['score'], None),
    ],
)
def test_main_metric(names, expected):
    assert host.main_metric(names) == expected
