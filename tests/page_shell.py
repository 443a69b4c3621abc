# SPDX-License-Identifier: Apache-2.0
"""A shell that runs what pages say, shortened where it trains."""

import os
import subprocess
import sys
from pathlib import Path

# The commands that train are run in full by nobody: a few steps show that they work.
SHORT = """
import sys
from mmmetaformer.commands import main

words = sys.argv[1:]
if words[0] == 'train':
    if words[1].startswith('mask'):
        short = ['train_cfg.max_epochs=1', 'train_cfg.val_interval=1',
                 'default_hooks.checkpoint.interval=1', 'param_scheduler.0.end=5',
                 'param_scheduler.1.begin=5', 'param_scheduler.1.end=9']
    else:
        short = ['train_cfg.max_iters=2', 'train_cfg.val_interval=2',
                 'default_hooks.checkpoint.interval=2', 'param_scheduler=None']
    sys.argv += ['--cfg-options', *short]
main()
"""


class PageShell:
    """Run scripts in an empty folder, where the command `mmmetaformer` is short."""

    def __init__(self, home: Path, root: Path) -> None:
        (home / 'bin').mkdir()
        (home / 'bin/short.py').write_text(SHORT)
        programs = {'mmmetaformer': f'{home}/bin/short.py ', 'python': ''}
        for name, script in programs.items():
            program = home / 'bin' / name
            program.write_text(f'#!/bin/sh\nexec {sys.executable} {script}"$@"\n')
            program.chmod(0o755)
        self.path = f'{home}/bin:{os.environ["PATH"]}'
        self.packages = os.pathsep.join(
            filter(None, (str(root), os.environ.get('PYTHONPATH')))
        )
        self.folder = home / 'empty'
        self.folder.mkdir()

    def __call__(self, script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ['bash', '-euo', 'pipefail', '-c', script],
            cwd=self.folder,
            env={**os.environ, 'PATH': self.path, 'PYTHONPATH': self.packages},
            capture_output=True,
            text=True,
        )
