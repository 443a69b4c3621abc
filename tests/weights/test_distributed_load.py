# SPDX-License-Identifier: Apache-2.0
"""Check that an error in one process stops all processes."""

import pickle
import subprocess
import sys

import pytest
import torch

from mmmetaformer.models import CAFormer, ConvFormer

ARCH = dict(depths=(1,) * 4, dims=(32,) * 4)
SCRIPT = """
import sys
import torch.distributed as dist
from mmmetaformer.compat.process_end import end_process
from mmmetaformer.errors import ConfigError
from mmmetaformer.models import CAFormer
from mmmetaformer.weights.load import load_pretrained

store, rank, good, *bad = sys.argv[1:]
dist.init_process_group(
    'gloo', init_method=f'file://{store}', rank=int(rank), world_size=2
)
backbone = CAFormer(dict(depths=(1,) * 4, dims=(32,) * 4))
load_pretrained(backbone, good)
for checkpoint in bad:
    for one_alone in (False, True):
        try:
            load_pretrained(backbone, good if one_alone and rank == '0' else checkpoint)
        except ConfigError as error:
            print(str(error).replace(chr(10), ' '))
end_process(0)
"""


class Trap:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return open, (str(self.mark), 'w')


@pytest.fixture
def files(tmp_path):
    """Write a good file and bad ones; return the bad ones with their messages."""
    state = CAFormer(ARCH).state_dict()
    renamed = {key.replace('mlp.fc1', 'mlp.fc9'): v for key, v in state.items()}
    reshaped = {**state, 'stages.0.0.norm1.weight': torch.ones(5)}
    contents = {
        'good': state,
        'renamed': renamed,
        'reshaped': reshaped,
        'family': ConvFormer(ARCH).state_dict(),
        'resnet': {'conv1.weight': torch.ones(1), 'fc.bias': torch.ones(1)},
        'trap': {'state_dict': Trap(tmp_path / 'executed')},
    }
    for name, content in contents.items():
        torch.save(content, tmp_path / f'{name}.pth')
    (tmp_path / 'page.pth').write_text('<!DOCTYPE html><html></html>')
    (tmp_path / 'pickle.pth').write_bytes(pickle.dumps(contents['trap']))
    messages = {
        'renamed': 'missing keys: stages.0.0.mlp.fc1.weight',
        'reshaped': 'stages.0.0.norm1.weight (5,), expected (32,)',
        'family': 'family ConvFormer in the file, CAFormer in the model',
        'resnet': 'is not a MetaFormer',
        'trap': 'could run code',
        'page': 'a web page',
        'pickle': 'could run code',
        'absent': 'does not exist',
    }
    return {name: (tmp_path / f'{name}.pth', words) for name, words in messages.items()}


def test_every_process_raises(files, tmp_path):
    paths = [path for path, _ in files.values()]
    both = [
        subprocess.Popen(
            [
                sys.executable,
                '-c',
                SCRIPT,
                tmp_path / 'store',
                str(rank),
                tmp_path / 'good.pth',
                *paths,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    outputs = [process.communicate(timeout=120) for process in both]
    for rank, (output, problems) in enumerate(outputs):
        lines = [line for line in output.splitlines() if str(tmp_path) in line]
        lines = [line for line in lines if 'Loaded ' not in line]
        assert len(lines) == 2 * len(files), problems
        for (_, words), together, alone in zip(
            files.values(), lines[::2], lines[1::2], strict=True
        ):
            assert words in together
            assert words in alone
            assert alone.startswith('another process failed: ') == (rank == 0)
    assert not (tmp_path / 'executed').exists()
