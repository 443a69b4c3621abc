# SPDX-License-Identifier: Apache-2.0
"""The generic MetaFormer backbone for dense prediction.

Papers: "MetaFormer Is Actually What You Need for Vision" (arXiv 2111.11418) and
"MetaFormer Baselines for Vision" (arXiv 2210.13452). Attribute names are those of the
checkpoints at https://github.com/sail-sg/metaformer (Apache-2.0).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.fx
from mmengine.model import BaseModule
from mmengine.utils import deprecated_api_warning
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from mmmetaformer.errors import ConfigError, check_arguments, check_choice
from mmmetaformer.models.layers import (
    ACTIVATIONS,
    NORMS,
    Downsampling,
    MetaFormerBlock,
    Recomputing,
)
from mmmetaformer.models.layers.efficient import in_fast_order
from mmmetaformer.models.token_mixers import build_token_mixer
from mmmetaformer.registry import MODELS

from .layer_depth import layer_depth, stage_depth
from .pretrained import split_init_cfg

__all__ = ['RENAMED', 'MetaFormer']

NUM_STAGES = 4
#: Former names of arguments, which still work with a warning.
RENAMED = {'fast': 'recompute'}
STRIDES = (4, 8, 16, 32)


@MODELS.register_module()
class MetaFormer(BaseModule):
    """Four stages of MetaFormer blocks, one token mixer a stage, four feature maps.

        image (N, in_channels, H, W)
          |  downsample_layers[0]: conv 7x7, stride 4, norm
        stages[0] -> out_norms['0'] -> (N, dims[0], H/4,  W/4)
          |  downsample_layers[1]: norm, conv 3x3, stride 2
        stages[1] -> out_norms['1'] -> (N, dims[1], H/8,  W/8)
          |  ...
        stages[3] -> out_norms['3'] -> (N, dims[3], H/32, W/32)

    Stages behind the last output are not built, so that every parameter is trained.

    `torch.compile`, `torch.export`, `torch.jit.trace`, `torch.fx.symbolic_trace` and
    `torch.func` work; `torch.jit.script` does not.

    Args:
        arch: `depths` (blocks of each stage) and `dims` (channels of each stage).
        token_mixers: One for each stage: a name in TOKEN_MIXERS, or a dict with
            `type` and the mixer's own arguments.
        norm: Norm in the blocks, a name in NORMS.
        downsample_norm: Norm of the downsampling layers, None for none.
        act: Activation in the MLPs, a name in ACTIVATIONS.
        mlp_bias: Whether the MLPs have biases.
        layer_scale: Initial factor on each branch, None for none.
        res_scale: Initial factor on the shortcuts of each stage, None for none.
        drop_path_rate: Probability that an image skips a branch of the last block. It
            grows linearly from 0 over all blocks.
        in_channels: Channels of the image.
        out_indices: Stages whose maps are returned, ascending; negative ones count
            from the end. A single number is a tuple of one.
        out_norm: New norm on each output, None for the raw stream. The final norm of
            the published models acts on pooled vectors and cannot serve here.
        frozen_stages: -1 freezes nothing, 0 the stem, k the stem and the first k
            stages. Frozen modules get no gradient and stay in eval mode.
        with_cp: Checkpoint each block: save only its input for the backward pass, and
            run it again there.
        recompute: Recompute norms, activations, depthwise convolutions, pooling and
            the first stage's widening maps in the backward pass instead of saving
            their outputs. Results are the same.
        init_cfg: mmengine's initialization config. By default all weights start as in
            the published models (`layers/init.py`). `type='Pretrained'` takes the
            arguments of `mmmetaformer.weights.load.load_pretrained`.

    Raises:
        ConfigError: An argument is none of the above.
    """

    init_cfg: Any  # mmengine's attribute, which has no type there

    @deprecated_api_warning(RENAMED, cls_name='MetaFormer')
    def __init__(
        self,
        arch: Mapping[str, Sequence[int]],
        token_mixers: Sequence[str | Mapping[str, Any]],
        norm: str = 'ln_no_bias',
        downsample_norm: str | None = 'ln_no_bias',
        act: str = 'star_relu',
        mlp_bias: bool = False,
        layer_scale: float | None = None,
        res_scale: Sequence[float | None] = (None, None, 1.0, 1.0),
        drop_path_rate: float = 0.0,
        in_channels: int = 3,
        out_indices: int | Sequence[int] = (0, 1, 2, 3),
        out_norm: str | None = 'ln',
        frozen_stages: int = -1,
        with_cp: bool = False,
        recompute: bool = True,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        split_init_cfg(init_cfg)  # refuses bad arguments
        depths, dims = _check_arch(arch)
        _check_four('token_mixers', token_mixers)
        _check_four('res_scale', res_scale)
        for what, name in (('norm', norm), ('downsample_norm', downsample_norm)):
            if name is not None or what == 'norm':
                check_choice(what, name, NORMS)
        if out_norm is not None:
            check_choice('out_norm', out_norm, NORMS)
        check_choice('act', act, ACTIVATIONS)
        _check_count('in_channels', in_channels)
        _check_flag('with_cp', with_cp)
        _check_flag('recompute', recompute)
        if not 0 <= drop_path_rate < 1:
            raise ConfigError(f'drop_path_rate must be in [0, 1), got {drop_path_rate}')
        if frozen_stages not in range(-1, NUM_STAGES + 1):
            raise ConfigError(
                f'frozen_stages must be -1 to {NUM_STAGES}, got {frozen_stages}'
            )
        self.out_indices = _check_out_indices(out_indices)
        self.depths = depths
        self.dims = dims
        self.frozen_stages = frozen_stages
        self.with_cp = with_cp

        num_stages = self.out_indices[-1] + 1
        drop_paths = torch.linspace(0, drop_path_rate, sum(depths), device='cpu')
        drop_paths_of_stage = drop_paths.split(list(depths))
        make_downsample_norm = NORMS[downsample_norm] if downsample_norm else None

        self.downsample_layers = nn.ModuleList(
            [
                Downsampling(
                    in_channels, dims[0], 7, 4, 2, post_norm=make_downsample_norm
                )
            ]
        )
        for i in range(1, num_stages):
            self.downsample_layers.append(
                Downsampling(
                    dims[i - 1], dims[i], 3, 2, 1, pre_norm=make_downsample_norm
                )
            )
        self.stages = nn.ModuleList()
        for i in range(num_stages):
            blocks = [
                MetaFormerBlock(
                    dims[i],
                    build_token_mixer(token_mixers[i], dims[i]),
                    norm=NORMS[norm],
                    act=ACTIVATIONS[act],
                    mlp_bias=mlp_bias,
                    layer_scale=layer_scale,
                    res_scale=res_scale[i],
                    drop_path=drop_path,
                )
                for drop_path in drop_paths_of_stage[i].tolist()
            ]
            self.stages.append(nn.Sequential(*blocks))
        self.out_norms = nn.ModuleDict(
            {
                str(i): NORMS[out_norm](dims[i]) if out_norm else nn.Identity()
                for i in self.out_indices
            }
        )
        for module in self.modules():
            if isinstance(module, Recomputing):
                module.recompute = recompute
        for module in self._frozen_modules():
            module.requires_grad_(False)

    @property
    def out_channels(self) -> tuple[int, ...]:
        """Channels of each output."""
        return tuple(self.dims[i] for i in self.out_indices)

    @property
    def out_strides(self) -> tuple[int, ...]:
        """Pixels of the image per position of each output."""
        return tuple(STRIDES[i] for i in self.out_indices)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Map (N, in_channels, H, W) to (N, C_i, H_i, W_i) for each of out_indices.

        H_0 = (H - 3) // 4 + 1, and each next H_i is half of the one before, rounded
        up; the same for W.

        Raises:
            ValueError: The image is smaller than 32x32 pixels.
        """
        _check_size(x)
        with_cp = self.with_cp and torch.is_grad_enabled()
        outputs = []
        for i, stage in enumerate(self.stages):
            x = self.downsample_layers[i](x)
            if i == 0:
                x = in_fast_order(x)
            for block in stage.children():
                x = checkpoint(block, x, use_reentrant=False) if with_cp else block(x)
            if i in self.out_indices:
                outputs.append(self.out_norms[str(i)](x))
        return tuple(outputs)

    def init_weights(self) -> None:
        """Initialize as `init_cfg` says; mmengine calls this before training.

        Raises:
            ConfigError: Pretrained weights do not match, or are not available.
        """
        if self.is_init:
            return
        given = self.init_cfg
        loaders, self.init_cfg = split_init_cfg(given)
        try:
            super().init_weights()
            for load_into in loaders:
                load_into(self)
        except BaseException:
            self._is_init = False  # so that a second call tries again
            raise
        finally:
            self.init_cfg = given

    def get_layer_depth(self, param_name: str, prefix: str = '') -> tuple[int, int]:
        """Return a parameter's layer and the number of layers, for layer-wise decay.

        Name, arguments and results are those of mmpretrain's backbones.

        Args:
            param_name: The parameter's name in a model.
            prefix: The backbone's place in that model, such as `backbone.`. Parameters
                outside, such as a head's, are in the last layer.

        Raises:
            ConfigError: The name begins with the prefix, but the backbone has no such
                parameter.
        """
        return layer_depth(self._own_name(param_name, prefix), self._built_depths)

    def get_stage_depth(self, param_name: str, prefix: str = '') -> tuple[int, int]:
        """Return the same as `get_layer_depth` for stage-wise decay."""
        return stage_depth(self._own_name(param_name, prefix), self._built_depths)

    def train(self, mode: bool = True) -> 'MetaFormer':
        """Set the training mode; frozen modules stay in eval mode."""
        super().train(mode)
        for module in self._frozen_modules():
            module.eval()
        return self

    @property
    def _built_depths(self) -> tuple[int, ...]:
        return self.depths[: len(self.stages)]

    def _own_name(self, param_name: str, prefix: str) -> str:
        """Return the name inside the backbone, '' for a parameter outside."""
        if not param_name.startswith(prefix):
            return ''
        name = param_name.removeprefix(prefix)
        if name not in dict(self.named_parameters()):
            # A guess would switch the decay off for parameters with a wrong name.
            raise ConfigError(
                f'{type(self).__name__} has no parameter {name!r} '
                f'(got {param_name!r} with prefix {prefix!r})'
            )
        return name

    def _frozen_modules(self) -> list[nn.Module]:
        if self.frozen_stages < 0:
            return []
        through = max(self.frozen_stages, 1)  # the stem is the input of stage 0
        return [
            *self.downsample_layers[:through],
            *self.stages[: self.frozen_stages],
        ]


