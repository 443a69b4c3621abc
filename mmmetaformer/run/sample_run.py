# SPDX-License-Identifier: Apache-2.0
"""Turning a config of a public data set into a run of minutes on synthetic data.

The method, the backbone, the loaders and the evaluators stay. Sizes shrink to what two
CPU cores train from scratch in a few minutes.
"""

from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import (
    SEGMENTOR_HEADS,
    SPLITS,
    counts_epochs,
    data_sets_of,
    dicts_in,
    evaluators_of,
    switches_of,
    type_name,
)

from .image_size import SCALES, is_canvas, scaled, short_side
from .sample_model import has_transformer, shrink_model
from .sample_sets import SAMPLES, SampleSet

__all__ = ['use_sample_data']

IMAGE_SIZE = 160  # pixels: side of the images, also after Resize
CROP_SIZE = 128  # pixels: side of training crops
RATIO_RANGE = (0.75, 1.5)  # of RandomResize
BATCH_SIZE = 4
SEED = 0
HEAD_LR = 5.0  # learning rate of segmentation heads, relative to the backbone's
QUERY_LR = 5e-4  # learning rate of models with queries


def use_sample_data(cfg: Config, root: str) -> None:
    """Write sample data in the format of the config's data set, and fit the config.

    Args:
        cfg: The run's config, changed in place.
        root: Folder for the sample data; reused if it was written before.

    Raises:
        ConfigError: The config trains on none of SAMPLES, or the folder holds something
            else.
    """
    kinds = {dataset['type'] for dataset in data_sets_of(cfg, 'train')}
    if len(kinds) != 1 or not kinds <= set(SAMPLES):
        raise ConfigError(
            f'--sample-data replaces one of {", ".join(SAMPLES)}; the config trains on '
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
    _use_folder(cfg, sample, folder / sample.below)
    shrink_model(cfg.model, len(sample.classes), CROP_SIZE)
    _shrink_images(cfg.model.get('data_preprocessor'), 1)
    _shorten_schedule(cfg, sample)
    cfg.setdefault('randomness', dict(seed=SEED))


def _use_folder(cfg: Config, sample: SampleSet, folder: Path) -> None:
    metainfo = dict(classes=sample.classes, palette=sample.palette)
    factor = IMAGE_SIZE / short_side(cfg.test_dataloader.dataset, '--sample-data')
    _shrink_images([*switches_of(cfg), cfg.get('tta_pipeline')], factor)
    for node in dicts_in(cfg.train_dataloader.dataset):
        if type_name(node) == 'RepeatDataset':
            node['times'] = 1
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
        if type_name(node) == 'RandomResize' and 'ratio_range' in node:
            node['ratio_range'] = RATIO_RANGE
        if 'crop_size' in node:
            # Crops of detectors that all have one size have that of whole images.
            side = IMAGE_SIZE if 'recompute_bbox' in node else CROP_SIZE
            node['crop_size'] = (side, side)
        for key in SCALES:
            if key in node:
                node[key] = scaled(node[key], factor)
        if is_canvas(node):
            node['size'] = (IMAGE_SIZE, IMAGE_SIZE)


def _shorten_schedule(cfg: Config, sample: SampleSet) -> None:
    iterations = sample.iterations
    lr = QUERY_LR if has_transformer(cfg.model) else sample.lr
    loop = cfg.train_cfg
    loop.pop('dynamic_intervals', None)
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
        type='AdamW', lr=lr, betas=(0.9, 0.98), weight_decay=0.05
    )
    cfg.optim_wrapper.clip_grad = dict(max_norm=1.0)
    # mmseg's heads start from large weights under BN, which change slowly.
    faster = dict(lr_mult=1.0 if has_transformer(cfg.model) else HEAD_LR)
    heads = {name: faster for name in SEGMENTOR_HEADS if cfg.model.get(name)}
    cfg.optim_wrapper.paramwise_cfg = dict(custom_keys=heads)
    # Of RTMDet: the last half of the run instead of the last tenth.
    for switch in switches_of(cfg):
        switch['switch_epoch'] = max(1, length // 2)
    cfg.auto_scale_lr = dict(enable=False, base_batch_size=BATCH_SIZE)
    cfg.param_scheduler = [
        dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=20),
        dict(type='PolyLR', by_epoch=False, begin=20, end=iterations, power=1.0),
    ]
