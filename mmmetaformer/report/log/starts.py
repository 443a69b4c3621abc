# SPDX-License-Identifier: Apache-2.0
"""Each start of training in a work dir, with what it logged."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mmmetaformer.engine.facts import FACTS

__all__ = ['Start', 'read_starts']

#: Where mmengine's local back-end writes scalars, inside the log folder of a start.
SCALARS = 'vis_data/scalars.json'


@dataclass
class Start:
    """A start of training: the first, or one that resumed.

    Attributes:
        folder: Its log folder, named by mmengine after the time.
        facts: The content of its `facts.json`, empty without one.
        lines: What it logged, line by line.
        unread: Number of lines that could not be read, such as one that was cut off.
    """

    folder: Path
    facts: dict[str, Any]
    lines: list[dict[str, Any]]
    unread: int

    @cached_property
    def first_step(self) -> int | None:
        """Steps done before it, None if nothing says so."""
        if 'first_step' in self.facts:
            return int(self.facts['first_step'])
        steps = [line['step'] for line in self.lines if is_training(line)][:2]
        if not steps:
            return None
        # The first line comes after as many steps as there are to the second one.
        return max(0, 2 * steps[0] - steps[1]) if len(steps) > 1 else steps[0] - 1


def read_starts(work_dir: Path) -> list[Start]:
    """Read the starts of training in a work dir, the earliest first.

    Tests of checkpoints, which have log folders as well, are left out.
    """
    starts = []
    for folder in sorted(path for path in work_dir.iterdir() if path.is_dir()):
        scalars = folder / SCALARS
        facts = _facts(folder / FACTS)
        if scalars.is_file() or facts:
            lines, unread = _lines(scalars) if scalars.is_file() else ([], 0)
            starts.append(Start(folder, facts, lines, unread))
    return starts


def is_training(line: dict[str, Any]) -> bool:
    """Return whether a line is about steps of training, not about a validation."""
    return 'iter' in line or 'lr' in line


def _facts(file: Path) -> dict[str, Any]:
    try:
        facts = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _lines(file: Path) -> tuple[list[dict[str, Any]], int]:
    lines, unread = [], 0
    with file.open('rb') as stream:
        for text in stream:
            try:
                line = json.loads(text)
                line['step'] = int(line['step'])
            except (ValueError, TypeError, KeyError):
                unread += bool(text.strip())
            else:
                lines.append(line)
    return lines, unread
