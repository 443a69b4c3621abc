# SPDX-License-Identifier: Apache-2.0
"""The hook that computes the loss of the validation images."""

import copy
from typing import Any

import torch
from mmengine.dataset import DefaultSampler
from mmengine.dist import all_gather_object, get_rank, get_world_size
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from mmmetaformer.registry import HOOKS

from .targets import fit_objects

__all__ = ['ValLossHook']

SEED = 0  # of samplers of anchors and regions, so that validations can be compared


@HOOKS.register_module()
class ValLossHook(Hook):
    """Adds the mean losses of the validation images to the metrics of a validation.

    They are `val_loss`, and each term as `val_decode.loss_ce`. The model is in testing
    mode and sees the images of the validation, one by one and in float32. Each image
    counts once.

    Args:
        fit_objects: Whether boxes and masks are at the size of the image file, not at
            that of the resized image.
    """

    # Before RuntimeInfoHook writes the metrics down.
    priority = 'HIGHEST'

    def __init__(self, fit_objects: bool = False) -> None:
        self.fit_objects = fit_objects
        self._sums: dict[str, float] = {}
        self._images = 0

    def before_val_epoch(self, runner: Runner) -> None:
        """Called by mmengine before it validates."""
        self._sums = {}
        self._images = 0

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Any = None,
    ) -> None:
        """Called by mmengine after each batch, with what the loader has loaded."""
        model: Any = runner.model
        if is_model_wrapper(model):
            model = model.module
        # The model has changed what it was given.
        batch = model.data_preprocessor(copy.deepcopy(data_batch), False)
        loader = runner.val_dataloader
        for index, sample in enumerate(batch['data_samples']):
            place = batch_idx * loader.batch_sampler.batch_size + index
            # Samplers of several processes repeat images, so that all have as many.
            place = place * get_world_size() + get_rank()
            repeats = isinstance(loader.sampler, DefaultSampler)
            if repeats and place >= len(loader.dataset):
                continue
            if self.fit_objects:
                fit_objects(sample)
            self._add(model, batch['inputs'][index : index + 1], sample)

    def after_val_epoch(
        self, runner: Runner, metrics: dict[str, float] | None = None
    ) -> None:
        """Called by mmengine after a validation."""
        gathered = all_gather_object((self._sums, self._images))
        images = sum(number for _, number in gathered)
        names = {name: None for sums, _ in gathered for name in sums}
        if metrics is not None and images:
            for name in names:
                total = sum(sums.get(name, 0.0) for sums, _ in gathered)
                metrics[name] = total / images

    def _add(self, model: Any, image: torch.Tensor, sample: Any) -> None:
        devices = [image.device.index] if image.is_cuda else []
        with torch.no_grad(), torch.random.fork_rng(devices):
            torch.manual_seed(SEED)
            losses = model.loss(image, [sample])
        _, terms = model.parse_losses(losses)
        for name, value in terms.items():
            if 'loss' in name:
                key = f'val_{name}'
                self._sums[key] = self._sums.get(key, 0.0) + float(value)
        self._images += 1
