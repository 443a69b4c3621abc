#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Write docs/model_zoo.md from configs/metafiles; with --measure count anew first."""

import argparse
from pathlib import Path
from typing import Any

import yaml

from mmmetaformer import compat, engine
from mmmetaformer.analysis import measure
from mmmetaformer.errors import ConfigError

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / 'docs/model_zoo.md'
#: Modes of testing, and how the page abbreviates them.
MODES = {'single scale': 'SS', 'multi-scale and flip': 'MS'}

#: Metrics of the metafiles, named as OpenMMLab does, and what the page calls them.
MEASURED = {
    'mIoU': 'mIoU SS',
    'mIoU(ms+flip)': 'mIoU MS',
    'box AP': 'box AP SS',
    'mask AP': 'mask AP SS',
}

INTRODUCTION = """\
# Model zoo

Written by `python tools/model_zoo.py` from `configs/metafiles/*.yml`: do not edit.

- Parameters and MACs are counted by `tools/complexity.py` on these configs, at the size
  in the column's head, heads included. A MAC is one multiplication with one addition.
- *Published* figures are other people's, each with its source below the table. SS is a
  single scale, MS several scales and flip. They were reached with the recipe named
  there, which is not always the one here.
- *Measured* is what a run of the config here gave on the full validation set. An empty
  cell is one that nobody has run.
"""
TITLES = {
    'upernet': 'UperNet on ADE20K',
    'semantic_fpn': 'Semantic FPN on ADE20K',
    'mask_rcnn': 'Mask R-CNN on COCO',
    'cascade_mask_rcnn': 'Cascade Mask R-CNN on COCO',
    'faster_rcnn': 'Faster R-CNN on COCO',
    'cascade_rcnn': 'Cascade R-CNN on COCO',
    'retinanet': 'RetinaNet on COCO',
}


def load_metafiles() -> dict[Path, dict[str, Any]]:
    """Content of each metafile that the index names.

    Raises:
        ConfigError: A published figure lacks its source, its mode or its recipe.
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
    """Refuse a figure that does not say what it is and where it is from."""
    for key in ('Metric', 'Value', 'Source', 'Recipe'):
        if not figure.get(key):
            raise ConfigError(f'a published figure of {name} has no {key}: {figure}')
    if figure.get('Mode') not in MODES:
        raise ConfigError(
            f'Mode of a published figure of {name} is one of {", ".join(MODES)}, got '
            f'{figure.get("Mode")!r}'
        )


def count(files: dict[Path, dict[str, Any]]) -> None:
    """Count the parameters and MACs of every config, and write them down."""
    compat.install()
    for path, content in files.items():
        for model in content['Models']:
            result = measure(engine.load_config(str(ROOT / model['Config'])))
            if result.not_counted:
                raise ConfigError(f'{model["Name"]}: {result.not_counted}')
            model['Metadata']['Input'] = 'x'.join(map(str, result.shape))
            model['Metadata']['Parameters'] = result.parameters
            model['Metadata']['MACs'] = result.macs
        path.write_text(yaml.safe_dump(content, sort_keys=False, width=88))


def render(files: dict[Path, dict[str, Any]]) -> str:
    """The page."""
    models = [model for content in files.values() for model in content['Models']]
    lines = [INTRODUCTION]
    for method, title in TITLES.items():
        rows = [model for model in models if method_of(model['Name']) == method]
        lines += [f'## {title}', '', *table(rows), '']
    return '\n'.join(lines)


def method_of(name: str) -> str:
    """The longest method that a config's name begins with."""
    return max((m for m in TITLES if name.startswith(m)), key=len)


def table(models: list[dict[str, Any]]) -> list[str]:
    """Rows of one method, and below them the sources of published figures."""
    (size,) = {model['Metadata']['Input'] for model in models}
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
        f'G MACs, {size}',
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
            f'{data["MACs"] / 1e9:.0f}',
            *(published_cell(model, column, sources) for column in columns),
            *(measured_cell(model, metric) for metric in measured),
        ]
        lines.append(f'| {" | ".join(cells)} |')
    if sources:
        lines += ['', *(f'{i}. {source}' for i, source in enumerate(sources, 1))]
    return lines


def published_columns(models: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Metric and mode of the published figures of a method."""
    figures = [f for model in models for f in model.get('Published', [])]
    return list(dict.fromkeys((f['Metric'], f['Mode']) for f in figures))


def published_cell(
    model: dict[str, Any], column: tuple[str, str], sources: list[str]
) -> str:
    """A figure with the number of its source, which joins `sources`; or nothing."""
    for figure in model.get('Published', []):
        if (figure['Metric'], figure['Mode']) == column:
            source = f'{figure["Source"]}. Recipe: {figure["Recipe"]}.'
            if source not in sources:
                sources.append(source)
            return f'{figure["Value"]} ({sources.index(source) + 1})'
    return ''


def measured_cell(model: dict[str, Any], metric: str) -> str:
    """What the config gave here; or nothing."""
    for result in model['Results']:
        if result['Metrics'].get(metric) is not None:
            return str(result['Metrics'][metric])
    return ''


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        '--measure', action='store_true', help='count parameters and MACs anew'
    )
    args = parser.parse_args()
    files = load_metafiles()
    if args.measure:
        count(files)
    PAGE.write_text(render(files))
    print(f'wrote {PAGE.relative_to(ROOT)}')


if __name__ == '__main__':
    engine.run(main)
