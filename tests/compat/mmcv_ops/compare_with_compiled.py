# SPDX-License-Identifier: Apache-2.0
"""Compare the stand-in with a compiled mmcv on random cases, on the CPU.

    pip install --no-build-isolation --no-deps --target DIR mmcv==2.1.0
    python tests/compat/mmcv_ops/compare_with_compiled.py DIR

Run it in an environment with mmcv-lite. One process per implementation computes the
same cases through `mmcv.ops`. The table has the difference between the results, and the
relative difference of each from the stand-in's float64 results on the same numbers.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from compiled_cases import ALL_CASES
from torch import Tensor

DTYPES = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
# By op and dtype: the results of all cases by part, or the error that the op raised.
Results = dict[str, dict[str, list[Tensor]] | str]


def compute(path: str, count: int) -> None:
    """Compute all cases with the mmcv that this process imports."""
    from mmmetaformer.compat.mmcv_ops import install

    stand_in = install()
    results: Results = {}
    for cases in ALL_CASES:
        for dtype in DTYPES:
            name = f'{cases.__name__[:-6]} {str(dtype)[6:]}'
            try:
                results[name] = cases(count, dtype)
            except (RuntimeError, NotImplementedError) as error:
                results[name] = str(error).splitlines()[0]
    torch.save({'stand_in': stand_in, 'results': results}, path)


def largest(ours: list[Tensor], theirs: list[Tensor]) -> tuple[float, float]:
    """Return the largest difference, and the largest one relative to its case."""
    differences = [(0.0, 0.0)]
    for a, b in zip(ours, theirs, strict=True):
        if a.shape != b.shape:  # NMS kept another number of boxes
            return float('inf'), float('inf')
        if a.numel():
            difference = (a.double() - b.double()).abs().max().item()
            size = b.abs().max().item()
            differences.append((difference, difference / size if size else difference))
    return max(d for d, _ in differences), max(r for _, r in differences)


def compare(compiled: Results, stand_in: Results) -> None:
    """Print a table of the differences."""
    print('| op | cases | differ | largest | relative | to float64: ours | theirs |')
    print('| --- | --- | --- | --- | --- | --- | --- |')
    for name, ours in stand_in.items():
        theirs = compiled[name]
        assert not isinstance(ours, str), f'{name} of the stand-in: {ours}'
        if isinstance(theirs, str):
            print(f'| {name} | compiled: {theirs} | | | | | |')
            continue
        for part in (p for p in ours if 'exact' not in p):
            a, b = ours[part], theirs[part]
            differ = sum(not torch.equal(x, y) for x, y in zip(a, b, strict=True))
            row = [f'{name} {part}', str(len(a)), str(differ)]
            row += [f'{number:.1e}' for number in largest(a, b)]
            if exact := ours.get(f'exact {part}'):
                row += [f'{largest(x, exact)[1]:.1e}' for x in (a, b)]
            print('|', ' | '.join(row), '|')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('site', help='the folder with the compiled mmcv')
    parser.add_argument('--cases', type=int, default=200, help='of each op and dtype')
    parser.add_argument('--compute', action='store_true', help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.compute:
        compute(args.site, args.cases)
        return
    root = str(Path(__file__).resolve().parents[3])
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for stand_in, paths in ((False, [args.site, root]), (True, [root])):
            path = os.path.join(folder, f'{stand_in}.pt')
            subprocess.run(
                [sys.executable, __file__, path, '--compute', f'--cases={args.cases}'],
                env={**os.environ, 'PYTHONPATH': os.pathsep.join(paths)},
                check=True,
            )
            found[stand_in] = torch.load(path)
            if found[stand_in]['stand_in'] != stand_in:
                kind = 'mmcv-lite' if stand_in else f'compiled mmcv in {args.site}'
                sys.exit(f'no {kind}: see {__file__}')
    compare(found[False]['results'], found[True]['results'])


if __name__ == '__main__':
    main()
