# SPDX-License-Identifier: Apache-2.0
"""Counting parameters, operations and memory of a model, part by part."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from mmmetaformer.errors import ConfigError
from mmmetaformer.models.build import build_model
from mmmetaformer.models.layers import reference_kernels

from .operations import OpCounter, Places, inside
from .parts import HeadRun, backbone_parts, channels_of, head_runs, maps_of
from .saved_bytes import SavedBytes
from .shapes_only import make_fake

__all__ = ['SHAPES', 'Complexity', 'Part', 'count_complexity']

#: Image height and width in pixels that papers use, by default scope.
SHAPES = {'mmseg': (512, 2048), 'mmdet': (800, 1280)}
#: Images of the training pass; batch norm needs more than one value per channel.
BATCH = 2


@dataclass
class Part:
    """The cost of a part of a model for one image.

    Args:
        name: Its place in the model.
        parameters: Number of parameters.
        macs: Multiply-accumulates of a forward pass in testing.
        activations: Elements of all outputs of convolutions, linear maps and matrix
            products of that pass.
        saved_bytes: Bytes that a forward pass in training saves for the backward
            pass, without parameters.
        in_testing: Whether the part runs in testing; if not, totals leave its
            operations out.
        note: A remark for the table.
    """

    name: str
    parameters: int = 0
    macs: int = 0
    activations: int = 0
    saved_bytes: int = 0
    in_testing: bool = True
    note: str = ''


@dataclass
class Complexity:
    """The cost of a model for one image.

    Args:
        shape: Height and width of the image in pixels.
        parts: The parts, which add up to the model.
        not_counted: Parts with only their parameters counted, and the reason.
    """

    shape: tuple[int, int]
    parts: list[Part]
    not_counted: dict[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> int:
        """Number of parameters."""
        return sum(part.parameters for part in self.parts)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of a forward pass in testing."""
        return sum(part.macs for part in self.parts if part.in_testing)

    @property
    def activations(self) -> int:
        """Elements of all outputs that count (see `Part`)."""
        return sum(part.activations for part in self.parts if part.in_testing)

    @property
    def saved_bytes(self) -> int:
        """Bytes saved for backward in a training step, without those of the losses."""
        return sum(part.saved_bytes for part in self.parts)


def count_complexity(
    cfg: Config, shape: tuple[int, int] | None = None, backbone_only: bool = False
) -> Complexity:
    """Count the cost of a config's model from shapes alone; nothing is computed.

    Follows the convention of papers: one image, a segmentor at 512x2048 without its
    auxiliary head, a detector at 800x1280. In a two-stage detector the box heads run
    on the proposals, and the mask heads on the detections, that `test_cfg` keeps.
    Saved bytes are those of training: on the RoIs that `train_cfg` samples, with the
    auxiliary head, without losses.

    Args:
        cfg: The config, not changed.
        shape: Height and width in pixels, by default those of SHAPES.
        backbone_only: Leave neck and heads out.

    Raises:
        ConfigError: The config's scope has no usual shape and none is given, or its
            model is a wrapper around the model with the backbone.
    """
    if 'backbone' not in cfg.model:
        raise ConfigError(
            f'the model, a {cfg.model.get("type")}, has no backbone: count the config '
            'of the model that it wraps'
        )
    scope = cfg.get('default_scope')
    if shape is None:
        if scope not in SHAPES:
            raise ConfigError(
                f'configs of scope {scope!r} have no usual image size: give --shape'
            )
        shape = SHAPES[scope]
    model = _build(cfg, scope, backbone_only)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        return _count(model, channels_of(cfg), shape)


def _build(cfg: Config, scope: str | None, backbone_only: bool) -> nn.Module:
    if scope:
        init_default_scope(scope)
    if not backbone_only:
        # Without SyncBN, which does not run on shapes alone.
        return build_model(cfg.model, scope)
    holder = nn.Module()
    holder.backbone = build_model(cfg.model.backbone, scope)
    return holder


def _count(model: Any, channels: int, shape: tuple[int, int]) -> Complexity:
    runs = {run.name: run for run in head_runs(model, training=False)}
    parts = backbone_parts(model.backbone)
    if getattr(model, 'neck', None) is not None:
        parts['neck'] = model.neck
    parts.update({name: run.module for name, run in runs.items()})
    rows = {name: Part(name, _parameters(module)) for name, module in parts.items()}
    for name, run in runs.items():
        rows[name].in_testing, rows[name].note = run.in_testing, run.note
    not_counted = _others(model, rows)
    rest = Part(
        'elsewhere', _parameters(model) - sum(p.parameters for p in rows.values())
    )
    rows[''] = rest

    mode = make_fake(model)
    places = Places()
    ops = OpCounter(places)
    model.eval()
    # The kernels would take fewer operations than the literature counts.
    reference = reference_kernels()
    with mode, reference, inside(parts, places, runs), torch.no_grad(), ops:
        image = torch.empty(1, channels, *shape)
        not_counted.update(_run(model, image, head_runs(model, training=False)))
    model.train()
    with mode, inside(parts, places, runs):
        images = torch.empty(BATCH, channels, *shape)
        saved = SavedBytes([*model.parameters(), *model.buffers(), images], places)
        with saved:
            not_counted.update(_run(model, images, head_runs(model, training=True)))
    for name, row in rows.items():
        if name not in not_counted:
            row.macs = ops.macs[name]
            row.activations = ops.activations[name]
            row.saved_bytes = saved.bytes[name] // BATCH
    if rest == Part('elsewhere'):
        rows.pop('')
    return Complexity(shape, list(rows.values()), not_counted)


def _others(model: nn.Module, rows: Mapping[str, Part]) -> dict[str, str]:
    """Return parts with parameters but no row, such as a transformer's decoder."""
    known = {name.partition('.')[0] for name in rows}
    return {
        name: 'does not run on feature maps alone'
        for name, child in model.named_children()
        if name not in known and _parameters(child)
    }


def _run(model: Any, images: Tensor, heads: Iterable[HeadRun]) -> dict[str, str]:
    """Run all parts; return those that fail, with the reason."""
    maps = maps_of(model, images)
    return {run.name: reason for run in heads if (reason := _try(run, maps))}


def _try(run: HeadRun, maps: Sequence[Tensor]) -> str:
    try:
        run.module(run.inputs(maps))
    except Exception as error:  # reported in the result
        return f'{type(error).__name__}: {error}'.splitlines()[0]
    return ''


def _parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())
