# SPDX-License-Identifier: Apache-2.0
"""Feature maps and receptive fields, from the command line to one picture."""

import argparse
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from numpy.typing import NDArray
from torch import Tensor

from mmmetaformer import compat
from mmmetaformer.checks.writable import check_file_writable
from mmmetaformer.datasets.sample_data.spec import SampleSpec
from mmmetaformer.errors import ConfigError
from mmmetaformer.pictures.backbones import NamedBackbone, build_backbone
from mmmetaformer.pictures.comparison import PARTS, Looked, draw_comparison
from mmmetaformer.pictures.feature_maps import mean_picture, pca_picture
from mmmetaformer.pictures.inputs import as_input, read_square
from mmmetaformer.pictures.receptive_field import receptive_field, share_of_area
from mmmetaformer.predict.files import find_images
from mmmetaformer.text import table

from .config import load_config
from .find_config import find_config

__all__ = ['visualize_features']

# Twice the stride of the last stage: one of its outputs is in the middle then.
MULTIPLE = 64


def visualize_features(args: argparse.Namespace) -> None:
    """Draw the feature maps and receptive fields of backbones side by side.

    Args:
        args: The arguments of `tools/visualize_features.py`.

    Raises:
        ConfigError: A backbone, its weights or an image is not available.
    """
    if importlib.util.find_spec('matplotlib') is None:
        raise ConfigError('the picture needs matplotlib: pip install matplotlib')
    if args.size % MULTIPLE:
        raise ConfigError(f'--size {args.size} is no multiple of {MULTIPLE}')
    path = Path(args.out)
    if path.suffix not in ('.png', '.svg'):
        raise ConfigError(f'--out {path}: expected a name that ends with .png or .svg')
    check_file_writable(path, '--out')
    compat.install()
    pictures = _pictures(args.images, args.size, args.number)
    backbones = [build_backbone(word, _load_config, args.seed) for word in args.names]
    inputs = [as_input(picture) for picture in pictures]
    looked = [_look(one, inputs, args.map, args.seed) for one in backbones]
    path.parent.mkdir(parents=True, exist_ok=True)
    draw_comparison(pictures[0], looked, len(pictures), path)
    rows: list[Sequence[object]] = [('backbone', 'weights', '50 % in', '95 % in')]
    for one in looked:
        shares = [f'{share_of_area(one.field, part):.1%}' for part in PARTS]
        rows.append((one.name, one.weights, *shares))
    print(
        'Effective receptive field: the part of the image, a square around the centre,'
    )
    print('that has 50 % and 95 % of the gradient of the centre of the last stage.')
    print(*table(rows, left=(0, 1)), f'Picture: {path}', sep='\n')


def _load_config(path: str) -> Config:
    find_config(path, 'backbone or config')
    return load_config(path)


def _pictures(
    places: Sequence[str] | None, size: int, number: int
) -> list[NDArray[np.uint8]]:
    """Return images of the user's, or synthetic ones."""
    if places:
        return [read_square(path, size) for path in find_images(places)[:number]]
    spec = SampleSpec(number, 1, size, seed=0)
    scenes = (spec.scene('train', index, with_other=False) for index in range(number))
    return [np.ascontiguousarray(scene.image[..., ::-1]) for scene in scenes]


def _look(one: NamedBackbone, inputs: Sequence[Tensor], how: str, seed: int) -> Looked:
    picture = {'pca': pca_picture, 'mean': mean_picture}[how]
    with torch.no_grad():
        outputs = one.module(inputs[0])
    every = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    maps = [picture(output[0]) for output in every]
    field = receptive_field(one.module, inputs, seed)
    print(f'{one.name} ({one.weights}): {len(maps)} feature maps', flush=True)
    return Looked(one.name, one.weights, maps, field)
