# SPDX-License-Identifier: Apache-2.0
"""Compare the last checkpoints and validations of two runs, bit for bit.

Usage: python tests/multi_node/compare_runs.py WORK_DIR WORK_DIR
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from mmmetaformer import compat

# Everything else that a checkpoint has is about the time and place of a run.
PARTS = ('state_dict', 'optimizer', 'param_schedulers', 'ema_state_dict')
TIMES = ('time', 'data_time')


def last_checkpoint(work_dir: Path) -> dict[str, Any]:
    """Return the checkpoint with the most iterations."""
    found = work_dir.glob('*.pth')
    path = max(found, key=lambda file: int(file.stem.rpartition('_')[2]))
    return torch.load(path, map_location='cpu', weights_only=True)


def values(thing: Any, name: str = '') -> Iterator[tuple[str, Any]]:
    """Yield tensors and numbers, with the keys that lead to them."""
    if isinstance(thing, dict):
        for key, one in thing.items():
            yield from values(one, f'{name}.{key}')
    elif isinstance(thing, (list, tuple)):
        for index, one in enumerate(thing):
            yield from values(one, f'{name}.{index}')
    else:
        yield name, thing


def equal(a: Any, b: Any) -> bool:
    """Return whether two values are the same, NaN included."""
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        return a.numpy().tobytes() == b.numpy().tobytes()
    return repr(a) == repr(b)


def last_validation(work_dir: Path) -> dict[str, Any]:
    """Return the metrics of the last validation of the newest log, less the times."""
    logs = sorted(work_dir.glob('*/vis_data/scalars.json'))
    records = [json.loads(line) for line in logs[-1].read_text().splitlines()]
    last = [record for record in records if 'lr' not in record][-1]
    return {key: value for key, value in last.items() if key not in TIMES}


def main() -> int:
    """Print what differs; return the status of the process."""
    compat.install()
    work_dirs = [Path(name) for name in sys.argv[1:3]]
    status = 0
    checkpoints = [last_checkpoint(folder) for folder in work_dirs]
    for part in PARTS:
        first, second = (dict(values(one.get(part))) for one in checkpoints)
        names = first.keys() | second.keys()
        bad = [n for n in names if not equal(first.get(n), second.get(n))]
        print(f'{part}: {len(names) - len(bad)} of {len(names)} values equal')
        if bad:
            print('  different:', ', '.join(sorted(bad)[:3]))
            status = 1
    first, second = (last_validation(folder) for folder in work_dirs)
    print('last validation:', 'equal' if first == second else f'{first} and {second}')
    return status or int(first != second)


if __name__ == '__main__':
    sys.exit(main())
