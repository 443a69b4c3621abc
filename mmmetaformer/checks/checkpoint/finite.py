# SPDX-License-Identifier: Apache-2.0
"""Whether the weights of a checkpoint are numbers."""

from collections.abc import Mapping

from torch import Tensor, nn

from mmmetaformer.engine.finite.numbers import bad_tensors, weights_of
from mmmetaformer.errors import ConfigError
from mmmetaformer.text import shortened

from .fits import unwrapped

__all__ = ['check_finite']


def check_finite(model: nn.Module, state_dict: Mapping[str, Tensor], path: str) -> None:
    """Refuse weights that are NaN or infinite: no metric of them means anything.

    Args:
        model: The model that is to have the weights, or a wrapper around it.
        state_dict: The weights.
        path: Where they come from, for the message.

    Raises:
        ConfigError: Some parameters or running statistics are not finite.
    """
    given = {key.removeprefix('module.'): value for key, value in state_dict.items()}
    own = [name for name in weights_of(unwrapped(model)) if name in given]
    bad = bad_tensors({name: given[name] for name in own})
    if bad:
        raise ConfigError(
            f'{path} has weights that are NaN or infinite: {len(bad)} of {len(own)} '
            f'({shortened(bad, 3)}). The run that saved it had diverged; use an '
            'earlier checkpoint.'
        )
