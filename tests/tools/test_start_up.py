# SPDX-License-Identifier: Apache-2.0
"""Help, lists and misspelt names are answered without importing anything heavy."""

import subprocess
import sys

import pytest

HEAVY = ('torch', 'mmengine', 'mmdet', 'mmseg', 'timm', 'cv2', 'matplotlib')
# Runs a tool, then prints its exit status and the heavy modules that it imported.
PROBE = """
import runpy, sys
heavy, sys.argv = sys.argv[1].split(','), sys.argv[2:]
try:
    runpy.run_path(sys.argv[0], run_name='__main__')
    status = 0
except SystemExit as stop:
    status = stop.code or 0
print(status, *sorted(set(heavy) & set(sys.modules)))
"""


def answer(root, *words):
    command = [sys.executable, '-c', PROBE, ','.join(HEAVY), *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split(), done.stdout + done.stderr


@pytest.mark.parametrize(
    'tool',
    [
        'train',
        'test',
        'predict',
        'check_data',
        'complexity',
        'benchmark',
        'weights',
        'model_zoo',
    ],
)
def test_help(root, tool):
    (status, *heavy), said = answer(root, f'tools/{tool}.py', '--help')
    assert (status, heavy) == ('0', [])
    assert 'usage:' in said


def test_the_list_of_weights(root):
    (status, *heavy), said = answer(root, 'tools/weights.py', 'list', 'caformer_s18')
    assert (status, heavy) == ('0', [])
    assert 'sail:caformer_s18 ' in said


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (('train.py', 'configs/upernet_conformer.py'), 'upernet_convformer.py'),
        (('test.py', 'configs/upernet_conformer.py', 'x.pth'), 'upernet_convformer.py'),
        (('predict.py', 'configs/upernet_conformer.py', '.'), 'upernet_convformer.py'),
        (('predict.py', 'x.pth', 'nothing.jpg'), 'there is no image nothing.jpg'),
        (('check_data.py', 'configs/upernet_conformer.py'), 'upernet_convformer.py'),
        (('complexity.py', 'configs/nothing_like_it.py'), 'no config file'),
        (('benchmark.py', 'configs/upernet_conformer.py'), 'upernet_convformer.py'),
        (('train.py', 'configs/upernet_convformer.py', '--lr', '1'), '--lr'),
        (('train.py', 'configs/upernet_convformer.py', '--cfg-options', 'a'), "'a'"),
        (('train.py', 'configs/upernet_convformer.py', '--accumulate', '0'), "'0'"),
        (('weights.py', 'show', 'sail:caformer_s81'), 'sail:caformer_s18'),
        (('weights.py', 'list', 'resnet'), 'resnet'),
    ],
)
def test_mistakes_that_need_no_model(root, words, message):
    tool, *rest = words
    (status, *heavy), said = answer(root, f'tools/{tool}', *rest)
    assert (status, heavy) == ('2', [])
    assert message in said
