# SPDX-License-Identifier: Apache-2.0
"""Parameters, operations and memory of a model, part by part."""

import copy
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import MODELS, init_default_scope
from torch import Tensor, nn

from mmmetaformer.errors import ConfigError

from .counter import OpCounter, Places, SavedBytes, inside
from .fake import make_fake
from .parts import HeadRun, backbone_parts, head_runs

__all__ = ['SHAPES', 'Complexity', 'Part', 'measure']

#: Height and width in pixels at which the literature counts, by default scope.
SHAPES = {'mmseg': (512, 2048), 'mmdet': (800, 1280)}
#: Images of the training pass, so that batch norm has more than one value a channel.
BATCH = 2


@dataclass
class Part:
    """What a part of a model costs for one image.

    Args:
        name: Its place in the model.
        parameters: Number of parameters.
        macs: Multiply-accumulates of a forward pass in testing.
        activations: Elements of all outputs of convolutions, linear maps and matrix
            products of that pass.
        saved_bytes: Bytes that a forward pass in training keeps for the backward
            pass, besides parameters.
        in_testing: Whether the part runs in testing; if not, its operations are not
            part of a total.
        note: What there is to say of it.
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
    """What a model costs for one image.

    Args:
        shape: Height and width of the image in pixels.
        parts: The parts, which add up to the model.
        not_counted: Parts of which the parameters alone are known, with the reason.
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
        """Elements of all outputs that `Part` counts."""
        return sum(part.activations for part in self.parts if part.in_testing)

    @property
    def saved_bytes(self) -> int:
        """Bytes kept for the backward pass of a training step, less the losses'."""
        return sum(part.saved_bytes for part in self.parts)


def measure(
    cfg: Config, shape: tuple[int, int] | None = None, backbone_only: bool = False
) -> Complexity:
    """Count what the model of a config costs; nothing is computed.

    The published convention: one image, a segmentor at 512x2048 without its auxiliary
    head, a detector at 800x1280; of a two-stage detector the box heads on the
    proposals and the mask heads on the detections that `test_cfg` keeps. Bytes kept
    are those of training: on the RoIs that `train_cfg` samples, with the auxiliary
    head, losses left out.

    Args:
        cfg: The config, which stays as it is.
        shape: Height and width in pixels, by default those of SHAPES.
        backbone_only: Leave neck and heads out.

    Raises:
        ConfigError: The config's scope has no usual shape and none is given, or its
            model is a wrapper around the one with the backbone.
    """
    if 'backbone' not in cfg.model:
        raise ConfigError(
            f'the model, a {cfg.model.get("type")}, has no backbone of its own: count '
            'the config of the model that it wraps'
        )
    scope = cfg.get('default_scope')
    if shape is None:
        if scope not in SHAPES:
            raise ConfigError(
                f'there is no usual size of images for configs of {scope}: give --shape'
            )
        shape = SHAPES[scope]
    model = _build(cfg, scope, backbone_only)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        return _count(model, _channels(cfg), shape)


def _build(cfg: Config, scope: str | None, backbone_only: bool) -> nn.Module:
    if scope:
        init_default_scope(scope)
    spec = copy.deepcopy(cfg.model)
    # No weights are needed, nor values of those that a part would start with.
    spec.get('backbone', {}).pop('init_cfg', None)
    spec.pop('pretrained', None)
    if backbone_only:
        holder = nn.Module()
        holder.backbone = MODELS.build(spec.backbone)
        return holder
    # Batch norm over processes does not run on shapes alone; the cost is the same.
    return revert_sync_batchnorm(MODELS.build(spec))


def _channels(cfg: Config) -> int:
    return cfg.model.get('backbone', {}).get('in_channels', 3)


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
    with mode, inside(parts, places), torch.no_grad(), ops:
        image = torch.empty(1, channels, *shape)
        not_counted.update(_run(model, image, head_runs(model, training=False)))
    model.train()
    with mode, inside(parts, places):
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
    """Parts with parameters that no row stands for, such as a transformer's decoder."""
    known = {name.partition('.')[0] for name in rows}
    return {
        name: 'it does not run on feature maps alone'
        for name, child in model.named_children()
        if name not in known and _parameters(child)
    }


def _run(model: Any, images: Tensor, heads: Iterable[HeadRun]) -> dict[str, str]:
    """Run all parts; gives back those that cannot be, with the reason."""
    maps: Sequence[Tensor] = model.backbone(images)
    if getattr(model, 'neck', None) is not None:
        maps = model.neck(maps)
    return {run.name: reason for run in heads if (reason := _try(run, maps))}


def _try(run: HeadRun, maps: Sequence[Tensor]) -> str:
    try:
        run.module(run.inputs(maps))
    except Exception as error:  # told in the result
        return f'{type(error).__name__}: {error}'.splitlines()[0]
    return ''


def _parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())
