# SPDX-License-Identifier: Apache-2.0
"""All that is known about an environment before it is judged."""

import json
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .distributions import Installed, installed
from .stack import PACKAGES

__all__ = ['Facts', 'collect', 'import_all']

#: Seconds for the imports of one process: a cold disk is slow.
PATIENCE = 300
DRIVER = Path('/proc/driver/nvidia/version')


@dataclass(frozen=True)
class Facts:
    """An environment.

    Args:
        python: Its version of Python, such as '3.11.2'.
        distributions: What is installed, in the order of `sys.path`.
        modules: What `probe` found, by the name of the package.
        driver: The version of the NVIDIA driver, None if there is none.
    """

    python: str
    distributions: Sequence[Installed]
    modules: dict[str, dict[str, Any]] = field(default_factory=dict)
    driver: str | None = None

    def versions(self) -> dict[str, str]:
        """Return the version of each distribution: the first one that Python finds."""
        found: dict[str, str] = {}
        for one in self.distributions:
            if one.name:
                found.setdefault(one.name, one.version)
        return found


def collect() -> Facts:
    """Look at the environment of this process."""
    names = [package.probe or package.module for package in PACKAGES]
    modules = {name.partition('.')[0]: one for name, one in import_all(names).items()}
    return Facts(platform.python_version(), installed(), modules, _driver())


def import_all(names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Import modules in other processes: a new one after each that ends too early.

    Returns:
        What `probe` found, by the name of the module. A module that ended its process
        has an `error`.
    """
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'found')
        while left := [name for name in names if name not in found]:
            path.write_text('')
            end = _run(path, left)
            started = left[0]
            for line in path.read_text('utf-8').splitlines():
                content = json.loads(line)
                started = content.get('start', started)
                if 'name' in content:
                    found[content['name']] = content
            if started not in found:
                found[started] = {'name': started, 'error': end}
    return found


def _run(path: Path, names: Sequence[str]) -> str:
    """Run `probe` in another process; return how it ended, in words."""
    # The path of this process: `-c` alone would add the working folder.
    arguments = f'{str(path)!r}, {list(names)!r}'
    script = (
        f'import sys; sys.path[:] = {sys.path!r}\n'
        f'from mmmetaformer.doctor.probe import main; main({arguments})'
    )
    try:
        done = subprocess.run(
            [sys.executable, '-c', script], capture_output=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return f'the import did not end within {PATIENCE} seconds'
    if done.returncode < 0:
        return f'the import ended Python by {signal.Signals(-done.returncode).name}'
    said = done.stderr.decode('utf-8', 'replace').strip().splitlines()[-1:]
    return f'the import ended Python with status {done.returncode}: {"".join(said)}'


def _driver() -> str | None:
    """Return the version of the NVIDIA driver, from the kernel or `nvidia-smi`."""
    if DRIVER.is_file():
        words = DRIVER.read_text('utf-8', 'replace').split()
        numbers = [word for word in words if word[0].isdigit() and '.' in word]
        return numbers[0] if numbers else 'of an unknown version'
    tool = shutil.which('nvidia-smi')
    if tool is None:
        return None
    query = [tool, '--query-gpu=driver_version', '--format=csv,noheader']
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.split()
    return lines[0] if done.returncode == 0 and lines else None
