# SPDX-License-Identifier: Apache-2.0
"""Train every method of mmdet's or mmseg's wheel for a step with a ConvFormer.

Usage: python tests/configs/config_zoo.py mmdet|mmseg ROWS.jsonl [options]

Chooses a config for each folder and each set of types of detector, neck and heads, puts
a ConvFormer in place of its backbone, and trains it for one step on two synthetic
images on the CPU, each in a process with limits of time and memory. Appends a row for
each to ROWS.jsonl. A config that is there already is not run again, with --again only
those that passed are not. `zoo_page.py` writes docs/config_zoo.md from the rows.
"""

import argparse
import json
import logging
import multiprocessing
import os
import resource
import signal
import time
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
from zoo_choice import Found, choose, find

from mmmetaformer.compat.mmcv_ops import install

CPU_SECONDS = 90  # of the processor: the machine may be busy with other work
SECONDS = 900  # by the clock, for a config that waits for something


def attempt(host: str, path: str, gigabytes: int, end: Connection) -> None:
    """Train a config for a step in a process of its own, and send what came of it."""
    limit = gigabytes * 1024**3
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    logging.disable()  # how each parameter starts
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    from zoo_step import step

    try:
        row = step(host, path)
    except BaseException as error:  # whatever it is, it is the answer
        row = dict(
            outcome=f'{type(error).__name__}: {str(error).strip()}'[:600],
            where=[
                f'{Path(frame.filename).name}:{frame.lineno} {frame.name}'
                for frame in traceback.extract_tb(error.__traceback__)[-4:]
            ],
        )
    end.send(row)


def run(host: str, path: str, gigabytes: int) -> dict[str, Any]:
    """Return the row of a config."""
    start = time.perf_counter()
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context('fork').Process(
        target=attempt, args=(host, path, gigabytes, theirs), daemon=True
    )
    process.start()
    theirs.close()
    row: dict[str, Any] = dict(outcome=f'not done in {SECONDS} s')
    if ours.poll(SECONDS):
        try:
            row = ours.recv()
        except EOFError:
            process.join()
            row = dict(outcome=_ending(process.exitcode))
    else:
        process.kill()
    process.join()
    return dict(path=path, **row, seconds=round(time.perf_counter() - start, 1))


def _ending(code: int | None) -> str:
    if code == -signal.SIGXCPU:
        return f'not done in {CPU_SECONDS} s of the processor'
    return f'the process ended with {code}'


def listed(host: str, rows: Path) -> list[Found]:
    """Return the configs of the wheel, from the file beside the rows if it is there."""
    file = rows.with_suffix('.configs.json')
    if not file.exists():
        file.write_text(json.dumps([one.row() for one in find(host)]))
    found = json.loads(file.read_text())
    return [Found(**{**one, 'kind': tuple(one['kind'])}) for one in found]


def read_rows(file: Path) -> dict[str, dict[str, Any]]:
    """Return the last row of each config."""
    lines = file.read_text().splitlines() if file.exists() else []
    return {row['path']: row for row in map(json.loads, lines)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('host', choices=('mmdet', 'mmseg'))
    parser.add_argument('rows', type=Path)
    parser.add_argument('--again', action='store_true')
    parser.add_argument('--memory', type=int, default=6, metavar='GB')
    args = parser.parse_args()
    install()
    import zoo_step  # noqa: F401  # once, before the forks: it imports the hosts

    torch.set_num_threads(1)  # a process with threads is not to be forked
    done = read_rows(args.rows)
    for one in choose(listed(args.host, args.rows)):
        old = done.get(one.path, {}).get('outcome')
        if not one.is_tried or old == 'ok' or (old and not args.again):
            continue
        row = run(args.host, one.path, args.memory)
        with args.rows.open('a') as file:
            file.write(json.dumps(row) + '\n')
        print(f'{row["seconds"]:5} s  {one.path}: {row["outcome"][:200]}', flush=True)


if __name__ == '__main__':
    main()
