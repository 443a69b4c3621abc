# SPDX-License-Identifier: Apache-2.0
"""Backbones are measured with torch, mmengine and timm alone."""

import csv
import subprocess
import sys

RUN = """
import runpy
import sys


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in ('mmcv', 'mmdet', 'mmseg', 'pycocotools'):
            raise ImportError(name)


sys.meta_path.insert(0, Absent())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name='__main__')
"""


def test_table_file_and_picture(root, tmp_path):
    names = ['timm/poolformerv2_s12', 'poolformerv2_s12', 'poolformerv2_s12:plain']
    short = ['--size', '64', '96x64', '--rounds', '2', '--warm-up', '1']
    files = ['--csv', tmp_path / 'a.csv', '--plot', tmp_path / 'a.png']
    tool = root / 'tools/benchmark.py'
    done = subprocess.run(
        [sys.executable, '-c', RUN, tool, *names, *short, *files],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
    )
    assert done.returncode == 0, done.stderr
    assert 'gpuGetDeviceCount' not in done.stderr
    assert done.stdout.count('Training step, 1 x') == 2
    assert done.stdout.count('Inference, 1 x 96x64') == 1
    with open(tmp_path / 'a.csv') as file:
        rows = list(csv.DictReader(file))
    assert [row['name'] for row in rows] == names * 4
    twin, fast, plain = (int(row['kept_bytes_per_image']) for row in rows[:3])
    assert fast < 0.8 * twin
    assert fast < 0.8 * plain
    assert (tmp_path / 'a.png').read_bytes().startswith(b'\x89PNG')
