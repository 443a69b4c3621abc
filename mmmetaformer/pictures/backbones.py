# SPDX-License-Identifier: Apache-2.0
"""A backbone by name, from a config, or with the weights of a checkpoint."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from mmengine.config import Config
from torch import nn

from mmmetaformer import models
from mmmetaformer.compat.parameter_lines import without_parameter_lines
from mmmetaformer.errors import ConfigError
from mmmetaformer.models.build import build_model
from mmmetaformer.models.named import find_backbone
from mmmetaformer.weights.files import read_weights
from mmmetaformer.weights.load import load_pretrained
from mmmetaformer.weights.source import locate

__all__ = ['NamedBackbone', 'build_backbone']

RANDOM, PUBLISHED = 'random', 'pretrained'
PREFIX = 'backbone.'


@dataclass(frozen=True)
class NamedBackbone:
    """A backbone to look at.

    Attributes:
        name: For the picture.
        weights: Which weights it has, for the picture.
        module: Returns one or more feature maps.
    """

    name: str
    weights: str
    module: nn.Module


def build_backbone(
    word: str, load_config: Callable[[str], Config], seed: int
) -> NamedBackbone:
    """Build what a word of the command line stands for.

    Args:
        word: NAME or NAME=WEIGHTS. NAME is a backbone such as `convformer_s18`, else a
            config. WEIGHTS are `random`, `pretrained` (the published ones), a name such
            as `sail:convformer_s18`, or a file. Default: of a config those that it
            names, else random ones.
        load_config: Reads a config by its path or name.
        seed: Of random weights.

    Raises:
        ConfigError: There is no such backbone, or the weights do not fit.
    """
    name, _, weights = word.partition('=')
    torch.manual_seed(seed)
    found = find_backbone(name)
    if found is None:
        module, shown, weights = _of_config(load_config(name), weights)
    else:
        kind, arch = found
        # Norms on the outputs are not part of published weights.
        module, shown = kind(arch, out_norm=None), f'{kind.__name__}-{arch.upper()}'
        weights = weights or RANDOM
        if weights == PUBLISHED:
            weights = f'sail:{name}'
    # The host's backbones return None from `eval`.
    module.eval()
    if weights == RANDOM:
        return NamedBackbone(shown, 'random weights', module)
    _load(module, weights)
    return NamedBackbone(shown, _short(weights), module)


def _of_config(cfg: Config, weights: str) -> tuple[nn.Module, str, str]:
    spec = dict(cfg.model.backbone)
    init = spec.pop('init_cfg', None)
    own = init.get('checkpoint') if isinstance(init, dict) else None
    if weights in ('', PUBLISHED):
        weights = own or RANDOM
    module = build_model(spec, cfg.get('default_scope'))
    if weights == RANDOM:
        with without_parameter_lines():
            module.init_weights()
    arch = spec.get('arch', spec.get('depth'))
    size = f'-{str(arch).upper()}' if isinstance(arch, (str, int)) else ''
    return module, type(module).__name__ + size, weights


def _load(module: nn.Module, weights: str) -> None:
    if isinstance(module, models.MetaFormer):
        load_pretrained(module, weights, prefix=None)
        return
    tensors = read_weights(locate(weights)).tensors
    own = {k[len(PREFIX) :]: v for k, v in tensors.items() if k.startswith(PREFIX)}
    missing = module.load_state_dict(own or tensors, strict=False).missing_keys
    if missing:
        raise ConfigError(
            f'{weights} does not fit {type(module).__name__}: it has no {missing[0]} '
            f'and {len(missing) - 1} more'
        )


def _short(weights: str) -> str:
    return weights if ':' in weights else weights.rpartition('/')[2]
