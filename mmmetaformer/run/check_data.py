# SPDX-License-Identifier: Apache-2.0
"""Checking the data of a run without training, from the command line to a report."""

import argparse
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config

from mmmetaformer import compat
from mmmetaformer.checks.fault import Fault
from mmmetaformer.checks.report.all_faults import all_faults, splits_with_files
from mmmetaformer.checks.report.coco import coco_sections
from mmmetaformer.checks.report.label_maps import map_sections
from mmmetaformer.checks.report.picture import draw
from mmmetaformer.checks.report.section import Section
from mmmetaformer.checks.thoroughness import Thoroughness
from mmmetaformer.checks.writable import check_folder_writable
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import SPLITS

from .config import read_run_config

__all__ = ['check_data']


def check_data(args: argparse.Namespace) -> bool:
    """Print and write what the data of a config consists of and what is wrong with it.

    Args:
        args: The arguments of `tools/check_data.py`.

    Returns:
        Whether a run can start.

    Raises:
        ConfigError: The config does not exist, or an option does not work with it.
    """
    compat.install()
    cfg = read_run_config(args)
    folder = Path(args.out or Path(cfg.work_dir, 'data_check'))
    check_folder_writable(folder, '--out')
    splits = [split for split in SPLITS if cfg.get(f'{split}_dataloader')]
    if not splits:
        raise ConfigError(f'{args.config} has no data: none of train_dataloader, ...')
    faults = all_faults(cfg, splits, Thoroughness(everything=True, decode=args.decode))
    sections = _sections(cfg, splits)
    for section in sections:
        print(*section.text(shorten=True), sep='\n', end='\n\n')
    print(*_summary(faults), sep='\n')
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, sections, faults)
    print(f'Report: {folder}/report.txt, all faulty entries: {folder}/faults.txt')
    _draw(folder / 'classes.png', sections)
    return not any(fault.stops for fault in faults)


def _sections(cfg: Config, splits: Sequence[str]) -> list[Section]:
    splits = splits_with_files(cfg, splits)
    return [*coco_sections(cfg, splits), *map_sections(cfg, splits)]


def _summary(faults: Sequence[Fault]) -> list[str]:
    """Return the faults and how many there are, errors first."""
    errors = [f'error: {fault}' for fault in faults if fault.stops]
    others = [f'warning: {fault}' for fault in faults if not fault.stops]
    if not faults:
        return ['No fault was found.']
    numbers = f'{_count(errors, "error")}, {_count(others, "warning")}'
    end = 'a run would not start' if errors else 'a run can start'
    return [*errors, *others, f'{numbers}: {end}.']


def _count(lines: Sequence[str], noun: str) -> str:
    return f'{len(lines)} {noun}{"" if len(lines) == 1 else "s"}'


def _write(folder: Path, sections: Sequence[Section], faults: Sequence[Fault]) -> None:
    lines: list[str] = []
    for section in sections:
        lines += [*section.text(shorten=False), '']
    lines += _summary(faults)
    _write_lines(folder / 'report.txt', lines)
    entries: list[str] = []
    for fault in sorted(faults, key=lambda one: not one.stops):
        what = str(fault).replace('\n', ' ')
        entries.append(f'# {"error" if fault.stops else "warning"}: {what}')
        entries += fault.entries
        if fault.entries_left_out:
            entries.append(f'# and {fault.entries_left_out} more')
    _write_lines(folder / 'faults.txt', entries)


def _write_lines(file: Path, lines: Sequence[str]) -> None:
    text = ''.join(f'{line}\n' for line in lines)
    # Names of files may not be UTF-8.
    file.write_text(text, encoding='utf-8', errors='backslashreplace')


def _draw(file: Path, sections: Sequence[Section]) -> None:
    sections = [section for section in sections if any(section.bars.counts.values())]
    if not sections:
        return
    if importlib.util.find_spec('matplotlib') is None:
        print('No picture: matplotlib is not installed.')
        return
    draw(sections, file)
    print(f'Counts by class as a picture: {file}')
