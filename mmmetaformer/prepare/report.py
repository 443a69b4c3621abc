# SPDX-License-Identifier: Apache-2.0
"""What a conversion did, and the commands that come next."""

import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mmmetaformer.text import table

__all__ = ['next_commands', 'report_counts']

#: The folders of the two layouts.
VAL_IMAGES = ('val2017', 'images/validation')
SPLIT_NAMES = {'train': 'training', 'val': 'validation'}


def report_counts(
    target: Path,
    images: Mapping[str, int],
    counts: Mapping[str, Mapping[str, int]],
    unit: str,
    notes: Iterable[str],
) -> list[str]:
    """Return the lines that say what was written.

    Args:
        target: The new folder.
        images: The number of images by split.
        counts: By class, the number of `unit` by split.
        unit: What is counted, such as 'objects'.
        notes: What was changed or left out.
    """
    numbers = ', '.join(
        f'{count:,} image{"" if count == 1 else "s"} for {SPLIT_NAMES[split]}'
        for split, count in images.items()
    )
    rows = [('class', *(f'{unit}, {split}' for split in images))]
    for name, by_split in counts.items():
        rows.append((name, *(f'{by_split.get(split, 0):,}' for split in images)))
    return [
        f'{target}: {numbers}',
        *(f'  {line}' for line in table(rows)),
        *(f'note: {note}' for note in notes),
    ]


def next_commands(
    config: str, target: Path, options: Sequence[str] = (), own: bool = True
) -> list[str]:
    """Return the commands that check, show, train and predict, ready to paste.

    Args:
        config: A config for this data.
        target: The folder, as the user named it.
        options: Further options of all three.
        own: The folder is named, with its list of classes; else the config's own.
    """
    data = ['--data-root', str(target), '--classes', str(target / 'classes.txt')]
    words = [config, *(data if own else ()), *options]
    lines = [
        'Next:',
        *(
            f'  {_tool(name)} {shlex.join(words)}'
            for name in ('check-data', 'browse-data', 'train')
        ),
    ]
    held_out = [f for f in map(target.joinpath, VAL_IMAGES) if f.is_dir()]
    if own and held_out:
        work_dir = Path('work_dirs', Path(config).stem)
        lines += [
            f'  {_tool("predict")} {work_dir} {shlex.quote(str(held_out[0]))}',
            'For a first try on a CPU, add to the train command: --image-size 192 '
            '--length 10e',
        ]
    return lines


def _tool(name: str) -> str:
    """Return a command as this process was started: a script or the console script."""
    if Path(sys.argv[0]).parts[-2:] == ('mmmetaformer', '__main__.py') or (
        Path(sys.argv[0]).name == 'mmmetaformer'
    ):
        return f'mmmetaformer {name}'
    return f'python tools/{name.replace("-", "_")}.py'
