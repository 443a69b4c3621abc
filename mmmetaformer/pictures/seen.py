# SPDX-License-Identifier: Apache-2.0
"""What the network of a config sees: its data after pipeline and normalization."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import DATASETS, MODELS, init_default_scope
from numpy.typing import NDArray

from mmmetaformer.engine.undisturbed import silent
from mmmetaformer.host import dicts_in

__all__ = ['SeenSample', 'seen_samples']


@dataclass(frozen=True)
class SeenSample:
    """An input of the network, as a picture, with what it is to learn.

    Attributes:
        image: (H, W, 3) uint8, RGB, padding included.
        boxes: (N, 4) x1, y1, x2, y2, or None.
        labels: (N,) of the boxes, or None.
        masks: (N, H, W) of bool, or None.
        label_map: (H, W), or None.
        meta: What the pipeline noted, such as `img_path` and `scale_factor`.
    """

    image: NDArray[np.uint8]
    boxes: NDArray[np.float32] | None
    labels: NDArray[np.int64] | None
    masks: NDArray[np.bool_] | None
    label_map: NDArray[np.int64] | None
    meta: dict[str, Any]


def seen_samples(
    cfg: Config, split: str, number: int, seed: int
) -> tuple[dict[str, Any], Iterator[SeenSample]]:
    """Return the data set's classes and colors, and its samples one by one.

    Samples go through the pipeline and, in batches of the config's size, through the
    model's data preprocessor. Then its normalization is undone.

    Args:
        cfg: The run's config.
        split: 'train', 'val' or 'test'.
        number: How many; fewer if there are fewer.
        seed: Another seed draws other samples and augmentations.
    """
    init_default_scope(cfg.get('default_scope') or 'mmengine')
    loader = cfg[f'{split}_dataloader']
    with silent():
        dataset = DATASETS.build(loader['dataset'])
        if hasattr(dataset, 'full_init'):
            dataset.full_init()
    preprocessor = MODELS.build(cfg.model.get('data_preprocessor') or _plain())
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    indices = random.sample(range(len(dataset)), min(number, len(dataset)))
    size = loader.get('batch_size') or 1
    batches = [indices[i : i + size] for i in range(0, len(indices), size)]
    return dict(dataset.metainfo), _samples(dataset, preprocessor, cfg, split, batches)


def _plain() -> dict[str, str]:
    return dict(type='mmengine.ImgDataPreprocessor')


def _samples(
    dataset: Any,
    preprocessor: Any,
    cfg: Config,
    split: str,
    batches: Sequence[Sequence[int]],
) -> Iterator[SeenSample]:
    is_rgb = _is_rgb(cfg, split)
    for indices in batches:
        batch = pseudo_collate([dataset[index] for index in indices])
        with torch.no_grad():
            data = preprocessor(batch, training=split == 'train')
        for inputs, sample in zip(data['inputs'], data['data_samples'], strict=True):
            yield _seen(_picture(inputs, preprocessor, is_rgb), sample)


def _is_rgb(cfg: Config, split: str) -> bool:
    """Return whether channels reach the network as red, green, blue."""
    loaded = any(
        one.get('channel_order') == 'rgb' or one.get('imdecode_backend') == 'pillow_rgb'
        for one in dicts_in(cfg[f'{split}_dataloader']['dataset'].get('pipeline'))
    )
    settings = cfg.model.get('data_preprocessor') or {}
    swapped = settings.get('bgr_to_rgb') or settings.get('rgb_to_bgr')
    return loaded != bool(swapped)


def _picture(
    inputs: torch.Tensor, preprocessor: Any, is_rgb: bool
) -> NDArray[np.uint8]:
    """Return an input of (C, H, W) with its normalization undone, as RGB."""
    values = inputs.float()
    if getattr(preprocessor, '_enable_normalize', False):
        values = values * preprocessor.std + preprocessor.mean
    values = values.round().clamp(0, 255).byte()
    if len(values) < 3:
        values = values[:1].expand(3, -1, -1)  # grey
    picture = values[:3].permute(1, 2, 0).cpu().numpy()
    return np.ascontiguousarray(picture if is_rgb else picture[..., ::-1])


def _seen(image: NDArray[np.uint8], sample: Any) -> SeenSample:
    truth = getattr(sample, 'gt_instances', None)
    boxes = labels = masks = label_map = None
    if truth is not None and 'bboxes' in truth:
        tensor = getattr(truth.bboxes, 'tensor', truth.bboxes)
        boxes, labels = tensor.cpu().numpy(), truth.labels.cpu().numpy()
    if truth is not None and 'masks' in truth and len(truth.masks):
        masks = _fitted(truth.masks.to_ndarray().astype(bool), image.shape)
    semantic = getattr(sample, 'gt_sem_seg', None)
    if semantic is not None and truth is None:
        label_map = _resized(semantic.data[0].cpu().numpy(), image.shape)
    return SeenSample(image, boxes, labels, masks, label_map, dict(sample.metainfo))


def _fitted(masks: NDArray[np.bool_], shape: Sequence[int]) -> NDArray[np.bool_]:
    """Return masks of (N, h, w) with the padding of the image, (N, H, W)."""
    whole = np.zeros((len(masks), *shape[:2]), bool)
    height, width = masks.shape[1:]
    whole[:, :height, :width] = masks[:, : shape[0], : shape[1]]
    return whole


def _resized(labels: NDArray[Any], shape: Sequence[int]) -> NDArray[np.int64]:
    """Return a label map at its image's size: in validation it has that of the file."""
    rows, columns = (
        np.arange(new) * old // new
        for new, old in zip(shape[:2], labels.shape, strict=True)
    )
    return labels[rows[:, None], columns].astype(np.int64)
