# SPDX-License-Identifier: Apache-2.0
"""The checkpoints that lie in the folders of a run."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmmetaformer.checkpoint_names import (
    BETWEEN,
    LAUNCHES,
    TEMPLATES,
    best_pattern,
    folder_in,
    pattern_of,
)
from mmmetaformer.compat.atomic_save import target_of_temporary
from mmmetaformer.host import hooks_of, is_local, type_name

from .pointer import POINTER, read_pointer

__all__ = ['CheckpointFiles']


@dataclass(frozen=True)
class CheckpointFiles:
    """Where a run saves checkpoints, and what it calls them.

    Args:
        work_dir: The folder of the run.
        folders: The local folders with checkpoints, the work dir first.
        templates: The `filename_tmpl` of the run's hooks.
    """

    work_dir: Path
    folders: tuple[Path, ...]
    templates: tuple[str, ...]

    @classmethod
    def of(cls, cfg: Config) -> 'CheckpointFiles':
        """Return those of a config."""
        work_dir = Path(cfg.work_dir)
        own, folders, templates = os.path.abspath(work_dir), [work_dir], []
        for hook in _hooks(cfg):
            by_epoch = hook.get('by_epoch', True)
            default = 'epoch_{}.pth' if by_epoch else 'iter_{}.pth'
            templates.append(hook.get('filename_tmpl') or default)
            out_dir = hook.get('out_dir')
            if out_dir and '://' not in str(out_dir) and is_local(hook):
                folder = folder_in(str(out_dir), cfg.work_dir)
                folders += [Path(folder)] if folder != own else []
        return cls(work_dir, tuple(dict.fromkeys(folders)), tuple(templates))

    @classmethod
    def beside(cls, cfg: Config, folder: Path) -> 'CheckpointFiles':
        """Return those in any folder, with the names of a config."""
        return cls(folder, (folder,), cls.of(cfg).templates)

    def newest_first(self) -> list[str]:
        """Return all checkpoints but the best ones, and what the pointer names.

        Numbers count rather than times, which a copy of the folder changes. Names like
        the one in the pointer come first, then those of the config and mmengine's. The
        best checkpoints have no state of the optimizer.
        """
        pointer = read_pointer(self.work_dir)
        files = [str(file) for file in self._files()]
        if pointer and pointer not in files:
            files.append(pointer)
        families = self._families(pointer)
        found: dict[str, tuple[int, ...]] = {}
        for file in files:
            for age, family in enumerate(families):
                matches = [pattern.fullmatch(Path(file).name) for pattern in family]
                match = next((one for one in matches if one), None)
                if match:
                    found[file] = (-age, *map(int, match.groups()))
                    break
        return sorted(found, key=lambda file: found[file], reverse=True)

    def best(self) -> list[Path]:
        """Return the best checkpoints of `save_best`."""
        patterns = [best_pattern(one) for one in {*self.templates, *TEMPLATES}]
        return [
            file
            for file in self._files()
            if any(pattern.fullmatch(file.name) for pattern in patterns)
        ]

    def renamed(self, suffix: str) -> list[Path]:
        """Return the checkpoints to whose names a suffix was added, and a number."""
        ending = re.compile(re.escape(suffix) + r'\d*$')
        patterns = self._patterns()
        return [
            file
            for file in self._files()
            if ending.search(file.name)
            and any(one.fullmatch(ending.sub('', file.name)) for one in patterns)
        ]

    def temporary(self) -> list[Path]:
        """Return the files that processes have not finished writing."""
        patterns = self._patterns()
        patterns += [re.compile(re.escape(name)) for name in (POINTER, LAUNCHES)]
        return [
            file
            for file in self._files()
            if (target := target_of_temporary(file.name))
            and any(pattern.fullmatch(target) for pattern in patterns)
        ]

    def _patterns(self) -> list[re.Pattern[str]]:
        """Return what all names of checkpoints have in common, best ones included."""
        numbered = [pattern for family in self._families(None) for pattern in family]
        best = [best_pattern(one) for one in {*self.templates, *TEMPLATES}]
        return numbered + best

    def _files(self) -> Iterator[Path]:
        for folder in self.folders:
            if folder.is_dir():
                yield from sorted(file for file in folder.iterdir() if file.is_file())

    def _families(self, pointer: str | None) -> list[list[re.Pattern[str]]]:
        """Return patterns whose numbers can be compared, by family."""
        templates = dict.fromkeys((*self.templates, *TEMPLATES))
        families = [[pattern_of(one), BETWEEN] for one in templates]
        if pointer:
            name = Path(pointer).name
            parts = re.split(r'\d+(?=\D*$)', name)
            families.append([re.compile(r'(\d+)'.join(map(re.escape, parts)))])
            families.sort(key=lambda family: not any(p.fullmatch(name) for p in family))
        return families


def _hooks(cfg: Config) -> Iterator[Mapping[str, Any]]:
    """Yield the hooks that save checkpoints; mmengine adds one where there is none."""
    hooks = [
        hook
        for _, hook in hooks_of(cfg)
        if isinstance(hook, Mapping) and type_name(hook) == 'CheckpointHook'
    ]
    default: Mapping[str, Any] = {}
    if 'checkpoint' not in (cfg.get('default_hooks') or {}):
        yield default
    yield from hooks
