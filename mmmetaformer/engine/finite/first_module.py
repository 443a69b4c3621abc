# SPDX-License-Identifier: Apache-2.0
"""The module in which numbers stop being finite."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.dist import get_world_size
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import Tensor, nn

from mmmetaformer.engine.undisturbed import silent, undisturbed

from .numbers import bad_weights

__all__ = ['Batches', 'first_bad_module']


class Batches:
    """Keeps the last batch of training as the model got it, until it is forgotten.

    The data preprocessor may change a batch in place, so that it cannot be applied to
    the same batch again.

    Args:
        model: The model, or a distributed wrapper around it.
    """

    def __init__(self, model: nn.Module) -> None:
        self.last: Any = None
        preprocessor = getattr(_inner(model), 'data_preprocessor', None)
        if preprocessor is not None:
            preprocessor.register_forward_hook(self._after)

    def forget(self) -> None:
        """Free the memory of the batch."""
        self.last = None

    def _after(self, module: nn.Module, args: Any, output: Any) -> None:
        if module.training:
            self.last = output


def first_bad_module(runner: Runner, batch: Any) -> str | None:
    """Run a batch again and return the first module whose output is not finite.

    The statistics of batch norm change; nothing else does.

    Args:
        runner: The run, with the weights that had the bad loss.
        batch: As the data preprocessor returned it.

    Returns:
        Its name, with what is wrong before it; None if all outputs are finite, such as
        in an error of the backward pass, or if SyncBN would let processes wait.
    """
    model = _inner(runner.model)
    # A process that fails in the middle would leave the others waiting in such a layer.
    waits = get_world_size() > 1 and any(
        isinstance(module, nn.SyncBatchNorm) for module in model.modules()
    )
    if batch is None or waits:
        return None
    found: list[str] = []

    def watch(name: str, module: nn.Module) -> Any:
        def after(_: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
            if not found and not _is_finite(output):
                found.append(name + _cause(module, (args, kwargs)))

        return module.register_forward_hook(after, with_kwargs=True)

    hooks = [watch(name, part) for name, part in model.named_modules() if name]
    try:
        # With gradients, as in training: without them, some layers compute otherwise.
        with (
            undisturbed(model),
            silent(),
            runner.optim_wrapper.optim_context(runner.model),
        ):
            model._run_forward(batch, mode='loss')
    except Exception:
        # Whatever happens with such numbers, such as an assertion about boxes: what was
        # seen until then is still true, and the message about the loss is due.
        pass
    finally:
        for hook in hooks:
            hook.remove()
    return found[0] if found else None


def _inner(model: nn.Module) -> Any:
    return model.module if is_model_wrapper(model) else model


def _cause(module: nn.Module, given: Any) -> str:
    if not _is_finite(given):
        return ', whose input is not finite'
    bad = bad_weights(module)
    return f', whose {bad[0]} is not finite' if bad else ''


def _is_finite(value: Any) -> bool:
    return all(bool(tensor.isfinite().all()) for tensor in _floats(value))


def _floats(value: Any) -> Iterator[Tensor]:
    """Yield the floating-point tensors in nested containers."""
    if isinstance(value, Tensor):
        if value.is_floating_point():
            yield value.detach()
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _floats(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _floats(inner)
