# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.launch.options import Options, read_options


def test_one_host():
    words = ['2', 'train.py', 'c.py', '--max-restarts', '3', '--cfg-options', 'a=-1']
    assert read_options(words, {}) == Options(
        command=('train.py', 'c.py', '--cfg-options', 'a=-1'), processes=2, restarts=3
    )
    assert read_options(['1', 'x'], dict(PORT='1234', NNODES='')).port == 1234


def test_several_hosts():
    variables = dict(NNODES='2', NODE_RANK='1', MASTER_ADDR='h0', PORT='29500')
    options = read_options(['4', 'train.py'], variables)
    assert (options.node, options.address, options.port) == (1, 'h0', 29500)
    assert options.world_size == 8


@pytest.mark.parametrize('name', ['NODE_RANK', 'MASTER_ADDR', 'PORT'])
def test_several_hosts_need_an_address(name):
    variables = dict(NNODES='2', NODE_RANK='1', MASTER_ADDR='h0', PORT='29500')
    del variables[name]
    with pytest.raises(ConfigError, match=f'^NNODES=2 needs {name}: set NODE_RANK '):
        read_options(['1', 'train.py'], variables)


@pytest.mark.parametrize(
    ('words', 'variables', 'message'),
    [
        (['x', 'train.py'], {}, "the number of GPUs must be a number from 1 up.* 'x'"),
        (['0', 'train.py'], {}, 'the number of GPUs'),
        (['1', 'train.py'], dict(PORT='99999'), 'PORT must be .* from 0 to 65535'),
        (['1', 'train.py'], dict(PORT='http'), "PORT must be .*, got 'http'"),
        (['1', 'train.py'], dict(NODE_RANK='1'), 'NODE_RANK must be .* from 0 to 0'),
        (['1', 'train.py', '--max-restarts', '-1'], {}, '--max-restarts must be'),
    ],
)
def test_numbers_that_are_none(words, variables, message):
    with pytest.raises(ConfigError, match=message):
        read_options(words, variables)
