# SPDX-License-Identifier: Apache-2.0
"""Loading pretrained weights into a backbone, with an account of every tensor."""

import torch
import torch.distributed as dist
from mmengine.logging import print_log
from torch import Tensor, nn

from mmmetaformer.errors import ConfigError

from .audit import Audit, compare
from .catalogue import Entry
from .files import read_weights
from .layouts import LAYOUTS, find_layout, from_layout
from .prefixes import strip_prefixes
from .source import locate, published_entry
from .stem import STEM, adapt_stem

__all__ = ['load_pretrained']


def load_pretrained(
    backbone: nn.Module, checkpoint: str, *, prefix: str = '', partial: bool = False
) -> Audit:
    """Load pretrained weights, and log what became of every tensor.

    Args:
        backbone: With the names of a `MetaFormer`.
        checkpoint: `sail:NAME` or `timm:TAG` (`tools/weights.py list`), an address, or
            a local file or folder, in any of LAYOUTS.
        prefix: Of the backbone's names in the file, if other networks are in it too.
        partial: Load what fits and only log the rest.

    Returns:
        The account.

    Raises:
        ConfigError: The file cannot be had or read; a tensor is missing, left over or
            of another shape; nothing fits. With several processes, on each of them,
            if on any.
    """
    try:
        weights, audit, told = _prepare(backbone, checkpoint, prefix, partial)
        problem = None
    # Whatever it is, the other processes must hear of it or they would wait for ever.
    except Exception as error:
        problem = error
    _share(problem)
    moved = _copy(backbone, weights)
    print_log(
        f'{type(backbone).__name__} starts from {checkpoint} ({told}): '
        f'{audit.counts()}; the matched weights moved by {moved:.3g} of their norm'
        + ('' if audit.fits else f'\n{audit.problems()}'),
        logger='current',
    )
    return audit


def _prepare(
    backbone: nn.Module, checkpoint: str, prefix: str, partial: bool
) -> tuple[dict[str, Tensor], Audit, str]:
    """Read the weights that go into the backbone, its account, and what to tell."""
    if not isinstance(checkpoint, str):
        raise ConfigError(f'checkpoint is a string, got {checkpoint!r}')
    entry = published_entry(checkpoint)
    if entry:
        _check_family(backbone, entry)
    path = locate(checkpoint)
    read = read_weights(path)
    try:
        stripped, taken, left_out = strip_prefixes(read.tensors, prefix)
    except ConfigError as error:
        raise ConfigError(f'{checkpoint}: {error}') from error
    layout = find_layout(stripped)
    if layout is None:
        raise ConfigError(
            f'{checkpoint} is not of a MetaFormer: its names begin with '
            f'{", ".join(list(read.tensors)[:3])}. Layouts that are known: '
            f'{", ".join(LAYOUTS)}'
        )
    weights, unknown = from_layout(stripped, layout)
    own = backbone.state_dict()
    told = f'layout {layout}'
    if read.wrapper:
        told += f', under {read.wrapper!r}'
    if taken:
        told += f', prefix {taken!r}'
    if STEM in weights and STEM in own:
        before, now = weights[STEM].shape[1], own[STEM].shape[1]
        if before != now and weights[STEM].shape[::2] == own[STEM].shape[::2]:
            weights[STEM] = adapt_stem(weights[STEM], now)
            told += f', stem adapted from {before} to {now} channels'
    audit = compare(weights, own, unknown, left_out)
    if not audit.matched:
        raise ConfigError(
            f'nothing in {checkpoint} fits {type(backbone).__name__} ({told}).\n'
            + audit.problems()
        )
    if not audit.fits and not partial:
        raise ConfigError(
            f'{checkpoint} does not fit {type(backbone).__name__} ({told}): '
            f'{audit.counts()}.\n{audit.problems()}\n'
            'To load what fits on purpose, add partial=True to init_cfg.'
        )
    return {key: weights[key] for key in audit.matched}, audit, told


def _check_family(backbone: nn.Module, entry: Entry) -> None:
    """Refuse weights of another family: some have the same names and shapes."""
    names = [cls.__name__ for cls in type(backbone).__mro__]
    if entry.family not in names and names[0] != 'MetaFormer':
        raise ConfigError(
            f'{entry.name} is a {entry.family} of size {entry.arch}, the backbone a '
            f'{names[0]}; `tools/weights.py list` shows what there is'
        )


def _copy(backbone: nn.Module, weights: dict[str, Tensor]) -> float:
    """Load the weights; give back how far they moved, relative to the old norm."""
    own = backbone.state_dict()
    moved = norm = 0.0
    with torch.no_grad():
        for key, value in weights.items():
            before = own[key].double()
            moved += (value.to(before) - before).square().sum().item()
            norm += before.square().sum().item()
            own[key].copy_(value)
    return (moved / norm) ** 0.5 if norm else float(moved > 0)


def _share(problem: Exception | None) -> None:
    """Raise on every process what went wrong on any."""
    if dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1:
        told: list[str | None] = [None] * dist.get_world_size()
        dist.all_gather_object(told, None if problem is None else str(problem))
        first = next((text for text in told if text is not None), None)
        if problem is None and first is not None:
            raise ConfigError(f'another process reports: {first}')
    if problem is not None:
        raise problem
