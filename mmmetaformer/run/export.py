# SPDX-License-Identifier: Apache-2.0
"""Export, from the parsed command line to the checked file."""

import argparse
from functools import partial
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn

from mmmetaformer import __version__, compat
from mmmetaformer.checks.checkpoint.classes import check_class_names
from mmmetaformer.checks.checkpoint.contents import Checkpoint
from mmmetaformer.checks.run import check_run
from mmmetaformer.checks.writable import check_file_writable
from mmmetaformer.errors import ConfigError
from mmmetaformer.export import export_network, make_network, open_session
from mmmetaformer.export.agreement import LABELS, TOLERANCE, Agreement, picture
from mmmetaformer.export.int8 import quantize
from mmmetaformer.export.latency import measure_latency
from mmmetaformer.export.networks import Export
from mmmetaformer.export.packages import need_packages
from mmmetaformer.export.write import OPSET
from mmmetaformer.models.build import build_model
from mmmetaformer.predict.source import find_checkpoint
from mmmetaformer.predict.trained import classes_and_palette, trained_model
from mmmetaformer.text import table
from mmmetaformer.weights.load import load_pretrained
from mmmetaformer.weights.source import published_entry

from .build_errors import build_errors
from .config import read_run_config
from .export_facts import test_resize
from .export_score import score, test_images, use_images

__all__ = ['export']

PREFIX = 'backbone.'
HOW_TO_FEED = (
    'image: uint8 RGB (N, 3, H, W), resized as in testing. Normalization and padding '
    'are part of the file.'
)


def export(args: argparse.Namespace) -> None:
    """Export a checkpoint, check the file against the model, and print how it did.

    Args:
        args: The arguments of `tools/export.py`.

    Raises:
        ConfigError: The export cannot work as asked for, or the file is off; nothing
            was written.
    """
    if args.to == 'onnx':
        need_packages()
    if args.int8 and (args.to != 'onnx' or args.backbone):
        raise ConfigError(
            '--int8 quantizes an ONNX file of a whole model, whose metrics are then '
            'compared: use --to onnx, without --backbone'
        )
    compat.install()
    cfg = read_run_config(args)
    check_run(cfg, splits=('test',) if args.int8 else ())
    path, checkpoint = _find(args.checkpoint, args.backbone)
    out = Path(args.out or Path(path).with_suffix(f'.{args.to}').name)
    check_file_writable(out, '--out')
    network = make_network(_load(cfg, path, checkpoint), args.backbone)
    facts = _facts(cfg, path, checkpoint, args.config)
    results = export_network(network, out, args.to, args.size, facts)
    print('\n'.join(_report(results, out, args.to)))
    files = {'ONNX Runtime' if args.to == 'onnx' else 'pt2': out}
    if args.int8:
        files['ONNX Runtime, int8'] = _quantize(cfg, out, args.images)
    if args.benchmark:
        print('\n'.join(_latencies(network, files, args.size)))


def _find(named: str, backbone: bool) -> tuple[str, Checkpoint | None]:
    """Return the path of a checkpoint, and what it has if it is of a whole model."""
    if backbone and published_entry(named):
        return named, None
    checkpoint = find_checkpoint(named)
    if backbone and not any(key.startswith(PREFIX) for key in checkpoint.weights):
        return checkpoint.path, None
    return checkpoint.path, checkpoint


def _load(cfg: Config, path: str, checkpoint: Checkpoint | None) -> nn.Module:
    """Build the model of a config with the weights of a checkpoint."""
    init_default_scope(cfg.get('default_scope', 'mmengine'))
    if checkpoint is not None:
        check_class_names(checkpoint, cfg, 'test')
        with build_errors(cfg):
            return trained_model(cfg, checkpoint)
    with build_errors(cfg):
        model = build_model(cfg.model, cfg.get('default_scope'))
    load_pretrained(model.backbone, path)
    return model


def _facts(cfg: Config, path: str, checkpoint: Checkpoint | None, config: str) -> Any:
    """Return what the file says about itself, whatever the network."""
    facts: dict[str, Any] = dict(
        mmmetaformer=__version__,
        torch=torch.__version__,
        config=Path(config).name,
        checkpoint=Path(path).name,
        input=HOW_TO_FEED,
        resize=test_resize(cfg),
        mean=_numbers(cfg.model.get('data_preprocessor'), 'mean'),
        std=_numbers(cfg.model.get('data_preprocessor'), 'std'),
    )
    if checkpoint is not None:
        facts['classes'], facts['palette'] = classes_and_palette(cfg, checkpoint)
    return facts


def _quantize(cfg: Config, source: Path, number: int) -> Path:
    """Write the int8 file, print its metrics beside the float file's, return it."""
    use_images(cfg, number)
    target = source.with_suffix('.int8.onnx')
    quantize(source, target, test_images(cfg))
    before, after = (score(cfg, open_session(file)) for file in (source, target))
    rows = [('metric', 'float32', 'int8', 'change')]
    for name, value in before.items():
        now = after[name]
        rows.append((name, f'{value:.4g}', f'{now:.4g}', f'{now - value:+.2g}'))
    print(f'Calibrated and tested on the first {number} images of the test data:')
    print('\n'.join(table(rows)))
    print(f'Wrote {target} ({target.stat().st_size / 2**20:.1f} MB)')
    return target


def _latencies(
    network: Export, files: dict[str, Path], size: tuple[int, int]
) -> list[str]:
    """Return the lines on the time of an image, in PyTorch and in each file."""
    image = picture((1, *size))
    array = image.numpy()
    runs = {name: open_session(file).run for name, file in files.items()}
    with torch.no_grad():
        results = measure_latency(
            {
                'PyTorch': lambda: network.predict(image),
                **{name: partial(run, array, None) for name, run in runs.items()},
            }
        )
    rows = [('', 'ms', 'speed-up', 'quartiles')]
    for one in results:
        low, middle, high = one.speed_up
        rows.append(
            (
                one.name,
                f'{one.milliseconds:.1f}',
                f'{middle:.2f}',
                f'{low:.2f}-{high:.2f}',
            )
        )
    threads = torch.get_num_threads()
    return [
        f'One image of {size[0]}x{size[1]} on the CPU, {threads} threads, in turn:',
        *table(rows),
    ]


def _numbers(preprocessor: Any, key: str) -> list[float] | None:
    numbers = (preprocessor or {}).get(key)
    return None if numbers is None else [float(number) for number in numbers]


def _report(results: list[Agreement], out: Path, kind: str) -> list[str]:
    """Return the lines that say what was written and how it was checked."""
    rows = [('images', 'size', 'relative difference', 'other labels')]
    for result in results:
        number, height, width = result.size
        share = f'{100 * result.labels:.2f} %'
        rows.append((str(number), f'{height}x{width}', f'{result.relative:.1e}', share))
    version = f', opset {OPSET}' if kind == 'onnx' else f', torch {torch.__version__}'
    runtime = 'ONNX Runtime' if kind == 'onnx' else 'the loaded file'
    return [
        f'Checked in {runtime} against the model in PyTorch '
        f'(at most {TOLERANCE:g} and {100 * LABELS:g} %):',
        *table(rows),
        f'Wrote {out} ({out.stat().st_size / 2**20:.1f} MB{version})',
    ]
