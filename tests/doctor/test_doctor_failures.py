# SPDX-License-Identifier: Apache-2.0
"""Packages that do not import, and GPUs that cannot be used."""

import pytest

from mmmetaformer.doctor.distributions import Installed
from mmmetaformer.doctor.facts import Facts
from mmmetaformer.doctor.failures import find_failures

VERSIONS = {
    'torch': '2.11.0',
    'torchvision': '0.26.0',
    'numpy': '2.4.6',
    'mmcv': '2.1.0',
    'mmengine': '0.10.7',
    'pycocotools': '2.0.8',
    'opencv-python': '5.0.0.93',
}


def found(modules, driver=None, versions=VERSIONS):
    distributions = [Installed(*item) for item in versions.items()]
    modules = {name: {'name': name, **one} for name, one in modules.items()}
    return list(find_failures(Facts('3.11.2', distributions, modules, driver)))


@pytest.mark.parametrize(
    ('name', 'module', 'problem', 'mend'),
    [
        (
            'cv2',
            {
                'error': 'ImportError: libGL.so.1: cannot open shared object file: No '
                'such file or directory'
            },
            'opencv-python needs the system library libGL.so.1, which is not there',
            'pip install --force-reinstall --no-deps opencv-python-headless==5.0.0.93',
        ),
        (
            'pycocotools',
            {
                'error': 'ValueError: numpy.dtype size changed, may indicate binary '
                'incompatibility. Expected 96 from C header, got 88 from PyObject'
            },
            'pycocotools 2.0.8 was compiled for another NumPy than 2.4.6',
            'pip install --force-reinstall numpy==2.4.6 pycocotools==2.0.11',
        ),
        (
            'torch',
            {'said': 'A module that was compiled using NumPy 1.x cannot be run in'},
            'torch 2.11.0 was compiled for another NumPy than 2.4.6',
            'numpy==2.4.6 torch==2.11.0',
        ),
        (
            'torchvision',
            {'error': 'RuntimeError: operator torchvision::nms does not exist'},
            'torchvision 0.26.0 was built for another torch than 2.11.0',
            'pip install torch==2.11.0 torchvision==0.26.0',
        ),
        (
            'mmcv',
            {'error': 'ImportError: _ext.so: undefined symbol: _ZNK3c105Error4whatEv'},
            'mmcv 2.1.0 was built for another torch than 2.11.0',
            'pip uninstall -y mmcv && pip install mmcv-lite==2.1.0',
        ),
        (
            'mmengine',
            {'error': "ModuleNotFoundError: No module named 'pkg_resources'"},
            'setuptools is not installed, which mmengine imports',
            'pip install setuptools==81.0.0',
        ),
        (
            'numpy',
            {'error': 'the import ended Python by SIGILL'},
            'import numpy fails: the import ended Python by SIGILL',
            'pip install --force-reinstall --no-deps numpy==2.4.6',
        ),
    ],
)
def test_a_failure(name, module, problem, mend):
    (finding,) = found({name: module})
    assert finding.problem.startswith(problem)
    assert finding.mend.endswith(mend)


def test_one_cause_of_several_failures_is_named_once():
    absent = {'error': "ModuleNotFoundError: No module named 'regex'"}
    versions = {**VERSIONS, 'mmdet': '3.3.0', 'mmsegmentation': '1.2.2'}
    (finding,) = found({'mmdet': absent, 'mmseg': absent}, versions=versions)
    assert finding.problem == 'regex is not installed, which mmdet imports'


def test_a_crash_inside_of_another_import_is_named_once():
    crash = {'error': 'the import ended Python by SIGSEGV'}
    versions = {**VERSIONS, 'timm': '1.0', 'mmsegmentation': '1.2.2'}
    (finding,) = found({'timm': crash, 'mmseg': crash}, versions=versions)
    assert finding.problem.startswith('import timm fails')


def test_what_nobody_installed_is_no_problem():
    absent = {'error': "ModuleNotFoundError: No module named 'timm'"}
    assert found({'timm': absent}) == []
    (finding,) = found({'mmcv': {'error': "No module named 'mmcv'"}}, versions={})
    assert finding.mend == 'pip install mmcv-lite==2.1.0'


def test_what_is_missing_beside_the_forks_is_a_fork():
    forks = {'onedl-mmengine': '0.10.12', 'onedl-mmcv': '2.3.6'}
    absent = {'error': "ModuleNotFoundError: No module named 'mmcv'"}
    (finding,) = found({'mmcv': absent}, versions={'onedl-mmengine': '0.10.12'})
    assert finding.mend == 'pip install onedl-mmcv==2.3.6'
    broken = {'error': 'ImportError: _ext.so: undefined symbol: _ZNK3c105Error4whatEv'}
    (finding,) = found({'mmcv': broken}, versions=forks)
    assert finding.mend == (
        'pip install --force-reinstall --no-deps --no-binary onedl-mmcv '
        'onedl-mmcv==2.3.6'
    )


@pytest.mark.parametrize(
    ('torch', 'driver', 'problem'),
    [
        ({'cuda': '', 'gpus': []}, '580.95', 'torch is a build for CPUs'),
        ({'cuda': '13.0', 'gpus': []}, '470.82', 'built for CUDA 13.0, and the NVIDIA'),
        ({'cuda': '', 'gpus': []}, None, None),
        ({'cuda': '13.0', 'gpus': ['H100']}, '580.95', None),
        ({'error': 'broken'}, None, 'import torch fails'),
    ],
)
def test_a_gpu_that_cannot_be_used(torch, driver, problem):
    findings = found({'torch': torch}, driver)
    assert len(findings) == (problem is not None)
    assert all(problem in finding.problem for finding in findings)
