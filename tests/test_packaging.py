# SPDX-License-Identifier: Apache-2.0
"""The wheel, the source archive and the requirement files."""

import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = (
    'setup.py',
    'pyproject.toml',
    'MANIFEST.in',
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'CITATION.cff',
    'CONTRIBUTING.md',
    'Dockerfile',
    'Makefile',
    'mkdocs.yml',
    'model-index.yml',
    'requirements',
    'docs',
    'mmmetaformer',
    'configs',
    'tools',
    'tests',
)
JUNK = shutil.ignore_patterns('__pycache__', '*.py[co]')
FLAVOURS = {'mmcv', 'mmcv-lite', 'mmcv-full', 'onedl-mmcv'}
ENGINES = {'mmengine', 'mmengine-lite', 'onedl-mmengine'}
PYTHONS = ('3.10', '3.11', '3.12', '3.13', '3.14')


def requirements(name):
    lines = (ROOT / f'requirements/{name}.txt').read_text('utf-8').splitlines()
    stripped = (line.split('#')[0].strip() for line in lines)
    # A line with an option names another file.
    return [Requirement(line) for line in stripped if line and line[0] != '-']


def names(name):
    return {requirement.name for requirement in requirements(name)}


def copy_tree(target):
    target.mkdir()
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=JUNK)
        elif source.exists():
            shutil.copy(source, target)
    return target


def files_of(folder):
    paths = (path.relative_to(folder) for path in folder.rglob('*') if path.is_file())
    return {path.as_posix() for path in paths if '__pycache__' not in path.parts}


def call(*args, cwd):
    result = subprocess.run(
        [sys.executable, *map(str, args)], cwd=cwd, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def build_wheel(source, target):
    # From an empty folder: nothing may come in because it lies in the current one.
    target.mkdir()
    pip = ('-m', 'pip', '--disable-pip-version-check', 'wheel')
    call(*pip, '--no-deps', '--no-build-isolation', source, cwd=target)
    (wheel,) = target.glob('*.whl')
    return wheel


@pytest.fixture(scope='module')
def tree(tmp_path_factory):
    return copy_tree(tmp_path_factory.mktemp('source') / 'tree')


@pytest.fixture(scope='module')
def wheel(tree, tmp_path_factory):
    return build_wheel(tree, tmp_path_factory.mktemp('wheel') / 'out')


@pytest.fixture(scope='module')
def content(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith('/')}


@pytest.fixture(scope='module')
def metadata(wheel) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith('.dist-info/METADATA'))
        return message_from_bytes(archive.read(name))


def test_no_folder_of_data_files_is_missing_from_the_packages(tmp_path):
    said = call('setup.py', 'build_py', cwd=copy_tree(tmp_path / 'tree'))
    assert 'absent from the `packages` configuration' not in ' '.join(said.split())


def test_wheel_holds_the_whole_package(content):
    package = files_of(ROOT / 'mmmetaformer')
    packed = {
        name.removeprefix('mmmetaformer/')
        for name in content
        if name.startswith('mmmetaformer/') and '/.mim/' not in name
    }
    assert packed == package


def test_wheel_holds_what_mim_looks_for(content):
    expected = {
        f'{folder}/{name}'
        for folder in ('configs', 'tools')
        for name in files_of(ROOT / folder)
    }
    expected |= {'model-index.yml'}
    compared = ('constraints', 'constraints-onedl', 'runtime', 'lite', 'onedl')
    compared += ('optional',)  # by doctor
    expected |= {f'requirements/{name}.txt' for name in compared}
    expected -= {'tools/setup_env.sh'}
    prefix = 'mmmetaformer/.mim/'
    assert {n.removeprefix(prefix) for n in content if n.startswith(prefix)} == expected


def test_wheel_holds_nothing_else(content):
    assert {name.split('/')[0].split('-')[0] for name in content} == {'mmmetaformer'}


def test_build_leaves_the_source_alone(tree, wheel, tmp_path):
    pristine = files_of(copy_tree(tmp_path / 'pristine'))
    added = files_of(tree) - pristine
    assert {name.split('/')[0] for name in added} <= {'build', 'mmmetaformer.egg-info'}


def test_file_that_was_deleted_leaves_the_wheel(tree, wheel, content, tmp_path):
    stale = tree / 'build/lib/mmmetaformer/.mim/configs/stale.py'
    stale.touch()
    (tree / 'build/lib/mmmetaformer/stale.py').touch()
    with zipfile.ZipFile(build_wheel(tree, tmp_path / 'out')) as archive:
        assert not [name for name in archive.namelist() if 'stale' in name]


