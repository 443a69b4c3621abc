# SPDX-License-Identifier: Apache-2.0
"""What `doctor` prints."""

import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from mmmetaformer.text import table
from mmmetaformer.version import __version__

from .facts import Facts
from .finding import Finding, install
from .stack import PACKAGES, to_install
from .tested import pins, same_version

__all__ = ['describe']


def describe(facts: Facts, findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the lines: what is there, what is wrong, and what mends it."""
    tested = pins('.'.join(facts.python.split('.')[:2]))
    yield f'mmmetaformer {__version__}, in {Path(__file__).parents[1]}'
    yield f'Python {facts.python}, {sys.executable}'
    yield platform.platform()
    yield f'NVIDIA driver: {facts.driver or "none"}'
    yield ''
    yield from table(list(_rows(facts, tested)), left=(0, 3))
    yield ''
    yield from _torch(facts)
    yield from _operators(facts)
    yield ''
    yield from _problems(findings)
    yield from _nearest(facts, tested)


def _rows(facts: Facts, tested: dict[str, str]) -> Iterator[tuple[str, ...]]:
    yield ('package', 'installed', 'tested', '')
    versions = facts.versions()
    for package in PACKAGES:
        names = [one for one in package.distributions if one in versions]
        broken = 'error' in facts.modules.get(package.module, {})
        for name in names or [to_install(package, versions)]:
            here, there = versions.get(name, '-'), tested.get(name, '')
            state = ''
            if not names:
                needed = package.needed_for and f'needed for {package.needed_for}'
                state = needed or 'not installed'
            elif broken:
                state = 'does not import'
            elif not there or not same_version(here, there):
                state = 'not tested'
            yield (name, here, there, state)


def _torch(facts: Facts) -> Iterator[str]:
    torch = facts.modules.get('torch', {})
    if 'error' not in torch:
        build = f'CUDA {torch["cuda"]}' if torch.get('cuda') else 'CPUs'
        gpus = ', '.join(torch.get('gpus', ())) or 'none'
        yield f'torch is built for {build}; GPUs that it finds: {gpus}'


def _operators(facts: Facts) -> Iterator[str]:
    mmcv = facts.modules.get('mmcv', {})
    if mmcv.get('ops') == 'torchvision':
        yield 'operators of mmcv: what mmdet and mmseg call, from torch and torchvision'
        if mmcv.get('extension'):
            yield f'    in every program, by {mmcv["extension"]}'
        else:
            yield '    here; `mmmetaformer ops install` adds them to every program'
    elif mmcv.get('ops') == 'mmcv':
        yield f'operators of mmcv: all from mmcv, compiled for CUDA {mmcv["cuda"]}'
    else:
        yield 'operators of mmcv: none, it does not import'


def _problems(findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        yield 'No problem was found.'
    for number, finding in enumerate(findings, 1):
        yield f'Problem {number} of {len(findings)}: {finding.problem}'
        yield f'    {finding.mend}'


def _nearest(facts: Facts, tested: dict[str, str]) -> Iterator[str]:
    """Yield the command that installs the tested set."""
    versions = facts.versions()
    if not tested:
        return
    differ = []
    for package in PACKAGES:
        names = [one for one in package.distributions if one in versions]
        name = names[0] if names else to_install(package, versions)
        if name not in tested or (not names and package.needed_for):
            continue
        if not names or not same_version(versions[name], tested[name]):
            differ.append(name)
    if not differ:
        yield 'All versions are those of the tested set.'
        return
    python = facts.python.rpartition('.')[0]
    yield f'These are not the versions tested with Python {python}. To install those:'
    yield f'    {install(differ, tested)}'
