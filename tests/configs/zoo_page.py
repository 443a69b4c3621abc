# SPDX-License-Identifier: Apache-2.0
"""Write docs/config_zoo.md from what `config_zoo.py` saw.

Usage: python tests/configs/zoo_page.py MMDET.jsonl MMSEG.jsonl [--out FILE.md]
"""

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from config_zoo import CPU_SECONDS, listed, read_rows
from zoo_choice import Found, choose, folder_of
from zoo_reasons import reason, why_not_tried

DISTRIBUTIONS = {'mmdet': 'mmdet', 'mmseg': 'mmsegmentation'}
HEAD = """\
# The config zoos of mmdet and mmseg

Find out whether a method of mmdet or mmseg trains with these backbones, without a
compiled mmcv. How to write such a config: [stock_configs.md](stock_configs.md).

{counts}

- **Which configs.** All configs in the wheels of {versions}.
  Two configs of a folder are the same method if they have the same types of detector,
  neck, heads, losses, assigners and samplers; one of each is tried. Where a backbone is
  the method, as in `gcnet` or `res2net`, only the detector that it was shown with is.
- **What was tried.** A ConvFormer of one block in each stage replaces a backbone with
  maps of strides 4 to 32. One rule sets `out_indices` and the channels of the neck or
  the heads (`tests/configs/zoo_backbones.py`). Then one training step on a CPU: two
  synthetic images of 256 x 320 pixels (SSD: 320 x 320) through the model's own data
  preprocessor, each with two objects or a label map. A config passes if the loss is
  finite and every parameter of the backbone has a finite gradient. Each config has
  {seconds} s of one core and 12 GB.
- **Packages.** scikit-learn (`paa`, `lad`), scikit-image (`boxinst`), lap (`bytetrack`,
  `ocsort`) and motmetrics (`ocsort`) are installed. Configs with `MMSyncBN`
  (`simple_copy_paste`, `strong_baselines`) need a process group, in training a
  `--launcher`.
- **Made smaller.** The C4 detectors sample 64 RoIs of an image, not 512. Paddings to a
  training size, as in LSJ, are left out.
- **Memory.** All but these need less than 6 GB:
  {large}.
- **What was not.** Data pipelines, schedules, testing, other sizes, GPUs, results.
- **When.** {month}, {stack}.

```bash
{commands}
python tests/configs/zoo_page.py mmdet.jsonl mmseg.jsonl
```
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('mmdet', type=Path)
    parser.add_argument('mmseg', type=Path)
    page = Path(__file__).parents[2] / 'docs/config_zoo.md'
    parser.add_argument('--out', type=Path, default=page)
    args = parser.parse_args()
    hosts = {'mmdet': args.mmdet, 'mmseg': args.mmseg}
    counts, tables, large = [], [], []
    for host, file in hosts.items():
        found = listed(host, file)
        rows = read_rows(file)
        large += [
            f'`{Path(path).stem}` ({row["peak_mb"] / 1024:.1f} GB)'
            for path, row in rows.items()
            if row.get('peak_mb', 0) > 6 * 1024
        ]
        counts.append(count(host, found, rows))
        tables.append('\n'.join(table(host, found, rows)))
    names = {host: f'{host} {version(DISTRIBUTIONS[host])}' for host in hosts}
    head = HEAD.format(
        counts='\n'.join(counts),
        versions=' and '.join(names.values()),
        seconds=CPU_SECONDS,
        large=',\n  '.join(large),
        month=time.strftime('%B %Y'),
        stack=f'mmcv-lite {version("mmcv-lite")}, torch {version("torch")}',
        commands='\n'.join(
            f'python tests/configs/config_zoo.py {host} {host}.jsonl --memory 12'
            for host in hosts
        ),
    )
    args.out.write_text('\n'.join([head, *tables]))


def count(host: str, found: list[Found], rows: dict[str, Any]) -> str:
    """Return how many folders and configs trained."""
    tried = [o for o in choose(found) if o.is_tried and o.path in rows]
    trained = [one for one in tried if rows[one.path]['outcome'] == 'ok']
    folders = {one.folder for one in tried}
    missing = [o for o in choose(found) if o.is_tried and o.path not in rows]
    left = f' {len(missing)} more are not tried yet.' if missing else ''
    return (
        f'- **{host}**: {len(trained)} of {len(tried)} configs trained, in '
        f'{len({one.folder for one in trained})} of {len(folders)} folders\n'
        f'  that have a config with such a backbone.{left} The wheel has '
        f'{len(folders_in(host))} folders.'
    )


def folders_in(host: str) -> list[str]:
    """Return the names of the method folders in the wheel."""
    folders = (path for path in folder_of(host).iterdir() if path.is_dir())
    return sorted(path.name for path in folders if path.name != '_base_')


def table(host: str, found: list[Found], rows: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a host's table and of the folders that are not in it."""
    by_folder = defaultdict(list)
    for one in choose(found):
        by_folder[one.folder].append(one)
    yield f'## {host}\n'
    yield '| folder | trained | not trained, and why |'
    yield '| --- | --- | --- |'
    others = []
    for folder in folders_in(host):
        chosen = by_folder.get(folder, [])
        tried = [one for one in chosen if one.is_tried and one.path in rows]
        if not tried:
            others.append((folder, chosen))
            continue
        trained = [one for one in tried if rows[one.path]['outcome'] == 'ok']
        words = [
            f'`{Path(one.path).stem}`: {reason(rows[one.path]["outcome"])}'
            for one in tried
            if one not in trained
        ]
        words += _untried(chosen)
        yield f'| {folder} | {len(trained)} of {len(tried)} | {"; ".join(words)} |'
    yield '\nFolders without a config to try:\n'
    yield '| folder | why |'
    yield '| --- | --- |'
    for folder, chosen in others:
        none = 'not tried yet' if chosen else 'no config of a model'
        words = _untried(chosen) or [none]
        yield f'| {folder} | {"; ".join(words)} |'
    yield ''


def _untried(chosen: list[Found]) -> list[str]:
    why = Counter(
        why_not_tried(one.backbone, one.model) for one in chosen if not one.is_tried
    )
    return [f'{words} ({n} configs)' if n > 1 else words for words, n in why.items()]


if __name__ == '__main__':
    main()
