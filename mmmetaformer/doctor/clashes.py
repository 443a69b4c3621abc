# SPDX-License-Identifier: Apache-2.0
"""What cannot work by the metadata of what is installed."""

from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from .distributions import Installed, normalized
from .facts import Facts
from .finding import Finding, install
from .stack import PACKAGES, alternatives, is_fork, package_of
from .tested import allowed, pins

__all__ = ['find_clashes']

#: Why a version of a package or distribution outside of the range does not work.
REASONS = {
    'mmcv': 'mmdet 3.3 and mmseg 1.2 refuse it',
    'onedl-mmcv': 'onedl-mmpretrain 1.3 refuses 2.4',
    'pkg_resources': 'mmengine imports pkg_resources, which setuptools 82 dropped',
    'torch': 'older ones cannot read checkpoints safely',
}


def find_clashes(facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with the set of installed distributions."""
    tested = pins('.'.join(facts.python.split('.')[:2]))
    yield from _leftovers(facts)
    yield from _several_of_one(facts, tested)
    yield from _two_families(facts)
    yield from _outside_of_range(facts, tested)
    yield from _unmet(facts, tested)


def _leftovers(facts: Facts) -> Iterator[Finding]:
    """Find metadata of interrupted or overwritten installations."""
    seen: dict[tuple[str, Path], str] = {}
    for one in facts.distributions:
        path = Path(one.folder)
        if not one.name or not one.version:
            yield Finding(
                f'{path} is left over from an interrupted installation',
                f"rm -r '{path}'",
            )
            continue
        other = seen.setdefault((one.name, path.parent), one.version)
        if other != one.version and package_of(one.name):
            yield Finding(
                f'{path.parent} has the metadata of {one.name} {other} and '
                f'{one.version}: an upgrade was interrupted',
                f'pip uninstall -y {one.name}  # twice, then install it again',
            )


def _several_of_one(facts: Facts, tested: dict[str, str]) -> Iterator[Finding]:
    """Find several distributions that write the same folder."""
    versions = facts.versions()
    for package in PACKAGES:
        found = [name for name in package.distributions if name in versions]
        if len(found) < 2:
            continue
        # A headless OpenCV over the other of the same version is what `make` installs.
        if package.module == 'cv2' and len({versions[name] for name in found}) == 1:
            continue
        named = ' and '.join(f'{name} {versions[name]}' for name in found)
        again = 'opencv-python-headless' if package.module == 'cv2' else found[0]
        yield Finding(
            f'{named} write the same folder {package.module}/: what is in it is a mix',
            f'pip uninstall -y {" ".join(found)} && {install([again], tested)}',
        )


def _two_families(facts: Facts) -> Iterator[Finding]:
    """Find a mix of OpenMMLab's packages and OneDL's forks of them."""
    names = [one for one in facts.versions() if package_of(one)]
    forks = sorted(filter(is_fork, names))
    others = sorted(name for name in names if name.startswith('mm'))
    if forks and others:
        yield Finding(
            f'{", ".join(forks)} and {", ".join(others)} are of two projects, which '
            'are not tested together',
            f'pip uninstall -y {" ".join([*forks, *others])} && '
            "pip install 'mmmetaformer[lite]'  # or 'mmmetaformer[onedl]'",
        )


def _outside_of_range(facts: Facts, tested: dict[str, str]) -> Iterator[Finding]:
    ranges, versions = allowed(), facts.versions()
    for name, version in versions.items():
        package = package_of(name)
        if package is None or _is_allowed(name, version):
            continue
        if sum(other in versions for other in package.distributions) > 1:
            continue  # a finding already, and all of them are to go
        wanted = ranges[name].specifier
        reason = REASONS.get(name if is_fork(name) else package.module, '')
        yield Finding(
            f'{name} {version} is outside of {wanted}'
            + (f': {reason}' if reason else ''),
            install([name], tested)
            if name in tested
            else f"pip install '{name}{wanted}'",
        )


def _unmet(facts: Facts, tested: dict[str, str]) -> Iterator[Finding]:
    """Find requirements of the stack's packages that are not met."""
    versions = facts.versions()
    judged: dict[str, Installed] = {}
    for one in facts.distributions:
        if one.name == 'mmmetaformer' or package_of(one.name):
            judged.setdefault(one.name, one)
    for one in judged.values():
        for requirement in _requirements(one.requires):
            name = normalized(requirement.name)
            found = [other for other in alternatives(name) if other in versions]
            if not found:
                yield Finding(
                    f'{one.name} {one.version} needs {name}, which is not installed',
                    install([name], tested),
                )
            elif (
                name in found
                and _is_allowed(name, versions[name])  # else it is a finding already
                and not _fits(versions[name], requirement)
            ):
                both = (
                    [name]
                    if _fits(tested.get(name, ''), requirement)
                    else [name, one.name]
                )
                yield Finding(
                    f'{one.name} {one.version} needs {name}{requirement.specifier}, '
                    f'and {name} {versions[name]} is installed',
                    install(both, tested),
                )


def _is_allowed(name: str, version: str) -> bool:
    requirement = allowed().get(name)
    return requirement is None or not version or _fits(version, requirement)


def _requirements(texts: tuple[str, ...]) -> Iterator[Requirement]:
    """Yield those that hold here, without extras."""
    for text in texts:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue  # old metadata, such as `foo (>=1.*)`, which pip ignores too
        if requirement.marker is None or requirement.marker.evaluate({'extra': ''}):
            yield requirement


def _fits(version: str, requirement: Requirement) -> bool:
    try:
        return requirement.specifier.contains(Version(version), prereleases=True)
    except InvalidVersion:
        return True  # nobody can tell
