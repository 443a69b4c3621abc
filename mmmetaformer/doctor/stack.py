# SPDX-License-Identifier: Apache-2.0
"""The packages of an environment, and the distributions that bring them."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    'PACKAGES',
    'Package',
    'alternatives',
    'is_fork',
    'package_of',
    'to_install',
]


@dataclass(frozen=True)
class Package:
    """A package of the stack.

    Args:
        module: What is imported.
        distributions: The names under which it can be installed, the usual one first.
            All of them write the same folder.
        probe: The module whose import shows that the package works.
        needed_for: What does not work without it; '' if nothing else does.
    """

    module: str
    distributions: tuple[str, ...]
    probe: str = ''
    needed_for: str = ''


#: In the order in which they build on each other.
PACKAGES = (
    Package('numpy', ('numpy',)),
    Package('torch', ('torch',)),
    Package('torchvision', ('torchvision',)),
    Package(
        'cv2',
        (
            'opencv-python',
            'opencv-python-headless',
            'opencv-contrib-python',
            'opencv-contrib-python-headless',
        ),
    ),
    Package('pkg_resources', ('setuptools',)),
    Package('mmengine', ('mmengine', 'mmengine-lite', 'onedl-mmengine')),
    Package('mmcv', ('mmcv-lite', 'mmcv', 'mmcv-full', 'onedl-mmcv')),
    # The hosts import these two if they are there.
    Package('timm', ('timm',), needed_for='comparisons with its models'),
    Package(
        'mmpretrain',
        ('mmpretrain', 'onedl-mmpretrain'),
        needed_for='configs with ConvNeXt',
    ),
    Package('pycocotools', ('pycocotools',), 'pycocotools.mask', 'detectors'),
    Package('mmdet', ('mmdet', 'onedl-mmdetection'), 'mmdet.models', 'detectors'),
    Package(
        'mmseg',
        ('mmsegmentation', 'onedl-mmsegmentation'),
        'mmseg.models',
        'segmentors',
    ),
)


def package_of(distribution: str) -> Package | None:
    """Return the package that a distribution brings, None if it is another one."""
    for package in PACKAGES:
        if distribution in package.distributions:
            return package
    return None


def is_fork(distribution: str) -> bool:
    """Return whether a distribution is one of OneDL's forks."""
    return distribution.startswith('onedl-')


def to_install(package: Package, installed: Iterable[str]) -> str:
    """Return the distribution of a package that fits those which are installed."""
    wants_fork = any(map(is_fork, installed))
    forks = [name for name in package.distributions if wants_fork and is_fork(name)]
    return (forks or package.distributions)[0]


def alternatives(distribution: str) -> tuple[str, ...]:
    """Return all distributions that bring the same package, this one among them."""
    package = package_of(distribution)
    return package.distributions if package else (distribution,)