def test_wheel_from_source_archive_is_the_same(content, tmp_path):
    source = copy_tree(tmp_path / 'tree')
    call('setup.py', '--quiet', 'sdist', cwd=source)
    (archive,) = source.glob('dist/*.tar.gz')
    with tarfile.open(archive) as packed:
        names = {name.partition('/')[2] for name in packed.getnames()}
    assert {f'docs/{name}' for name in files_of(ROOT / 'docs')} <= names
    assert {name for name in SHIPPED if '.' in name} <= names
    with zipfile.ZipFile(build_wheel(archive, tmp_path / 'out')) as rebuilt:
        assert {n for n in rebuilt.namelist() if not n.endswith('/')} == content


def test_metadata(metadata):
    version = {}
    exec((ROOT / 'mmmetaformer/version.py').read_text('utf-8'), version)
    assert metadata['Name'] == 'mmmetaformer'
    assert metadata['Version'] == version['__version__']
    assert metadata['Requires-Python'] == '>=3.10'
    assert set(metadata.get_all('Provides-Extra')) == {
        'lite',
        'mim',
        'onedl',
        'report',
        'optional',
        'export',
        'track',
        'fast-eval',
        'tests',
        'lint',
        'completion',
        'docs',
        'all',
    }


def test_the_citation_is_of_this_version(metadata):
    assert f'\nversion: {metadata["Version"]}\n' in (ROOT / 'CITATION.cff').read_text()


def test_every_place_names_the_same_pythons(metadata):
    prefix = 'Programming Language :: Python :: 3.'
    classifiers = metadata.get_all('Classifier')
    declared = [c.split()[-1] for c in classifiers if c.startswith(prefix)]
    assert declared == list(PYTHONS)
    script = (ROOT / 'tools/setup_env.sh').read_text('utf-8')
    (tried,) = re.findall(r'^tried=\((.*)\)$', script, re.M)
    assert tried.split() == list(reversed(PYTHONS))
    readme = (ROOT / 'README.md').read_text('utf-8')
    assert f'Python {PYTHONS[0]} to {PYTHONS[-1]}' in ' '.join(readme.split())


def test_no_flavour_of_the_hosts_is_a_hard_requirement(metadata):
    declared = [Requirement(line) for line in metadata.get_all('Requires-Dist')]

    def wanted(extra):
        return {
            requirement.name
            for requirement in declared
            if requirement.marker is None
            or requirement.marker.evaluate({'extra': extra})
        }

    assert {'torch', 'torchvision', 'numpy'} <= wanted('')
    for extra in ('', 'all', 'tests', 'report', 'export', 'track'):
        assert not wanted(extra) & (FLAVOURS | ENGINES), extra
    assert wanted('lite') & (FLAVOURS | ENGINES) == {'mmcv-lite', 'mmengine'}
    assert wanted('mim') & (FLAVOURS | ENGINES) == {'mmcv', 'mmengine'}
    hosts = {name for name in wanted('onedl') if name.startswith(('mm', 'onedl'))}
    assert hosts == names('onedl')
    assert all(name.startswith('onedl-') for name in hosts)
    # What `make test-onedl` installs beside the forks.
    assert not {n for n in wanted('tests') | wanted('report') if n.startswith('mm')}


def test_both_routes_ask_for_the_same_versions():
    lite = {r.name: r.specifier for r in requirements('lite')}
    lite['mmcv'] = lite['mmcv-lite']
    for requirement in requirements('mminstall'):
        assert requirement.specifier == lite[requirement.name], requirement


def test_pins_cover_and_fit_the_environment():
    pins = requirements('constraints') + requirements('constraints-onedl')
    for requirement in pins:
        assert [spec.operator for spec in requirement.specifier] == ['==']
    groups = (
        *('runtime', 'lite', 'onedl', 'report', 'optional', 'export', 'track'),
        'fast-eval',
        *('tests', 'lint', 'completion', 'docs'),
    )
    asked = [r for n in groups for r in requirements(n)]
    for python in PYTHONS:
        pinned = {
            pin.name: Version(next(iter(pin.specifier)).version)
            for pin in pins
            if pin.marker is None or pin.marker.evaluate({'python_version': python})
        }
        for requirement in asked:
            assert requirement.specifier.contains(pinned[requirement.name]), python
        assert pinned['opencv-python'] == pinned['opencv-python-headless']
