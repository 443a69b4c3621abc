# SPDX-License-Identifier: Apache-2.0
import os
import subprocess

import pytest

from mmmetaformer.compat.slurm_launch import first_host, prepare_slurm_launch
from mmmetaformer.errors import ConfigError

SLURM = dict(
    SLURM_PROCID='3',
    SLURM_LOCALID='1',
    SLURM_NTASKS='4',
    SLURM_NODELIST='n[07-09]',
    SLURM_JOB_ID='20012',
    SLURM_STEP_ID='1',
)


@pytest.fixture(autouse=True)
def _no_scontrol(monkeypatch):
    monkeypatch.setenv('PATH', '')


@pytest.mark.parametrize(
    ('nodes', 'first'),
    [
        ('n1', 'n1'),
        ('n1,n2', 'n1'),
        ('n[07-09]', 'n07'),
        ('n[3,5-9],m2', 'n3'),
        ('rack[2-3]node[01,04]', 'rack2node01'),
        ('gpu-a[1-2].cluster', 'gpu-a1.cluster'),
    ],
)
def test_first_host(nodes, first):
    assert first_host(nodes) == first


def test_scontrol_is_asked_first(monkeypatch):
    monkeypatch.setattr(
        subprocess,
        'run',
        lambda command, **_: subprocess.CompletedProcess(command, 0, 'a\nb\n'),
    )
    assert first_host('x') == 'a'


def test_variables(monkeypatch):
    for name in ('RANK', 'LOCAL_RANK', 'WORLD_SIZE', 'MASTER_ADDR', 'MASTER_PORT'):
        monkeypatch.setenv(name, '')
        monkeypatch.delenv(name)
    monkeypatch.delenv('SLURM_STEP_NODELIST', raising=False)
    for name, value in SLURM.items():
        monkeypatch.setenv(name, value)
    prepare_slurm_launch()
    names = ('RANK', 'LOCAL_RANK', 'WORLD_SIZE', 'MASTER_ADDR', 'MASTER_PORT')
    assert [os.environ[name] for name in names] == ['3', '1', '4', 'n07', '12013']
    monkeypatch.setenv('MASTER_PORT', '5')
    prepare_slurm_launch()
    assert os.environ['MASTER_PORT'] == '5'


def test_not_started_by_slurm(monkeypatch):
    monkeypatch.delenv('SLURM_PROCID', raising=False)
    with pytest.raises(ConfigError, match=r'needs the variable SLURM_PROCID, which'):
        prepare_slurm_launch()