def _check_size(x: Tensor) -> None:
    if min(x.shape[-2:]) < STRIDES[-1]:
        raise ValueError(
            f'images must have at least 32x32 pixels, got {tuple(x.shape[-2:])}'
        )


# torch.fx records calls: it knows neither sizes nor devices while it traces.
torch.fx.wrap('_check_size')
torch.fx.wrap('in_fast_order')


def _check_arch(
    arch: Mapping[str, Sequence[int]],
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if not isinstance(arch, Mapping):
        raise ConfigError(
            f'arch must be a dict of depths and dims, got {arch!r}. Published sizes '
            "such as 's18' need a family, for example type='mmmetaformer.ConvFormer'."
        )
    check_arguments('arch', lambda depths, dims: None, arch)
    for key in ('depths', 'dims'):
        _check_four(key, arch[key])
        for value in arch[key]:
            _check_count(f'each entry of {key}', value)
    return tuple(arch['depths']), tuple(arch['dims'])


def _check_four(what: str, values: Sequence[object]) -> None:
    if isinstance(values, (str, Mapping)) or len(values) != NUM_STAGES:
        raise ConfigError(
            f'{what} needs one entry for each of the 4 stages, got {values!r}'
        )


def _check_flag(what: str, value: Any) -> None:
    if value not in (True, False):  # also 0 and 1
        raise ConfigError(f'{what} must be True or False, got {value!r}')


def _check_count(what: str, value: object) -> None:
    if not isinstance(value, int) or value < 1:
        raise ConfigError(f'{what} must be a positive integer, got {value!r}')


def _check_out_indices(out_indices: int | Sequence[int]) -> tuple[int, ...]:
    given = (out_indices,) if isinstance(out_indices, int) else out_indices
    is_valid = isinstance(given, Sequence) and all(
        # bool is a subclass of int.
        type(i) is int and i in range(-NUM_STAGES, NUM_STAGES)
        for i in given
    )
    indices = [i % NUM_STAGES for i in given] if is_valid else []
    if not indices or indices != sorted(set(indices)):
        raise ConfigError(
            'out_indices must be stages 0 to 3 (or -4 to -1), ascending and without '
            f'repetition, such as (0, 1, 2, 3); got {out_indices!r}'
        )
    return tuple(indices)
