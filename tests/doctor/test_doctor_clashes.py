# SPDX-License-Identifier: Apache-2.0
"""Environments whose metadata shows that they cannot work."""

import pytest

from mmmetaformer.doctor.clashes import find_clashes
from mmmetaformer.doctor.distributions import Installed, installed
from mmmetaformer.doctor.facts import Facts

GOOD = {
    'torch': '2.11.0+cu130',
    'torchvision': '0.26.0',
    'numpy': '2.4.6',
    'setuptools': '81.0.0',
    'mmengine': '0.10.7',
    'mmcv-lite': '2.1.0',
    'mmdet': '3.3.0',
    'mmsegmentation': '1.2.2',
    'opencv-python': '5.0.0.93',
    'opencv-python-headless': '5.0.0.93',
}
FORKS = {
    **dict.fromkeys(('mmengine', 'mmcv-lite', 'mmdet', 'mmsegmentation')),
    'onedl-mmengine': '0.10.12',
    'onedl-mmcv': '2.3.6',
    'onedl-mmdetection': '3.5.1',
    'onedl-mmsegmentation': '1.4.2',
    'onedl-mmpretrain': '1.3.6',
}


def found(changes, requires=()):
    versions = {**GOOD, **changes}
    distributions = [
        Installed(name, version, tuple(requires) if name == 'torchvision' else ())
        for name, version in versions.items()
        if version is not None
    ]
    return list(find_clashes(Facts('3.11.2', distributions)))


def test_a_good_environment():
    assert found({}, ['torch==2.11.0', 'numpy', 'gdown>=4.7; extra == "gdown"']) == []


@pytest.mark.parametrize(
    ('changes', 'problem', 'mend'),
    [
        (
            {'mmcv': '2.1.0'},
            'mmcv-lite 2.1.0 and mmcv 2.1.0 write the same folder mmcv/',
            'pip uninstall -y mmcv-lite mmcv && pip install mmcv-lite==2.1.0',
        ),
        (
            {'opencv-python-headless': '4.10.0.84'},
            'write the same folder cv2/',
            'pip install opencv-python-headless==5.0.0.93',
        ),
        (
            {'setuptools': '82.0.1'},
            'setuptools 82.0.1 is outside of <82: mmengine imports pkg_resources',
            'pip install setuptools==81.0.0',
        ),
        (
            {'mmcv-lite': '2.2.0'},
            'mmcv-lite 2.2.0 is outside of <2.2.0,>=2.0.0: mmdet 3.3 and mmseg 1.2',
            'pip install mmcv-lite==2.1.0',
        ),
        (
            {'mmcv-lite': None, 'mmcv': '2.2.0'},
            'mmcv 2.2.0 is outside of <2.2.0,>=2.0.0',
            "pip install 'mmcv<2.2.0,>=2.0.0'",
        ),
        ({'torch': '2.4.1'}, 'torch 2.4.1 is outside of >=2.6', 'torch==2.11.0'),
        (
            {'mmdet': None, 'onedl-mmdetection': '3.5.1'},
            'onedl-mmdetection and mmcv-lite, mmengine, mmsegmentation are of two',
            'pip uninstall -y onedl-mmdetection mmcv-lite mmengine mmsegmentation && ',
        ),
        (
            {**FORKS, 'onedl-mmcv': '2.4.0'},
            'onedl-mmcv 2.4.0 is outside of <2.4,>=2.3: onedl-mmpretrain 1.3 refuses',
            'pip install onedl-mmcv==2.3.6',
        ),
    ],
)
def test_a_clash(changes, problem, mend):
    (finding,) = found(changes)
    assert problem in finding.problem
    assert mend in finding.mend


def test_torch_and_torchvision_of_different_releases():
    (finding,) = found({'torch': '2.10.0'}, ['torch==2.11.0'])
    assert finding.problem == (
        'torchvision 0.26.0 needs torch==2.11.0, and torch 2.10.0 is installed'
    )
    assert finding.mend == 'pip install torch==2.11.0'
    (finding,) = found({}, ['torch==2.10.0'])
    assert finding.mend == 'pip install torch==2.11.0 torchvision==0.26.0'


def test_a_cause_is_named_once():
    (finding,) = found({'setuptools': '82.0.1'}, ['setuptools<82'])
    assert finding.problem.startswith('setuptools 82.0.1 is outside')
    (finding,) = found({'mmcv': '2.2.0'})
    assert 'write the same folder' in finding.problem


def test_the_forks():
    assert found(FORKS) == []
    (finding,) = found({**FORKS, 'onedl-mmdetection': '3.3.0'})
    assert finding.problem == 'onedl-mmdetection 3.3.0 is outside of <3.6,>=3.5'


def test_a_requirement_that_is_not_there():
    (finding,) = found({}, ['pillow!=8.3.*,>=5.3.0'])
    assert finding.problem == (
        'torchvision 0.26.0 needs pillow, which is not installed'
    )


def test_another_build_of_opencv_meets_the_requirement():
    assert found({'opencv-python': None}, ['opencv-python>=3']) == []


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Write metadata to a folder of packages, and return what is found there."""
    monkeypatch.setattr('sys.path', [str(tmp_path)])

    def write(*folders):
        for folder, metadata in folders:
            (tmp_path / folder).mkdir()
            (tmp_path / folder / 'METADATA').write_text(metadata)
        return list(find_clashes(Facts('3.11.2', installed())))

    return write


def test_metadata_on_the_disk(site):
    metadata = 'Metadata-Version: 2.1\nName: {}\nVersion: {}\n{}'
    needs = 'Requires-Dist: numpy>=3\nRequires-Dist: tqdm ; extra == "x"\n'
    found = site(
        ('numpy-2.4.6.dist-info', metadata.format('numpy', '2.4.6', '')),
        ('Torch-2.11.0.dist-info', metadata.format('Torch', '2.11.0', needs)),
    )
    assert [one.problem for one in found] == [
        'torch 2.11.0 needs numpy>=3, and numpy 2.4.6 is installed'
    ]


def test_an_upgrade_that_was_interrupted(site):
    metadata = 'Metadata-Version: 2.1\nName: numpy\nVersion: {}\n'
    (finding,) = site(
        ('numpy-2.4.6.dist-info', metadata.format('2.4.6')),
        ('numpy-1.26.4.dist-info', metadata.format('1.26.4')),
    )
    assert 'metadata of numpy' in finding.problem
    assert 'interrupted' in finding.problem


def test_metadata_without_a_name(site):
    (finding,) = site(('~umpy-2.4.6.dist-info', ''))
    assert '~umpy-2.4.6.dist-info is left over' in finding.problem
    assert finding.mend.startswith("rm -r '/")
