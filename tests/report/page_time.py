# SPDX-License-Identifier: Apache-2.0
"""Measure how long the page about a long run takes.

Usage: python tests/report/page_time.py [LINES [ROUNDS]]

Writes the log of a run with LINES (160000) logged steps and a validation every 4000,
and prints the time of `tools/report.py` on it, start to end. For docs/report.md.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from logs import training_line, write_start

ROOT = Path(__file__).parents[2]


def measure(lines: int, rounds: int) -> None:
    """Write the log, run the tool on it, and print."""
    log = []
    for step in range(1, lines + 1):
        log.append(training_line(step, 1 + 1 / step, memory=1000, acc_seg=50.0))
        if step % 4000 == 0:
            log.append(dict(mIoU=40.0, aAcc=80.0, mAcc=50.0, step=step, time=1.0))
    with tempfile.TemporaryDirectory() as folder:
        write_start(Path(folder), '20261126_120000', log)
        seconds = []
        for _ in range(rounds):
            start = time.monotonic()
            subprocess.run(
                [sys.executable, ROOT / 'tools/report.py', folder], check=True
            )
            seconds.append(time.monotonic() - start)
        size = Path(folder, 'report.html').stat().st_size
    print(
        f'{lines} lines, {rounds} rounds: {statistics.median(seconds):.1f} s '
        f'({min(seconds):.1f} to {max(seconds):.1f}), {size / 1e6:.1f} MB'
    )


if __name__ == '__main__':
    defaults = '160000', '3'
    lines, rounds = (*sys.argv[1:], *defaults[len(sys.argv) - 1 :])
    measure(int(lines), int(rounds))
