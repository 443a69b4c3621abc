# SPDX-License-Identifier: Apache-2.0
from mmmetaformer.run.world_size import world_size_of


def test_world_size(monkeypatch):
    monkeypatch.setenv('WORLD_SIZE', '4')
    monkeypatch.setenv('SLURM_NTASKS', '8')
    assert world_size_of('none') == 1
    assert world_size_of('pytorch') == 4
    assert world_size_of('slurm') == 8
