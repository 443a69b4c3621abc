# SPDX-License-Identifier: Apache-2.0
"""Random numbers as a function of the position in a run.

A run that was stopped then draws the same numbers after a resume, and nothing of the
generators has to be saved.
"""

import hashlib
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.dist import get_rank
from mmengine.runner import Runner

from mmmetaformer.errors import warn

__all__ = ['Purpose', 'Stream', 'base_seed', 'keep_seed', 'seed_loading', 'seed_step']


class Purpose(IntEnum):
    """What random numbers are for; the same position has other ones for each."""

    STEP = 1
    TRAIN_IMAGE = 2
    VALIDATION = 3
    VAL_IMAGE = 4
    SAMPLER = 5
    AFTER_VALIDATION = 6


def seed_step(*place: int) -> None:
    """Seed Python, NumPy and torch on all devices with a hash of a place.

    Args:
        place: The run's seed, a `Purpose`, and numbers that say where.
    """
    seed = _seed_host(*place)
    if get_device() == 'cpu':
        # Without a GPU, torch.manual_seed takes 0.2 ms: it formats a stack for later.
        torch.default_generator.manual_seed(seed)
    else:
        torch.manual_seed(seed)


def seed_loading(*place: int) -> None:
    """Seed Python, NumPy and torch on the CPU, where images are loaded.

    Args:
        place: The run's seed, a `Purpose`, and numbers that say where.
    """
    torch.default_generator.manual_seed(_seed_host(*place))


def base_seed(runner: Runner) -> int:
    """Return the seed that all processes of a run share, given or drawn."""
    different = runner._randomness_cfg.get('diff_rank_seed', False)
    return runner.seed - get_rank() if different else runner.seed


def keep_seed(cfg: Config, meta: Mapping[str, Any]) -> None:
    """Resume with the seed that a run without a given one has drawn.

    Args:
        cfg: The config of the run that resumes, changed in place. Its seed counts if it
            has one.
        meta: The checkpoint's `meta`.
    """
    saved, given = meta.get('seed'), (cfg.get('randomness') or {}).get('seed')
    if not isinstance(saved, int):
        return
    if given is None:
        cfg.randomness = {**(cfg.get('randomness') or {}), 'seed': saved}
    elif given != saved:
        warn(
            f"the checkpoint's seed is {saved}, the config's {given}: training "
            "continues with the config's, on images in another order"
        )


class Stream:
    """Random numbers of its own for code that draws from the global generators.

    Args:
        place: Where it starts, as in `seed_loading`.
    """

    def __init__(self, *place: int) -> None:
        self._place = place
        self._states: tuple[Any, ...] | None = None

    @contextmanager
    def used(self) -> Iterator[None]:
        """Draw from this stream inside; restore the global generators on leaving."""
        before = _states()
        if self._states is None:
            seed_loading(*self._place)
        else:
            _restore(self._states)
        try:
            yield
        finally:
            self._states = _states()
            _restore(before)


def _seed_host(*place: int) -> int:
    """Seed Python and NumPy; return the seed for torch."""
    text = ','.join(str(int(number)) for number in place)
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    seed = int.from_bytes(digest, 'little')
    random.seed(seed)
    np.random.seed([seed >> 32, seed & 0xFFFFFFFF])
    return seed


def _states() -> tuple[Any, ...]:
    return random.getstate(), np.random.get_state(), torch.get_rng_state()


def _restore(states: tuple[Any, ...]) -> None:
    python, numpy, torch_state = states
    random.setstate(python)
    np.random.set_state(numpy)
    torch.set_rng_state(torch_state)
