#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Write docs/model_zoo.md from configs/metafiles; --count first counts again."""

import argparse
from pathlib import Path
from typing import Any

import yaml

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.command_line import exit_on_user_error

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / 'docs/model_zoo.md'
#: Modes of testing, and their abbreviations on the page.
MODES = {'single scale': 'SS', 'multi-scale and flip': 'MS'}

#: Methods whose transformers the counter does not run.
PARAMETERS_ONLY = ('dino', 'mask2former_semantic', 'mask2former_instance')
#: Metrics by their OpenMMLab names, and their names on the page.
MEASURED = {
    'mIoU': 'mIoU SS',
    'mIoU(ms+flip)': 'mIoU MS',
    'box AP': 'box AP SS',
    'mask AP': 'mask AP SS',
    'mAP': 'AP50',
}

INTRODUCTION = """\
# Model zoo

The configs of this project: their size, their cost, and their results.

`python tools/model_zoo.py` writes this page from `configs/metafiles/*.yml`. Do not edit
it.

- Parameters and MACs are counted by `tools/complexity.py`, heads included. *Input* is
  the size of the image: that of test images, or 800x1280 as in papers on COCO. One MAC
  is one multiplication and one addition. MACs of Mask2Former and DINO are not counted:
  the counter runs shapes without values, and their transformers read values.
- *Published* results are other people's. Their sources are below each table, with the
  recipe they were reached with, which can differ from the config's. SS: single scale.
  MS: several scales and flipping.
- *Measured* results are those of the config, on the full validation set. An empty cell
  means that nobody has run it.
"""
#: Methods by the beginning of the names of their configs.
TITLES = {
    'upernet': 'UperNet',
    'semantic_fpn': 'Semantic FPN',
    'segformer': 'SegFormer',
    'mask2former_semantic': 'Mask2Former (semantic)',
    'mask_rcnn': 'Mask R-CNN',
    'cascade_mask_rcnn': 'Cascade Mask R-CNN',
    'faster_rcnn': 'Faster R-CNN',
    'cascade_rcnn': 'Cascade R-CNN',
    'retinanet': 'RetinaNet',
    'mask2former_instance': 'Mask2Former (instance)',
    'dino': 'DINO',
    'rtmdet_ins': 'RTMDet-Ins',
}


def load_metafiles() -> dict[Path, dict[str, Any]]:
    """Load every metafile that the index names.

    Raises:
        ConfigError: A published figure has no source, mode or recipe.
    """
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text())
    files = {}
    for name in index['Import']:
        files[ROOT / name] = yaml.safe_load((ROOT / name).read_text())
    for content in files.values():
        for model in content['Models']:
            for figure in model.get('Published', []):
                check_label(model['Name'], figure)
    return files


def check_label(name: str, figure: dict[str, Any]) -> None:
    """Raise a ConfigError unless a published figure says what it is and its source."""
    for key in ('Metric', 'Value', 'Source', 'Recipe'):
        if not figure.get(key):
            raise ConfigError(f'a published figure of {name} has no {key}: {figure}')
    if figure.get('Mode') not in MODES:
        raise ConfigError(
            f'Mode of a published figure of {name} is one of {", ".join(MODES)}, got '
            f'{figure.get("Mode")!r}'
        )


def count(files: dict[Path, dict[str, Any]]) -> None:
    """Count the parameters and MACs of every config and write them to the metafiles."""
    # Only now: `--help` and the page itself do not wait for torch.
    from mmmetaformer import compat
    from mmmetaformer.complexity.count import count_complexity
    from mmmetaformer.run.config import load_config

    compat.install()
    for path, content in files.items():
        for model in content['Models']:
            cfg = load_config(str(ROOT / model['Config']))
            result = count_complexity(cfg, input_size(cfg))
            partial = method_of(model['Name']) in PARAMETERS_ONLY
            if bool(result.not_counted) != partial:
                raise ConfigError(f'{model["Name"]}: {result.not_counted}')
            model['Metadata']['Input'] = 'x'.join(map(str, result.shape))
            model['Metadata']['Parameters'] = result.parameters
            model['Metadata']['MACs'] = None if partial else result.macs
        path.write_text(yaml.safe_dump(content, sort_keys=False, width=88))


