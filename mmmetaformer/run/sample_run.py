# SPDX-License-Identifier: Apache-2.0
"""Turning any COCO or ADE20K config into a run of minutes on synthetic data.

The method, the backbone, the loaders and the evaluators stay. Sizes shrink to what two
CPU cores train from scratch in a few minutes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmmetaformer.datasets.sample_data import (
    ADE20K_CLASSES,
    ADE20K_PALETTE,
    COCO_CLASSES,
    COCO_PALETTE,
    write_ade20k,
    write_coco,
)
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import (
    HEADS,
    SEGMENTOR_HEADS,
    SPLITS,
    counts_epochs,
    data_sets_of,
    dicts_in,
    evaluators_of,
)

from .image_size import scaled, short_side
from .own_data import set_num_classes

__all__ = ['use_sample_data']

IMAGE_SIZE = 160  # pixels: side of the images, also after Resize
CROP_SIZE = 128  # pixels: side of training crops
RATIO_RANGE = (0.75, 1.5)  # of RandomResize
BATCH_SIZE = 4
SEED = 0
HEAD_SHRINK = 4  # divides the channels of segmentation heads
HEAD_LR = 5.0  # learning rate of segmentation heads, relative to the backbone's
FPN_SHRINK = 4  # divides the channels of FPN and of everything after it
ROIS = 32  # anchors and RoIs sampled per image to train RPN, box and mask heads
CHANNEL_KEYS = {
    'in_channels',
    'out_channels',
    'feat_channels',
    'conv_out_channels',
    'fc_out_channels',
}
PROPOSALS = 200  # kept per image


@dataclass(frozen=True)
class _Sample:
    """The sample data set that stands in for one type of data set."""

    folder: str
    write: Callable[..., None]
    num_train: int
    num_val: int
    classes: Sequence[str]
    palette: Sequence[Sequence[int]]
    iterations: int
    lr: float


SAMPLES = {
    'CocoDataset': _Sample(
        folder='coco',
        write=write_coco,
        num_train=128,
        num_val=32,
        classes=COCO_CLASSES,
        palette=COCO_PALETTE,
        iterations=128,
        lr=1e-3,
    ),
    'ADE20KDataset': _Sample(
        folder='ade/ADEChallengeData2016',
        write=write_ade20k,
        num_train=128,
        num_val=16,
        classes=ADE20K_CLASSES,
        palette=ADE20K_PALETTE,
        iterations=240,
        lr=2e-3,
    ),
}


def use_sample_data(cfg: Config, root: str) -> None:
    """Write sample data in the format of the config's data set, and fit the config.

    Args:
        cfg: The run's config, changed in place.
        root: Folder for the sample data; reused if it was written before.

    Raises:
        ConfigError: The config trains on neither COCO nor ADE20K, or the folder holds
            something else.
    """
    kinds = {dataset['type'] for dataset in data_sets_of(cfg, 'train')}
    if len(kinds) != 1 or not kinds <= set(SAMPLES):
        raise ConfigError(
            f'--sample-data replaces {" or ".join(SAMPLES)}; the config trains on '
            f'{", ".join(sorted(kinds))}'
        )
    sample = SAMPLES[kinds.pop()]
    folder = Path(root) / sample.folder
    sample.write(
        folder,
        num_train=sample.num_train,
        num_val=sample.num_val,
        image_size=IMAGE_SIZE,
        seed=SEED,
    )
    _use_folder(cfg, sample, folder)
    _shrink_model(cfg.model, len(sample.classes))
    _shorten_schedule(cfg, sample)
    cfg.setdefault('randomness', dict(seed=SEED))


def _use_folder(cfg: Config, sample: _Sample, folder: Path) -> None:
    metainfo = dict(classes=sample.classes, palette=sample.palette)
    factor = IMAGE_SIZE / short_side(cfg.test_dataloader.dataset, '--sample-data')
    _shrink_images(cfg.get('tta_pipeline'), factor)
    for split in SPLITS:
        loader = cfg[f'{split}_dataloader']
        loader.update(batch_size=BATCH_SIZE, num_workers=0, persistent_workers=False)
        for dataset in data_sets_of(cfg, split):
            dataset.update(data_root=str(folder), metainfo=metainfo)
            _shrink_images(dataset['pipeline'], factor)
        for metric in evaluators_of(cfg, split):
            if 'ann_file' in metric:
                metric.ann_file = str(folder / 'annotations/instances_val2017.json')


def _shrink_images(pipeline: Any, factor: float) -> None:
    """Multiply the sizes in a pipeline, and set the size of crops."""
    for node in dicts_in(pipeline):
        if 'ratio_range' in node:
            node['ratio_range'] = RATIO_RANGE
        if 'crop_size' in node:
            node['crop_size'] = (CROP_SIZE, CROP_SIZE)
        for key in ('scale', 'scales'):
            if key in node:
                node[key] = scaled(node[key], factor)


def _shrink_model(model: Any, num_classes: int) -> None:
    set_num_classes(model, num_classes)
    for node in dicts_in(model):
        if 'nms_pre' in node and 'max_per_img' in node:
            node['max_per_img'] = min(node['max_per_img'], PROPOSALS)
        if node.get('type') == 'RandomSampler':
            node['num'] = min(node['num'], ROIS)
        if node.get('mode') == 'slide':
            node.update(crop_size=(CROP_SIZE,) * 2, stride=(CROP_SIZE * 2 // 3,) * 2)
    backbone = model.get('backbone', {})
    # Stochastic depth only slows down a schedule of a few hundred steps.
    if 'drop_path_rate' in backbone:
        backbone.drop_path_rate = 0.0
    backbone.pop('init_cfg', None)  # from scratch, and without a network
    if 'size' in model.get('data_preprocessor', {}):
        model.data_preprocessor.size = (CROP_SIZE, CROP_SIZE)
    for name in SEGMENTOR_HEADS:
        for head in dicts_in(model.get(name)):
            if 'channels' in head:
                head['channels'] //= HEAD_SHRINK
    if isinstance(model.get('neck'), dict) and model.neck.type == 'FPN':
        model.neck.out_channels //= FPN_SHRINK
        for name in HEADS:
            for node in dicts_in(model.get(name)):
                for key in CHANNEL_KEYS & set(node):
                    node[key] = _divided(node[key], FPN_SHRINK)


def _divided(channels: Any, factor: int) -> Any:
    if isinstance(channels, (list, tuple)):
        return [one // factor for one in channels]
    return channels // factor


def _shorten_schedule(cfg: Config, sample: _Sample) -> None:
    iterations = sample.iterations
    loop = cfg.train_cfg
    if counts_epochs(cfg):
        length = iterations * BATCH_SIZE // sample.num_train
        loop.max_epochs = length
    else:
        length = iterations
        loop.max_iters = length
    loop.val_interval = length
    cfg.default_hooks.checkpoint.interval = length
    cfg.default_hooks.logger.interval = 20
    # So few steps from scratch need a high rate, clipping, and a second moment that
    # soon forgets the large first gradients.
    cfg.optim_wrapper.optimizer = dict(
        type='AdamW', lr=sample.lr, betas=(0.9, 0.98), weight_decay=0.05
    )
    cfg.optim_wrapper.clip_grad = dict(max_norm=1.0)
    # mmseg's heads start from large weights under BN, which change slowly.
    faster = dict(lr_mult=HEAD_LR)
    heads = {name: faster for name in SEGMENTOR_HEADS if cfg.model.get(name)}
    cfg.optim_wrapper.paramwise_cfg = dict(custom_keys=heads)
    cfg.auto_scale_lr = dict(enable=False, base_batch_size=BATCH_SIZE)
    cfg.param_scheduler = [
        dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=20),
        dict(type='PolyLR', by_epoch=False, begin=20, end=iterations, power=1.0),
    ]
