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
from torch import Tensor

DTYPES = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
# By op and dtype: the results of all cases by part, or the error that the op raised.
Results = dict[str, dict[str, list[Tensor]] | str]


def nms_cases(count: int, dtype: torch.dtype) -> dict[str, list[Tensor]]:
    from mmcv.ops import nms

    kept = []
    for seed in range(count):
        generator = torch.Generator().manual_seed(seed)
        boxes = torch.rand(1 + seed * 2, 4, generator=generator) * 60
        boxes[:, 2:] += boxes[:, :2]
        if seed % 2:  # integers: some IoUs are exactly the threshold
            boxes = (boxes / 6).round()
        scores = torch.rand(len(boxes), generator=generator)
        threshold = (0.3, 0.5, 0.6, 0.7)[seed % 4]
        offset = seed // 4 % 2
        kept.append(nms(boxes.to(dtype), scores.to(dtype), threshold, offset)[1])
    return {'indices': kept}


def roi_align_cases(count: int, dtype: torch.dtype) -> dict[str, list[Tensor]]:
    from mmcv.ops import roi_align

    found: dict[str, list[Tensor]] = {}
    for seed in range(count):
        generator = torch.Generator().manual_seed(seed)
        shape = (2, 3, 8 + seed % 30, 8 + seed % 23)
        features = torch.randn(*shape, generator=generator).to(dtype)
        scale = (1 / 4, 1 / 8, 1 / 16, 0.3)[seed % 4]
        rois = torch.rand(seed % 40, 5, generator=generator)
        rois[:, 0] = (rois[:, 0] * 2).floor()
        # Some cross the edges, some are outside.
        rois[:, 1:] = (rois[:, 1:] * 1.4 - 0.2) * 30 / scale
        rois[:, 3:] = torch.maximum(rois[:, 1:3], rois[:, 3:])
        size = ((7, 7), (14, 14), (3, 5))[seed % 3]
        options = (size, scale, (0, 2, 0, 1, 3)[seed % 5], 'avg', seed % 7 < 4)
        rois = rois.to(dtype)
        direction = torch.randn(len(rois), 3, *size, generator=generator).to(dtype)
        for prefix, to in (('', dtype), ('exact ', torch.float64)):
            x = features.to(to).requires_grad_()
            output = roi_align(x, rois.to(to), *options)
            gradient = torch.autograd.grad(output, x, direction.to(to))[0]
            found.setdefault(prefix + 'forward', []).append(output.detach())
            found.setdefault(prefix + 'backward', []).append(gradient)
    return found


def sigmoid_focal_loss_cases(count: int, dtype: torch.dtype) -> dict[str, list[Tensor]]:
    from mmcv.ops import sigmoid_focal_loss

    outputs: list[Tensor] = []
    gradients: list[Tensor] = []
    for seed in range(count):
        generator = torch.Generator().manual_seed(seed)
        logits = torch.randn(50, 80, generator=generator) * 4
        logits = logits.to(dtype).requires_grad_()
        target = torch.randint(0, 81, (50,), generator=generator)
        output = sigmoid_focal_loss(logits, target, 2.0, 0.25, None, 'none')
        outputs.append(output.detach())
        gradients += torch.autograd.grad(output.sum(), logits)
    return {'forward': outputs, 'backward': gradients}


def compute(path: str, count: int) -> None:
    """Compute all cases with the mmcv that this process imports."""
    from mmmetaformer.compat.mmcv_ops import install

    stand_in = install()
    results: Results = {}
    for cases in (nms_cases, roi_align_cases, sigmoid_focal_loss_cases):
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
