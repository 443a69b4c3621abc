# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.config_errors import read_config_file


@pytest.fixture
def read(tmp_path):
    """Write files, read the first one; return what is said about it."""

    def run(**files):
        for name, text in files.items():
            (tmp_path / f'{name}.py').write_text(text)
        with pytest.raises(ConfigError) as caught:
            read_config_file(tmp_path / f'{next(iter(files))}.py')
        said = str(caught.value)
        assert '\n' not in said
        return said.replace(f'{tmp_path}/', '').replace('./', '')

    return run


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('a = 1\nmodel = dict(b=1\n', 'top.py:2: not valid Python'),
        ('a = 1\nmodel = dict(b=c)\n', "top.py:2: NameError: name 'c' is not defined"),
        ("\n\n_base_ = './no.py'\n", 'top.py:3: No such file or directory: no.py'),
        ("a = {}\nb = a['c']\n", "top.py:2: there is no key 'c'"),
        ('def f():\n    return 1 / 0\n\na = f()\n', 'top.py:2: ZeroDivisionError'),
        ("_base_ = './top.py'\n", 'top.py: its `_base_` leads back to itself'),
        (
            "custom_imports = dict(imports=['no_module'])\n",
            'top.py: Failed to import no_module. The folder',
        ),
        ('import no_module\nmodel = dict(a=no_module.b)\n', 'top.py: '),
        ('a = 1\x00\n', 'top.py: not valid Python: source code'),
    ],
)
def test_an_error_in_a_config(read, text, said):
    assert read(top=text).startswith(said)


def test_an_error_in_a_base(read):
    top = "_base_ = './base.py'\n"
    assert read(top=top, base='a = (\n').startswith('base.py:1: not valid Python')
    assert read(top=top, base='\na = b\n').startswith('base.py:2: NameError')
    missing = "a = 1\n_base_ = ['./no.py']\n"
    assert read(top=top, base=missing).startswith('base.py:2: No such file')


def test_two_bases_with_the_same_key(read):
    said = read(top="_base_ = ['./a.py', './b.py']\n", a='c = 1\nd = 1', b='c = 2')
    assert said == "top.py: two files of `_base_` have the same keys: {'c'}"


def test_a_dict_over_another_type(read):
    said = read(top="_base_ = './a.py'\nb = dict(c=dict(d=1))", a='b = dict(c=1)')
    assert said.startswith('top.py: ')
    assert '`_delete_=True`' in said


def test_a_sound_config_is_read(tmp_path):
    (tmp_path / 'base.py').write_text('a = dict(b=1)\n')
    (tmp_path / 'top.py').write_text("_base_ = './base.py'\na = dict(c=2)\n")
    assert read_config_file(tmp_path / 'top.py').a == dict(b=1, c=2)
