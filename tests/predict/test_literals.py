# SPDX-License-Identifier: Apache-2.0
"""Configs in checkpoints are parsed, and never run."""

import pytest
from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.predict.literals import read_literals

pytestmark = pytest.mark.faults('checkpoint that runs code or names files')


def test_what_mmengine_writes_is_read(root):
    text = Config.fromfile(root / 'configs/retinanet_poolformer.py').pretty_text
    wanted = ('model', 'test_dataloader', 'tta_pipeline', 'default_scope')
    expected = Config.fromstring(text, '.py')
    values = read_literals(text, 'a.pth', wanted)
    assert values == {key: expected[key] for key in wanted}


def test_numbers():
    text = 'a = dict(x=-1.5, y=float, z=1)\nb = [-2, 1e-6, inf, -inf, 1_0]'
    assert read_literals(text, 'a', ['b'])['b'] == [-2, 1e-6, 1e999, -1e999, 10]


HOSTILE = [
    'model = open({mark!r}, "w")',
    'model = dict(a=open({mark!r}, "w"))',
    'model = [open({mark!r}, "w") for _ in "a"]',
    'import os; os.system("touch {mark}")',
    'from os import system',
    'model = __import__("os").system("touch {mark}")',
    'model = dict(**open({mark!r}, "w").__dict__)',
    'model = dict(open({mark!r}, "w"))',
    'model = (lambda: open({mark!r}, "w"))()',
    'model = f"{{open({mark!r}, chr(119))}}"',
    'dict = open\nmodel = dict({mark!r})',
    'class A: x = open({mark!r}, "w")',
    'model = dict(type=os.system)',
    'if open({mark!r}, "w"): pass',
    'a.b = 1',
    'a, model = 1, 2',
    'model = 1 if open({mark!r}, "w") else 2',
    'model = "a" * 10**9',
    'model = 9**9**9',
    'model: open({mark!r}, "w") = 1',
    '@open({mark!r}, "w")\ndef f(): pass',
    'model = {{**globals()}}',
    'model = -"a"',
    'model = ...',
    'model = b"a"',
]


@pytest.mark.parametrize('text', HOSTILE)
def test_code_does_not_run(text, tmp_path):
    mark = tmp_path / 'executed'
    with pytest.raises(ConfigError, match=r'--config FILE'):
        read_literals(text.format(mark=str(mark)), 'evil.pth', ['model'])
    assert not mark.exists()


@pytest.mark.parametrize(
    'text', ['(' * 10**5, '[' * 500 + ']' * 500, 'model = \0', '-' * 10**5 + '1']
)
def test_text_that_stops_a_parser(text):
    with pytest.raises(ConfigError):
        read_literals('model = ' + text, 'evil.pth', ['model'])


def test_text_without_end():
    with pytest.raises(ConfigError, match='characters'):
        read_literals('#' * 5 * 2**20, 'evil.pth', ['model'])
