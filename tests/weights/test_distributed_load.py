# SPDX-License-Identifier: Apache-2.0
"""What one process finds, all processes hear of."""

import subprocess
import sys

import torch

SCRIPT = """
import sys
import torch.distributed as dist
from mmmetaformer.errors import ConfigError
from mmmetaformer.models import CAFormer
from mmmetaformer.weights import load_pretrained

good, bad, store, rank = sys.argv[1:]
dist.init_process_group(
    'gloo', init_method=f'file://{store}', rank=int(rank), world_size=2
)
backbone = CAFormer(dict(depths=(1,) * 4, dims=(32,) * 4))
load_pretrained(backbone, good)
try:
    load_pretrained(backbone, bad if rank == '1' else good)
except ConfigError as error:
    print(error)
dist.destroy_process_group()
"""


def test_one_process_without_the_file(tmp_path):
    from mmmetaformer.models import CAFormer

    good = tmp_path / 'good.pth'
    torch.save(CAFormer(dict(depths=(1,) * 4, dims=(32,) * 4)).state_dict(), good)
    bad, store = tmp_path / 'absent.pth', tmp_path / 'store'
    both = [
        subprocess.Popen(
            [sys.executable, '-c', SCRIPT, good, bad, store, str(rank)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    first, second = [process.communicate(timeout=120) for process in both]
    assert f'another process reports: there is no checkpoint {bad}' in first[0], first
    assert f'there is no checkpoint {bad}' in second[0], second
