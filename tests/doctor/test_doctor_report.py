# SPDX-License-Identifier: Apache-2.0
import platform

import pytest
from packaging.requirements import Requirement

from mmmetaformer.commands import run_command
from mmmetaformer.doctor.distributions import Installed
from mmmetaformer.doctor.facts import Facts
from mmmetaformer.doctor.finding import Finding
from mmmetaformer.doctor.report import describe
from mmmetaformer.doctor.stack import PACKAGES, is_fork, to_install
from mmmetaformer.doctor.tested import allowed, pins

MODULES = {
    'torch': dict(cuda='13.0', gpus=['NVIDIA H100']),
    'mmcv': dict(ops='torchvision'),
}


def report(versions, modules=MODULES, findings=()):
    distributions = [Installed(*item) for item in versions.items()]
    facts = Facts('3.11.2', distributions, modules, '580.95')
    return '\n'.join(describe(facts, findings))


@pytest.fixture
def tested():
    names = [package.distributions[0] for package in PACKAGES]
    return {name: pins('3.11')[name] for name in names}


def test_the_tested_set(tested):
    text = report({**tested, 'torch': f'{tested["torch"]}+cu130'})
    assert 'NVIDIA driver: 580.95' in text
    assert 'torch is built for CUDA 13.0; GPUs that it finds: NVIDIA H100' in text
    assert 'what mmdet and mmseg call, from torch and torchvision' in text
    assert '    here; `mmmetaformer ops install` adds them to every program' in text
    assert text.endswith(
        'No problem was found.\nAll versions are those of the tested set.'
    )


def test_the_file_with_the_stand_in_is_named(tested):
    modules = {'mmcv': dict(ops='torchvision', extension='/x/mmcv/_ext.py')}
    assert '    in every program, by /x/mmcv/_ext.py\n' in report(tested, modules)


def test_other_versions(tested):
    text = report({**tested, 'torch': '2.15.0', 'numpy': '2.3.0'})
    line = next(line for line in text.splitlines() if line.startswith('torch '))
    assert line.split() == ['torch', '2.15.0', tested['torch'], 'not', 'tested']
    assert text.endswith(
        f'    pip install numpy=={tested["numpy"]} torch=={tested["torch"]}'
    )


def test_compiled_operators_and_a_broken_package(tested):
    modules = {
        'mmcv': dict(ops='mmcv', cuda='13.0'),
        'mmdet': dict(error='ImportError: x'),
    }
    text = report(tested, modules, [Finding('mmdet is broken', 'pip install mmdet')])
    assert 'operators of mmcv: all from mmcv, compiled for CUDA 13.0' in text
    assert 'does not import' in text
    assert 'Problem 1 of 1: mmdet is broken\n    pip install mmdet' in text


def test_the_forks(tested):
    forks = [name for name in pins('3.11') if is_fork(name)]
    names = [to_install(package, forks) for package in PACKAGES]
    versions = {name: pins('3.11')[name] for name in names}
    assert len(forks) == 5
    assert set(forks) <= set(versions)
    text = report(versions)
    assert 'not tested' not in text
    assert text.endswith('All versions are those of the tested set.')
    del versions['onedl-mmsegmentation']
    text = report({**versions, 'onedl-mmcv': '2.3.7'})
    assert text.endswith('    pip install onedl-mmcv==2.3.6')
    line = next(line for line in text.splitlines() if 'segmentation' in line)
    assert line.split()[:4] == ['onedl-mmsegmentation', '-', '1.4.2', 'needed']


def test_every_package_has_a_tested_version_that_is_allowed():
    for python in ('3.10', '3.14'):
        for package in PACKAGES:
            name = package.distributions[0]
            wanted = allowed().get(name, Requirement(name))
            assert wanted.specifier.contains(pins(python)[name]), name


@pytest.mark.slow
def test_this_environment(capsys):
    status = 0
    try:
        run_command('doctor', [])
    except SystemExit as stop:
        status = stop.code
    text = capsys.readouterr().out
    assert f'Python {platform.python_version()}' in text
    assert status == ('No problem was found.' not in text)
