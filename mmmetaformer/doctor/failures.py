# SPDX-License-Identifier: Apache-2.0
"""Why a package does not import, in words, and what mends it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .facts import Facts
from .finding import Finding, install
from .stack import PACKAGES, Package, is_fork, to_install
from .tested import pins

__all__ = ['find_failures']

LIBRARY = re.compile(r'(lib[\w+.-]+\.so[\w.]*): cannot open shared object file')
NUMPY = re.compile(
    r'compiled using NumPy 1|numpy\.dtype size changed|_ARRAY_API not found'
    r'|multiarray failed to import|compiled against ABI version'
)
ABI = re.compile(r'undefined symbol|torchvision::nms does not exist')
NO_MODULE = re.compile(r"No module named '([\w.]+)'")

#: What is installed under another name than it is imported; `PACKAGES` has more.
DISTRIBUTIONS = {
    'cv2': 'opencv-python-headless',
    'PIL': 'pillow',
    'yaml': 'pyyaml',
}


def find_failures(facts: Facts) -> Iterator[Finding]:
    """Yield the causes of failed imports, each once, and GPUs that cannot be used."""
    tested = pins('.'.join(facts.python.split('.')[:2]))
    versions = facts.versions()
    seen: set[object] = {None}
    for package in PACKAGES:
        module = facts.modules.get(package.module)
        if module is None or _is_absent_by_choice(package, module, versions):
            continue
        finding = _judge(package, module, versions, tested)
        # What builds on a broken package fails for the same reason.
        causes = {finding and finding.mend, module.get('error', finding)}
        if finding is not None and not causes & seen:
            yield finding
        seen |= causes
    yield from _unused_gpu(facts)


def _is_absent_by_choice(
    package: Package, module: Mapping[str, Any], versions: Mapping[str, str]
) -> bool:
    if not package.needed_for or 'error' not in module:
        return False
    return not any(name in versions for name in package.distributions)


def _judge(
    package: Package,
    module: Mapping[str, Any],
    versions: Mapping[str, str],
    tested: Mapping[str, str],
) -> Finding | None:
    names = [name for name in package.distributions if name in versions]
    name = names[0] if names else to_install(package, versions)
    error = module.get('error', '')
    if NUMPY.search(error + module.get('said', '')):
        return Finding(
            f'{name} {versions.get(name, "")} was compiled for another NumPy than '
            f'{versions.get("numpy", "the installed one")}',
            install(dict.fromkeys(['numpy', name]), tested, '--force-reinstall'),
        )
    if not error:
        return None
    library = LIBRARY.search(error)
    if library and package.module == 'cv2':
        return Finding(
            f'{name} needs the system library {library[1]}, which is not there',
            install(['opencv-python-headless'], tested, '--force-reinstall --no-deps'),
        )
    if ABI.search(error) and package.module in ('torch', 'torchvision', 'mmcv'):
        return _other_torch(package, name, error, versions, tested)
    absent = NO_MODULE.search(error)
    if absent:
        root = absent[1].partition('.')[0]
        known = {one.module: to_install(one, versions) for one in PACKAGES}
        needed = {**known, **DISTRIBUTIONS}.get(root, root)
        who = '' if root == package.module else f', which {package.module} imports'
        return Finding(f'{needed} is not installed{who}', install([needed], tested))
    return Finding(
        f'import {module["name"]} fails: {error.splitlines()[0]}',
        install([name], tested, '--force-reinstall --no-deps'),
    )


def _other_torch(
    package: Package,
    name: str,
    error: str,
    versions: Mapping[str, str],
    tested: Mapping[str, str],
) -> Finding:
    torch = versions.get('torch', 'the installed one')
    problem = (
        f'{name} {versions.get(name, "")} was built for another torch than {torch}: '
        f'{error.splitlines()[0]}'
    )
    if is_fork(name):  # pip builds the source archive without operators
        options = f'--force-reinstall --no-deps --no-binary {name}'
        return Finding(problem, install([name], tested, options))
    if package.module == 'mmcv':
        lite = install(['mmcv-lite'], tested)
        return Finding(problem, f'pip uninstall -y {name} && {lite}')
    return Finding(problem, install(['torch', 'torchvision'], tested))


def _unused_gpu(facts: Facts) -> Iterator[Finding]:
    torch = facts.modules.get('torch', {})
    if facts.driver is None or 'error' in torch or torch.get('gpus') or not torch:
        return
    if not torch.get('cuda'):
        yield Finding(
            f'this machine has an NVIDIA driver ({facts.driver}), but torch is a build '
            'for CPUs',
            'pip uninstall -y torch torchvision  # then install both builds for CUDA, '
            'with the command of https://pytorch.org/get-started/locally',
        )
    else:
        yield Finding(
            f'torch finds no GPU: it is built for CUDA {torch["cuda"]}, and the NVIDIA '
            f'driver is {facts.driver}',
            'nvidia-smi  # shows the newest CUDA that the driver supports; update the '
            'driver, or install a torch for that CUDA. CUDA_VISIBLE_DEVICES hides GPUs',
        )
