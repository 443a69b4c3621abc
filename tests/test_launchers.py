# SPDX-License-Identifier: Apache-2.0
from mmmetaformer.launchers import is_first_process, world_size_of


def test_world_size(monkeypatch):
    monkeypatch.setenv('WORLD_SIZE', '4')
    monkeypatch.setenv('SLURM_NTASKS', '8')
    assert world_size_of('none') == 1
    assert world_size_of('pytorch') == 4
    assert world_size_of('slurm') == 8


def test_the_first_process(monkeypatch):
    for name in ('RANK', 'SLURM_PROCID', 'OMPI_COMM_WORLD_RANK'):
        monkeypatch.delenv(name, raising=False)
    assert is_first_process()
    monkeypatch.setenv('RANK', '0')
    assert is_first_process()
    monkeypatch.setenv('SLURM_PROCID', '1')
    assert not is_first_process()
