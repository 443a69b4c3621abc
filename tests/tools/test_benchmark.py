# SPDX-License-Identifier: Apache-2.0
"""Backbones are measured with torch, mmengine and timm alone."""

import csv
import os
import subprocess
import sys

import pytest

# Python runs a file of this name at the start of every process, of those too that the
# tool starts.
SITECUSTOMIZE = """
import sys


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in ('mmcv', 'mmdet', 'mmseg', 'pycocotools'):
            raise ImportError(name)


sys.meta_path.insert(0, Absent())
"""


PATHS = filter(None, [os.environ.get('PYTHONPATH')])


@pytest.mark.slow
def test_table_file_and_picture(root, tmp_path):
    (tmp_path / 'sitecustomize.py').write_text(SITECUSTOMIZE)
    names = ['timm/poolformerv2_s12', 'poolformerv2_s12']
    short = ['--size', '64', '96x64', '--rounds', '2', '--warm-up', '1']
    files = ['--csv', tmp_path / 'a.csv', '--plot', tmp_path / 'a.png']
    tool = root / 'tools/benchmark.py'
    done = subprocess.run(
        [sys.executable, tool, *names, *short, *files],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
        env={**os.environ, 'PYTHONPATH': os.pathsep.join([str(tmp_path), *PATHS])},
    )
    assert done.returncode == 0, done.stderr
    assert 'gpuGetDeviceCount' not in done.stderr
    assert done.stdout.count('Training step, 1 x') == 2
    assert done.stdout.count('Inference, 1 x 96x64') == 1
    with open(tmp_path / 'a.csv') as file:
        rows = list(csv.DictReader(file))
    assert [row['name'] for row in rows] == names * 4
    twin, fast = (int(row['saved_bytes_per_image']) for row in rows[:2])
    assert fast < 0.8 * twin
    assert (tmp_path / 'a.png').read_bytes().startswith(b'\x89PNG')
