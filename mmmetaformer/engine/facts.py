# SPDX-License-Identifier: Apache-2.0
"""The file in a run's log folder with what the report says about its start."""

import json
import os
import platform
import shlex
from collections.abc import Iterator
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from mmmetaformer.compat.atomic_save import write_file
from mmmetaformer.host import add_hook, counts_epochs
from mmmetaformer.launch.command import typed_command
from mmmetaformer.registry import HOOKS
from mmmetaformer.version import __version__
from mmmetaformer.weights.load import Loaded

from .batch_plan import plan_of
from .start_report import group_rows

__all__ = ['FACTS', 'FactsHook', 'use_facts']

FACTS = 'facts.json'
#: Distributions whose versions decide what a run computes.
STACK = (
    'torch',
    'torchvision',
    'mmengine',
    'mmcv',
    'mmcv-lite',
    'mmdet',
    'mmsegmentation',
    'onedl-mmengine',
    'onedl-mmcv',
    'onedl-mmdetection',
    'onedl-mmsegmentation',
    'numpy',
    'opencv-python',
    'pycocotools',
    'faster-coco-eval',
    'timm',
)


@HOOKS.register_module()
class FactsHook(Hook):
    """Writes `facts.json` to the log folder when training starts, and when it is done.

    It holds the command, the batch plan, the parameter groups, the weights that were
    loaded and the environment.
    """

    # After the hooks that change what it describes.
    priority = 'VERY_LOW'

    def __init__(self) -> None:
        self._facts: dict[str, Any] = {}

    def before_train(self, runner: Runner) -> None:
        """Called by mmengine once everything is built and loaded."""
        if is_main_process():
            self._facts = facts_of(runner)
            self._write(runner)

    def after_train(self, runner: Runner) -> None:
        """Called by mmengine when training is complete."""
        if is_main_process():
            self._facts.update(finished=_now(), last_step=runner.iter)
            self._write(runner)

    def _write(self, runner: Runner) -> None:
        text = json.dumps(self._facts, indent=1)
        write_file(Path(runner.log_dir, FACTS), text.encode())


def use_facts(cfg: Config) -> None:
    """Write what a run starts with to its log folder.

    Args:
        cfg: The run's config, changed in place.
    """
    add_hook(cfg, dict(type='mmmetaformer.FactsHook'))


def facts_of(runner: Runner) -> dict[str, Any]:
    """Return what the report says about the start of a run, as values for JSON."""
    model = getattr(runner.model, 'module', runner.model)
    wrapper: Any = runner.optim_wrapper
    plan = plan_of(runner)
    dtype = getattr(wrapper, 'cast_dtype', None) or torch.float32
    warnings = [plan.warning(), plan.warmup_warning()]
    return dict(
        started=_now(),
        command=shlex.join(typed_command()),
        folder=os.getcwd(),
        config=runner.cfg.filename,
        model=type(model).__name__,
        parameters=sum(p.numel() for p in model.parameters()),
        plan=str(plan),
        dtype=str(dtype).removeprefix('torch.'),
        warnings=[warning for warning in warnings if warning],
        passes=plan.passes,
        images_per_pass=plan.per_process * plan.processes,
        by_epoch=counts_epochs(runner.cfg),
        steps_per_epoch=len(runner.train_dataloader),
        first_step=runner.iter,
        total_steps=runner.max_iters,
        loaded_from=runner._load_from,
        resumed=bool(runner._resume),
        groups=_text(group_rows(model, wrapper.optimizer)),
        weights=list(_weights(model)),
        environment=_environment(runner),
    )


def _text(rows: list[tuple[Any, ...]]) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in rows]


def _weights(model: nn.Module) -> Iterator[dict[str, Any]]:
    for name, module in model.named_modules():
        loaded: Any = getattr(module, 'loaded', None)
        if isinstance(loaded, Loaded):
            yield dict(
                part=name,
                checkpoint=loaded.checkpoint,
                source=loaded.source,
                counts=loaded.audit.counts(),
                problems=loaded.audit.problems(),
                change=loaded.change,
            )


def _environment(runner: Runner) -> dict[str, str]:
    there = {}
    for name in STACK:
        try:
            there[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    devices = [
        torch.cuda.get_device_name(number)
        for number in range(torch.cuda.device_count())
    ]
    return dict(
        mmmetaformer=__version__,
        Python=platform.python_version(),
        system=platform.platform(),
        devices=', '.join(devices) or f'CPU, {torch.get_num_threads()} threads',
        processes=str(runner.world_size),
        seed=str(runner.seed),
        **there,
    )


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec='seconds')
