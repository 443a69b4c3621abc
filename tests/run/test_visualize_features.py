# SPDX-License-Identifier: Apache-2.0
"""The command from its words to the picture."""

import pytest
from PIL import Image
from tiny_runs import TINY_MODELS

from mmmetaformer.commands import run_command


def visualize(*words):
    run_command('visualize-features', [str(word) for word in words])


@pytest.fixture
def config(root, tmp_path):
    text = TINY_MODELS['upernet'].format(root=root, family='poolformerv2')
    (tmp_path / 'tiny.py').write_text(text)
    return tmp_path / 'tiny.py'


def test_side_by_side(config, tmp_path, capsys):
    out = tmp_path / 'new/picture.png'
    options = ('--size', 64, '--number', 2, '--map', 'mean', '--out', out)
    visualize(config, f'{config}=random', *options)
    said = capsys.readouterr().out
    assert said.count('random weights') == 4
    assert f'Picture: {out}' in said
    assert min(Image.open(out).size) > 400


@pytest.mark.parametrize(
    ('words', 'fault'),
    [
        (('--size', 100), '--size 100 is no multiple of 64'),
        (('--out', 'x.txt'), 'a name that ends with .png'),
        (('--images', 'nowhere'), 'there is no image nowhere'),
    ],
)
def test_bad_words(config, capsys, words, fault):
    with pytest.raises(SystemExit):
        visualize(config, *words)
    assert fault in capsys.readouterr().err
