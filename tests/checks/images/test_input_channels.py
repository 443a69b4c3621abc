import pytest
from mmengine.config import Config

from mmmetaformer.checks.images.input_channels import check_input_channels
from mmmetaformer.errors import ConfigError


def _cfg(
    in_channels=3, preprocessor='SegDataPreProcessor', loader=None, transforms=(), **kw
):
    pipeline = [dict(type='LoadImageFromFile') if loader is None else loader]
    pipeline += [dict(type=name) for name in transforms]
    return Config(
        dict(
            default_scope='mmseg',
            model=dict(
                backbone=dict(
                    type='mmmetaformer.ConvFormer',
                    **({} if in_channels is None else dict(in_channels=in_channels)),
                ),
                data_preprocessor=dict(type=preprocessor, **kw),
            ),
            train_dataloader=dict(dataset=dict(type='A', pipeline=pipeline)),
            val_dataloader=dict(dataset=dict(type='A', pipeline=pipeline)),
        )
    )


def _loader(**arguments):
    return dict(type='LoadImageFromFile', **arguments)


GREY = _loader(color_type='grayscale')
UNCHANGED = _loader(color_type='unchanged')
RS = dict(type='LoadSingleRSImageFromFile')


@pytest.mark.parametrize(
    'arguments',
    [
        dict(mean=[1, 2, 3], std=[1, 2, 3], bgr_to_rgb=True),
        dict(in_channels=None, mean=[1], std=[1]),
        dict(in_channels=1, loader=GREY, mean=[1], std=[1], bgr_to_rgb=True),
        dict(in_channels=4, loader=UNCHANGED, mean=[1] * 4, std=[1] * 4),
        dict(in_channels=4, loader=RS, mean=[1] * 4, std=[1] * 4),
        dict(in_channels=4, loader=UNCHANGED),
        dict(in_channels=3, loader=_loader(color_type='color_ignore_orientation')),
        dict(in_channels=3, loader=dict(type='LoadMyFormat')),
        dict(
            in_channels=1,
            loader=GREY,
            preprocessor='DetDataPreprocessor',
            mean=[1],
            std=[1],
        ),
        dict(transforms=['PhotoMetricDistortion']),
    ],
)
def test_what_fits_passes(arguments):
    check_input_channels(_cfg(**arguments), ('train', 'val'))


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (
            dict(in_channels=1),
            'in_channels is 1, but the images are loaded with 3 channels.*'
            'train_dataloader.dataset.pipeline.0.color_type=grayscale '
            'val_dataloader.dataset.pipeline.0.color_type=grayscale$',
        ),
        (dict(in_channels=4), 'in_channels is 4.*color_type=unchanged.*TIFF.*RSImage'),
        (dict(in_channels=None, loader=GREY), 'with 1 channels.*color_type=color$'),
        (
            dict(in_channels=1, loader=GREY, mean=[1, 2, 3], std=[1, 2, 3]),
            r'mean has 3 values \(\[1, 2, 3\]\), but model.backbone.in_channels is 1',
        ),
        (dict(mean=[1, 2], std=[1, 2, 3]), 'mean has 2 values.*it takes 1 or 3'),
        (dict(mean=[1, 2, 3], std=[1, 2]), 'std has 2 values'),
        (
            dict(
                in_channels=4,
                loader=UNCHANGED,
                preprocessor='DetDataPreprocessor',
                mean=[1] * 4,
                std=[1] * 4,
            ),
            'mean has 4 values.*it takes 1, such as --cfg-options',
        ),
        (
            dict(
                in_channels=1,
                loader=GREY,
                preprocessor='DetDataPreprocessor',
                bgr_to_rgb=True,
            ),
            'bgr_to_rgb=False',
        ),
        (
            dict(in_channels=1, loader=GREY, transforms=['PhotoMetricDistortion']),
            'PhotoMetricDistortion in train_dataloader.*remove it',
        ),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ConfigError, match=message):
        check_input_channels(_cfg(**arguments), ('train', 'val'))


def test_only_the_splits_of_the_run():
    cfg = _cfg(in_channels=1, loader=GREY)
    cfg.val_dataloader.dataset.pipeline[0] = dict(type='LoadImageFromFile')
    check_input_channels(cfg, ('train',))
    with pytest.raises(ConfigError, match='val_dataloader'):
        check_input_channels(cfg, ('train', 'val'))
