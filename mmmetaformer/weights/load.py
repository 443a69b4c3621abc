# SPDX-License-Identifier: Apache-2.0
"""Load pretrained weights into a backbone, and report every tensor."""

from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn

from mmmetaformer.errors import ConfigError
from mmmetaformer.say import say
from mmmetaformer.text import config_text

from .audit import Audit, compare
from .catalogue import APACHE, Entry
from .files import read_weights
from .layouts import LAYOUTS, find_layout, from_layout
from .prefixes import strip_prefixes
from .source import locate, published_entry
from .stem import STEM, adapt_stem

__all__ = ['Loaded', 'load_pretrained']


@dataclass(frozen=True)
class Loaded:
    """What was loaded into a backbone, which has it as its attribute `loaded`.

    Attributes:
        checkpoint: As the user named it.
        source: How the weights were found in the file.
        audit: The report that lists every tensor.
        change: Change of the matched weights, relative to their norm before.
    """

    checkpoint: str
    source: str
    audit: Audit
    change: float


def load_pretrained(
    backbone: nn.Module,
    checkpoint: str,
    *,
    prefix: str | None = '',
    partial: bool = False,
) -> Audit:
    """Load pretrained weights, and log how many tensors match.

    Args:
        backbone: A module with the keys of a `MetaFormer`.
        checkpoint: A published name such as `sail:caformer_s18` (`tools/weights.py
            list`), an address, or a local file or folder, in any of LAYOUTS.
        prefix: Prefix of the backbone's keys, if the file has other networks too; None
            for that of detectors and segmentors, if the file is one.
        partial: Load the tensors that match and only log the others.

    Returns:
        A report that lists every tensor.

    Raises:
        ConfigError: The file is not available or cannot be read; a key is missing or
            unexpected or has a different shape; no tensor matches. An error in one
            process is raised in all.
    """
    try:
        weights, audit, source = _prepare(backbone, checkpoint, prefix, partial)
        problem = None
    # Any error: the other processes would wait forever if this one just stopped.
    except Exception as error:
        problem = error
    _raise_in_all_processes(problem)
    change = _copy(backbone, weights)
    # For the report of a run; no part of the state dict.
    backbone.loaded = Loaded(checkpoint, source, audit, change)  # type: ignore[assignment]
    counts = f'into {type(backbone).__name__} ({source}): {audit.counts()}'
    say(
        f'Loaded {checkpoint} {counts}. Relative change of the matched weights: '
        f'{change:.3g}' + ('' if audit.fits else f'\n{audit.problems()}'),
        brief=f'Loaded {checkpoint} {counts}',
    )
    return audit


def _prepare(
    backbone: nn.Module, checkpoint: str, prefix: str | None, partial: bool
) -> tuple[dict[str, Tensor], Audit, str]:
    """Return the weights to load, the report, and how they were found in the file."""
    if not isinstance(checkpoint, str):
        raise ConfigError(f'checkpoint must be a string, got {checkpoint!r}')
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
            f'{checkpoint} is not a MetaFormer: its first keys are '
            f'{", ".join(list(read.tensors)[:3])}. Expected one of the layouts '
            f'{", ".join(LAYOUTS)}.'
        )
    weights, unknown = from_layout(stripped, layout)
    own = backbone.state_dict()
    source = f'layout {layout}'
    if entry and entry.license != APACHE:
        source += f', license {entry.license}'
    if read.wrapper:
        source += f', under {read.wrapper!r}'
    if taken:
        source += f', prefix {taken!r}'
    if STEM in weights and STEM in own:
        before, now = weights[STEM].shape[1], own[STEM].shape[1]
        if before != now and weights[STEM].shape[::2] == own[STEM].shape[::2]:
            weights[STEM] = adapt_stem(weights[STEM], now)
            source += f', stem adapted from {before} to {now} channels'
    audit = compare(weights, own, unknown, left_out)
    if not audit.matched:
        raise ConfigError(
            f'no tensor of {checkpoint} matches {type(backbone).__name__} ({source}).\n'
            + audit.problems()
        )
    if not audit.fits and not partial:
        raise ConfigError(
            f'{checkpoint} does not fit {type(backbone).__name__} ({source}): '
            f'{audit.counts()}.\n{audit.problems()}\n' + _advice(audit)
        )
    return {key: weights[key] for key in audit.matched}, audit, source


def _advice(audit: Audit) -> str:
    if audit.other_activations:
        return (
            'Do not use partial=True here: it would load the weights into a network '
            'with another activation.'
        )
    return 'To load only the tensors that match, add partial=True to init_cfg.'


def _check_family(backbone: nn.Module, entry: Entry) -> None:
    """Refuse weights of another family: some have the same keys and shapes."""
    names = [cls.__name__ for cls in type(backbone).__mro__]
    if entry.family not in names and names[0] != 'MetaFormer':
        raise ConfigError(
            f'{entry.name} is a {entry.family} of size {entry.arch}, but the backbone '
            f'is a {names[0]}. `tools/weights.py list` prints the checkpoints of each '
            'family.'
        )
    has_star_relu = any(key.endswith('mlp.act.scale') for key in backbone.state_dict())
    if entry.own_backbone and has_star_relu:
        raise ConfigError(
            f'{entry.name} has ReLU as activation, but the backbone is a {names[0]} '
            'with StarReLU. Keep your other arguments and set\n'
            + config_text(entry.own_backbone, indent=4)
        )


def _copy(backbone: nn.Module, weights: dict[str, Tensor]) -> float:
    """Copy the weights, and return their change relative to the norm before."""
    own = backbone.state_dict()
    moved = norm = 0.0
    with torch.no_grad():
        for key, value in weights.items():
            before = own[key].double()
            moved += (value.to(before) - before).square().sum().item()
            norm += before.square().sum().item()
            own[key].copy_(value)
    return (moved / norm) ** 0.5 if norm else float(moved > 0)


def _raise_in_all_processes(problem: Exception | None) -> None:
    """Raise the problem of any process in every process."""
    if dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1:
        messages: list[str | None] = [None] * dist.get_world_size()
        dist.all_gather_object(messages, None if problem is None else str(problem))
        first = next((text for text in messages if text is not None), None)
        if problem is None and first is not None:
            raise ConfigError(f'another process failed: {first}')
    if problem is not None:
        raise problem
