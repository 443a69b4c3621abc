# SPDX-License-Identifier: Apache-2.0
"""Work around gaps in other projects, one per file; each says when it can be removed.

`run/`, the tools and the tests call `install`. Models import only `functorch` and
`saved_tensor_hooks`, which change nothing in other projects. `mmcv/_ext.py`, which
`mmcv_ext_file` writes, applies `mmcv_ops`, `find_loader` and `loader_allows` to
programs that are not ours.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmengine.config import Config

__all__ = ['install', 'prepare_cpu_launch']


def install() -> None:
    """Apply all process-wide work-arounds. Call it before mmdet is imported."""
    # Imported here, so that models can import from this package without them.
    from . import (
        atomic_save,
        checkpoint_reader,
        coco_defaults,
        collect_results,
        config_text,
        data_errors,
        debug_prints,
        find_loader,
        inferencer_config,
        mmcv_ops,
        named_bases,
        resumed_info,
        safe_resume,
        worker_deaths,
    )

    find_loader.install()
    debug_prints.install()
    mmcv_ops.install()
    safe_resume.install()
    atomic_save.install()
    checkpoint_reader.install()
    resumed_info.install()
    coco_defaults.install()
    collect_results.install()
    config_text.install()
    data_errors.install()
    worker_deaths.install()
    named_bases.install()
    inferencer_config.install()


def prepare_cpu_launch(cfg: 'Config') -> None:
    """Create a gloo process group and adapt the config, if there is no accelerator.

    Args:
        cfg: The run's config with its `launcher`; changed in place.

    Raises:
        ConfigError: The launcher needs a GPU, or did not start this process.
    """
    # Imported here: warnings are hidden before torch and mmengine are imported.
    from . import cpu_launch

    cpu_launch.prepare_cpu_launch(cfg)