def input_size(cfg: Any) -> tuple[int, int] | None:
    """Return height and width of a config's test images, None for the usual ones.

    Detectors are counted at 800x1280 as in papers, unless they pad images to one size.
    """
    pipeline = {step.type: step for step in cfg.test_dataloader.dataset.pipeline}
    if cfg.default_scope == 'mmseg':
        width, height = pipeline['Resize'].scale
    elif 'Pad' in pipeline:
        width, height = pipeline['Pad'].size
    else:
        return None
    return height, width


def render(files: dict[Path, dict[str, Any]]) -> str:
    """Return the text of the page."""
    models = [model for content in files.values() for model in content['Models']]
    lines = [INTRODUCTION]
    for method, title in TITLES.items():
        of_method = [model for model in models if method_of(model['Name']) == method]
        for data in dict.fromkeys(m['Metadata']['Training Data'] for m in of_method):
            rows = [m for m in of_method if m['Metadata']['Training Data'] == data]
            lines += [f'## {title} on {data}', '', *table(rows), '']
    return '\n'.join(lines)


def method_of(name: str) -> str:
    """Return the longest method that a config's name begins with."""
    return max((m for m in TITLES if name.startswith(m)), key=len)


def table(models: list[dict[str, Any]]) -> list[str]:
    """Return the table of one method, and below it the sources of published figures."""
    columns = published_columns(models)
    measured = [
        metric for result in models[0]['Results'] for metric in result['Metrics']
    ]
    sources: list[str] = []
    head = [
        'config',
        'backbone',
        'weights',
        'schedule',
        'M params',
        'input',
        'G MACs',
        *(f'published {metric} {MODES[mode]}' for metric, mode in columns),
        *(f'measured {MEASURED[metric]}' for metric in measured),
    ]
    lines = [f'| {" | ".join(head)} |', f'|{" --- |" * 4}{" ---: |" * (len(head) - 4)}']
    for model in models:
        data = model['Metadata']
        cells = [
            f'[`{model["Name"]}`](../{model["Config"]})',
            data['Backbone'],
            data['Pretraining'],
            data['Schedule'],
            f'{data["Parameters"] / 1e6:.1f}',
            data['Input'],
            f'{data["MACs"] / 1e9:.0f}' if data['MACs'] else '',
            *(published_cell(model, column, sources) for column in columns),
            *(measured_cell(model, metric) for metric in measured),
        ]
        lines.append(f'| {" | ".join(cells)} |')
    if sources:
        lines += ['', *(f'{i}. {source}' for i, source in enumerate(sources, 1))]
    return lines


def published_columns(models: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return metric and mode of each column of published figures."""
    figures = [f for model in models for f in model.get('Published', [])]
    return list(dict.fromkeys((f['Metric'], f['Mode']) for f in figures))


def published_cell(
    model: dict[str, Any], column: tuple[str, str], sources: list[str]
) -> str:
    """Return a figure with the number of its source in `sources`, or an empty cell.

    A new source is appended to `sources`.
    """
    for figure in model.get('Published', []):
        if (figure['Metric'], figure['Mode']) == column:
            source = f'{figure["Source"]}. Recipe: {figure["Recipe"]}.'
            if source not in sources:
                sources.append(source)
            return f'{figure["Value"]} ({sources.index(source) + 1})'
    return ''


def measured_cell(model: dict[str, Any], metric: str) -> str:
    """Return the result measured with the config, or an empty cell."""
    for result in model['Results']:
        if result['Metrics'].get(metric) is not None:
            return str(result['Metrics'][metric])
    return ''


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        '--count', action='store_true', help='count parameters and MACs again'
    )
    args = parser.parse_args()
    files = load_metafiles()
    if args.count:
        count(files)
    PAGE.write_text(render(files))
    print(f'wrote {PAGE.relative_to(ROOT)}')


if __name__ == '__main__':
    exit_on_user_error(main)
