# SPDX-License-Identifier: Apache-2.0
"""Run `tools/train.py` many times, each in a fork of a process that has imported all.

Reads a JSON list per line: environment, file for the output, arguments. Prints the exit
status of each run, negative for a signal. `[]` waits for all that were started.
"""

import importlib
import json
import os
import runpy
import sys
from pathlib import Path

from mmmetaformer import compat

ROOT = Path(__file__).parents[2]
TOOL = str(ROOT / 'tools' / 'train.py')
STOPPED = 75


def start(environment, output, arguments):
    process = os.fork()
    if process:
        return process
    os.setpgid(0, 0)
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.environ.update(environment)
    sys.path[:0] = environment.get('PYTHONPATH', '').split(os.pathsep)
    sys.argv = [TOOL, *arguments]
    runpy.run_path(TOOL, run_name='__main__')
    sys.exit(0)


def main():
    compat.install()
    for name in ('mmdet.models', 'mmdet.datasets', 'mmseg.models', 'mmseg.datasets'):
        importlib.import_module(name)
    running = []
    print('ready', flush=True)
    for line in sys.stdin:
        words = json.loads(line)
        if words:
            running.append(start(*words))
        else:
            print(json.dumps(wait(running)), flush=True)
            running = []


def wait(running):
    """Wait for all; after one has failed, end the rest, as a launcher does."""
    statuses = {}
    while len(statuses) < len(running):
        process, status = os.wait()
        statuses[process] = os.waitstatus_to_exitcode(status)
        if statuses[process] not in (0, STOPPED):
            for other in set(running) - set(statuses):
                os.killpg(other, 9)
    return [statuses[process] for process in running]


if __name__ == '__main__':
    main()
