# SPDX-License-Identifier: Apache-2.0
"""Packages mmmetaformer the way the other OpenMMLab packages are packaged."""

import re
import shutil
from pathlib import Path

from setuptools import find_namespace_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
# The files of `requirements` that `mmmetaformer doctor` compares with.
COMPARED = ('constraints', 'constraints-onedl', 'runtime', 'lite', 'onedl', 'optional')


def read(name: str) -> str:
    """Text of a file in the root folder."""
    return (ROOT / name).read_text(encoding='utf-8')


def read_version() -> str:
    """Version number, read without importing the package, which needs torch."""
    match = re.search(r"^__version__ = '(.+)'$", read('mmmetaformer/version.py'), re.M)
    if match is None:
        raise RuntimeError('no __version__ in mmmetaformer/version.py')
    return match.group(1)


def read_requirements(name: str) -> list[str]:
    """Requirements of one file, less its comments and empty lines."""
    lines = (
        line.split('#')[0].strip()
        for line in read(f'requirements/{name}.txt').splitlines()
    )
    return [line for line in lines if line]


class BuildPyWithMim(build_py):
    """Puts configs, tools and the model index where `mim` looks: in `.mim`.

    They go straight into the build folder, so the source tree gets neither copies
    nor links. An editable install needs none of it: mim users install a wheel.
    """

    def run(self) -> None:
        """Build the package afresh and add `.mim`."""
        if self.editable_mode:
            super().run()
            return
        package = Path(self.build_lib, 'mmmetaformer')
        # setuptools keeps build/: a file that the tree lost would stay in the wheel.
        shutil.rmtree(package, ignore_errors=True)
        super().run()
        mim = package / '.mim'
        mim.mkdir(parents=True, exist_ok=True)
        ignore = shutil.ignore_patterns('__pycache__', '*.py[co]', 'setup_env.sh')
        for name in ('configs', 'tools'):
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, mim / name, ignore=ignore)
        shutil.copy(ROOT / 'model-index.yml', mim)
        for name in COMPARED:
            source = ROOT / f'requirements/{name}.txt'
            if source.is_file():
                (mim / 'requirements').mkdir(exist_ok=True)
                shutil.copy(source, mim / 'requirements')


setup(
    name='mmmetaformer',
    version=read_version(),
    description='MetaFormer backbones and recipes for mmdetection and mmsegmentation',
    long_description=read('README.md') if (ROOT / 'README.md').is_file() else '',
    long_description_content_type='text/markdown',
    keywords='computer vision, segmentation, detection, metaformer, openmmlab',
    author='The mmmetaformer contributors',
    license='Apache-2.0',
    license_files=['LICENSE'],
    # setuptools takes a folder of data files for a package, and warns if it is missing.
    packages=find_namespace_packages(
        include=['mmmetaformer', 'mmmetaformer.*'], exclude=['*.__pycache__']
    ),
    package_data={'mmmetaformer': ['py.typed']},
    include_package_data=True,  # the package's data files, as MANIFEST.in lists them
    cmdclass={'build_py': BuildPyWithMim},
    entry_points={'console_scripts': ['mmmetaformer = mmmetaformer.commands:main']},
    python_requires='>=3.10',
    install_requires=read_requirements('runtime'),
    extras_require={
        # One flavour of the host stack each: never two in one environment.
        'lite': read_requirements('lite'),
        'mim': read_requirements('mminstall'),
        'onedl': read_requirements('onedl'),
        'report': read_requirements('report'),
        'optional': read_requirements('optional'),
        'export': read_requirements('export'),
        'track': read_requirements('track'),
        'fast-eval': read_requirements('fast-eval'),
        'tests': read_requirements('tests'),
        'lint': read_requirements('lint'),
        'completion': read_requirements('completion'),
        'docs': read_requirements('docs'),
        # Leaves the choice of the flavour to you.
        'all': [
            requirement
            for name in (
                'optional',
                'report',
                'export',
                'track',
                'fast-eval',
                'tests',
                'lint',
                'completion',
                'docs',
            )
            for requirement in read_requirements(name)
        ],
    },
    classifiers=[
        'Development Status :: 4 - Beta',
        'Intended Audience :: Science/Research',
        'Operating System :: POSIX :: Linux',
        'Programming Language :: Python :: 3',
        'Programming Language :: Python :: 3.10',
        'Programming Language :: Python :: 3.11',
        'Programming Language :: Python :: 3.12',
        'Programming Language :: Python :: 3.13',
        'Programming Language :: Python :: 3.14',
        'Topic :: Scientific/Engineering :: Artificial Intelligence',
        'Topic :: Scientific/Engineering :: Image Recognition',
        'Typing :: Typed',
    ],
    zip_safe=False,
)
