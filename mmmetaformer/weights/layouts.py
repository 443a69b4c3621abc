# SPDX-License-Identifier: Apache-2.0
"""Translate between our keys and those of other projects.

Our keys are those of https://github.com/sail-sg/metaformer, plus `out_norms.{i}`. A
published classifier also has `norm` (after the global pooling) and `head`.

Sources of the other keys: timm's `metaformer.py`,
https://github.com/sail-sg/poolformer, mmpretrain's `poolformer.py`, and transformers'
conversion script for PoolFormer.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from torch import Tensor

from mmmetaformer.errors import ConfigError, check_choice

from .key_patterns import KeyPatterns

__all__ = ['LAYOUTS', 'Layout', 'find_layout', 'from_layout', 'to_layout']

StateDict = Mapping[str, Tensor]

# Linear layers over channels, which some layouts store as 1x1 convolutions.
POINTWISE = re.compile(
    r'stages\.\d+\.\d+\.(mlp\.fc[12]|token_mixer\.(pwconv[12]|qkv|proj))\.weight'
)
STAGES = range(4)


@dataclass(frozen=True)
class Layout:
    """The keys and shapes of one project.

    Attributes:
        keys: Table of their keys and ours.
        marks: Regular expressions. A file has this layout if each matches one of its
            keys.
        as_conv: Whether the linear layers of a stage are 1x1 convolutions, given
            whether the stage's mixer is attention.
        prefix: Their prefix for the backbone's keys.
        without_prefix: Beginnings of our keys that get no prefix.
    """

    keys: KeyPatterns
    marks: tuple[str, ...]
    as_conv: Callable[[bool], bool]
    prefix: str = ''
    without_prefix: tuple[str, ...] = ()


def _timm(stage: str) -> KeyPatterns:
    return KeyPatterns(
        [
            ('stem.conv.{x}', 'downsample_layers.0.conv.{x}'),
            ('stem.norm.{x}', 'downsample_layers.0.post_norm.{x}'),
            (stage + '{i}.downsample.norm.{x}', 'downsample_layers.{i}.pre_norm.{x}'),
            (stage + '{i}.downsample.conv.{x}', 'downsample_layers.{i}.conv.{x}'),
            (stage + '{i}.blocks.{j}.{x}', 'stages.{i}.{j}.{x}'),
            ('head.norm.{x}', 'norm.{x}'),
            ('head.fc.{x}', 'head.{x}'),
        ]
    )


def _poolformer(norm: list[tuple[str, str]]) -> KeyPatterns:
    rows = [('patch_embed.proj.{x}', 'downsample_layers.0.conv.{x}')]
    for i in STAGES:
        blocks, below = f'network.{2 * i}', f'network.{2 * i - 1}'
        if i:
            rows.append((below + '.proj.{x}', f'downsample_layers.{i}.conv.{{x}}'))
        rows += [
            (blocks + '.{j}.layer_scale_1', f'stages.{i}.{{j}}.layer_scale1.scale'),
            (blocks + '.{j}.layer_scale_2', f'stages.{i}.{{j}}.layer_scale2.scale'),
            (blocks + '.{j}.{x}', f'stages.{i}.{{j}}.{{x}}'),
        ]
    return KeyPatterns(rows + norm)


SAIL = KeyPatterns(
    [
        ('downsample_layers.{x}', 'downsample_layers.{x}'),
        ('stages.{x}', 'stages.{x}'),
        ('out_norms.{x}', 'out_norms.{x}'),
        ('norm.{x}', 'norm.{x}'),
        ('head.{x}', 'head.{x}'),
    ]
)
POOLFORMER_OUTPUTS = [(f'norm{2 * i}.{{x}}', f'out_norms.{i}.{{x}}') for i in STAGES]
POOLFORMER_HF = KeyPatterns(
    [
        ('patch_embeddings.{i}.projection.{x}', 'downsample_layers.{i}.conv.{x}'),
        ('block.{i}.{j}.before_norm.{x}', 'stages.{i}.{j}.norm1.{x}'),
        ('block.{i}.{j}.after_norm.{x}', 'stages.{i}.{j}.norm2.{x}'),
        ('block.{i}.{j}.output.conv1.{x}', 'stages.{i}.{j}.mlp.fc1.{x}'),
        ('block.{i}.{j}.output.conv2.{x}', 'stages.{i}.{j}.mlp.fc2.{x}'),
        ('block.{i}.{j}.layer_scale_1', 'stages.{i}.{j}.layer_scale1.scale'),
        ('block.{i}.{j}.layer_scale_2', 'stages.{i}.{j}.layer_scale2.scale'),
        ('norm.{x}', 'norm.{x}'),
        ('classifier.{x}', 'head.{x}'),
    ]
)


def _never(attention: bool) -> bool:
    return False


def _always(attention: bool) -> bool:
    return True


def _unless_attention(attention: bool) -> bool:
    return not attention


POOLFORMER_BLOCK = r'network\.0\.0\..+'

#: By name, in the order of detection: a layout comes before another that has only some
#: of its marks.
LAYOUTS = {
    'sail': Layout(SAIL, (r'downsample_layers\.0\.conv\..+',), _never),
    'timm': Layout(_timm('stages.'), (r'stages\.0\.blocks\.0\..+',), _unless_attention),
    'timm_features': Layout(
        _timm('stages_'), (r'stages_0\.blocks\.0\..+',), _unless_attention
    ),
    # In mmpretrain's classifiers, norm6 is the final norm.
    'poolformer_mmpretrain': Layout(
        _poolformer([('norm6.{x}', 'norm.{x}'), ('head.fc.{x}', 'head.{x}')]),
        (POOLFORMER_BLOCK, r'head\.fc\..+'),
        _always,
        prefix='backbone.',
        without_prefix=('head.',),
    ),
    'poolformer': Layout(
        _poolformer(
            [*POOLFORMER_OUTPUTS, ('norm.{x}', 'norm.{x}'), ('head.{x}', 'head.{x}')]
        ),
        (POOLFORMER_BLOCK,),
        _always,
    ),
    'poolformer_hf': Layout(
        POOLFORMER_HF,
        (r'block\.0\.0\..+',),
        _always,
        prefix='poolformer.encoder.',
        without_prefix=('head.', 'norm.'),
    ),
}


def find_layout(keys: Iterable[str]) -> str | None:
    """Return the layout of these keys, a key of LAYOUTS, or None for an unknown one.

    Args:
        keys: Without prefixes.
    """
    keys = list(keys)
    for name, layout in LAYOUTS.items():
        if all(any(re.fullmatch(mark, key) for key in keys) for mark in layout.marks):
            return name
    return None


def from_layout(weights: StateDict, name: str) -> tuple[dict[str, Tensor], list[str]]:
    """Translate weights into our keys and shapes.

    Args:
        weights: Their weights, without prefixes.
        name: Their layout, a key of LAYOUTS.

    Returns:
        Our weights, with `norm` and `head` if they have them; and the keys that are
        not part of the layout.

    Raises:
        ConfigError: Two of their keys are translated to the same.
    """
    layout = LAYOUTS[name]
    ours: dict[str, Tensor] = {}
    unknown = []
    for key, value in weights.items():
        new = layout.keys.to_ours(key)
        if new is None:
            unknown.append(key)
            continue
        if new in ours:
            raise ConfigError(
                f'two keys of the file mean the same tensor, {new}; the second is '
                f'{key}. Remove one of them from the file.'
            )
        is_conv = value.ndim == 4 and value.shape[2:] == (1, 1)
        if POINTWISE.fullmatch(new) and is_conv:
            value = value.flatten(1)
        ours[new] = value
    return ours, unknown


def to_layout(weights: StateDict, name: str) -> tuple[dict[str, Tensor], list[str]]:
    """Translate our weights into the keys and shapes of another layout.

    Args:
        weights: Our weights, with or without `norm`, `head` and `out_norms`.
        name: A key of LAYOUTS.

    Returns:
        Their weights, and those of our keys that the layout has no place for.

    Raises:
        ConfigError: There is no such layout.
    """
    check_choice('layout', name, LAYOUTS)
    layout = LAYOUTS[name]
    attention = {
        key.split('.')[1] for key in weights if key.endswith('.token_mixer.qkv.weight')
    }
    theirs = {}
    unknown = []
    for key, value in weights.items():
        new = layout.keys.to_theirs(key)
        if new is None:
            unknown.append(key)
            continue
        if POINTWISE.fullmatch(key) and layout.as_conv(key.split('.')[1] in attention):
            value = value[..., None, None]
        if not key.startswith(layout.without_prefix):
            new = layout.prefix + new
        theirs[new] = value
    return theirs, unknown
