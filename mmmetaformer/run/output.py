# SPDX-License-Identifier: Apache-2.0
"""Where a test run writes pictures and predictions."""

from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmmetaformer.checks.writable import check_file_writable, check_folder_writable
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import evaluators_of

__all__ = ['use_out', 'use_show_dir']


def use_show_dir(cfg: Config, folder: str) -> None:
    """Let the host's visualization hook draw every prediction: `--show-dir`.

    Args:
        cfg: The run's config, changed in place.
        folder: Where the pictures go.

    Raises:
        ConfigError: The config has no visualization hook of mmdet or mmseg, or the
            folder cannot be written.
    """
    check_folder_writable(folder, '--show-dir')
    hook: Any = cfg.get('default_hooks', {}).get('visualization') or {}
    kind = hook.get('type')
    if kind == 'DetVisualizationHook':
        hook.draw = True
        # Relative paths would be joined to the work dir, once more for each batch.
        hook.test_out_dir = str(Path(folder).absolute())
    elif kind == 'SegVisualizationHook':
        hook.draw = True
        hook.interval = 1
        cfg.visualizer.save_dir = str(Path(folder).absolute())
    else:
        raise ConfigError(
            '--show-dir draws through default_hooks.visualization of type '
            f'DetVisualizationHook or SegVisualizationHook; the config has {kind!r}'
        )


def use_out(cfg: Config, path: str) -> None:
    """Write the predictions of a test: `--out`.

    Args:
        cfg: The run's config, changed in place.
        path: For a detector, a pickle of all predictions (`.pkl`), as mmdet's
            `tools/test.py --out` writes; for a segmentor, a folder of label maps, as
            mmseg's writes.

    Raises:
        ConfigError: The path does not match the config's evaluator, or cannot be
            written.
    """
    evaluators = evaluators_of(cfg, 'test')
    is_pickle = Path(path).suffix in ('.pkl', '.pickle')
    segmentation = [e for e in evaluators if e.type == 'IoUMetric']
    if segmentation and is_pickle:
        raise ConfigError(
            f'--out of a segmentor is a folder for label maps, got {path}'
        )
    if segmentation:
        check_folder_writable(path, '--out')
        segmentation[0].output_dir = path
    elif is_pickle:
        check_file_writable(path, '--out')
        dump = dict(type='DumpDetResults', out_file_path=path)
        cfg.test_evaluator = [*evaluators, dump]
    else:
        raise ConfigError(f'--out of a detector is a .pkl file, got {path}')
