# SPDX-License-Identifier: Apache-2.0
"""The base of the published families: a table of sizes and a few constant choices."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from mmengine.utils import deprecated_api_warning

from mmmetaformer.errors import check_choice

from .metaformer import RENAMED, MetaFormer

__all__ = ['Family']


class Family(MetaFormer):
    """A MetaFormer whose choices are fixed by a paper; subclasses are data.

    Args:
        arch: A published size, or a dict of your own `depths` and `dims`.
        drop_path_rate: This and all further arguments are those of `MetaFormer`.
        in_channels: Channels of the image.
        out_indices: Stages whose maps are returned, ascending; negative ones count
            from the end.
        out_norm: New norm on each output, None for the raw stream.
        frozen_stages: -1 freezes nothing, 0 the stem, k also the first k stages.
        with_cp: Checkpoint each block: save only its input for the backward pass.
        recompute: Recompute norms, activations, depthwise convolutions, pooling and
            the first stage's widening maps in the backward pass instead of saving
            their outputs.
        init_cfg: mmengine's initialization config.

    Raises:
        ConfigError: The size is not published, or `MetaFormer` refuses an argument.
    """

    #: The published sizes: `depths`, `dims`, and other arguments that differ.
    arch_settings: ClassVar[Mapping[str, Mapping[str, Any]]]
    #: Arguments of `MetaFormer` that define the family.
    design: ClassVar[Mapping[str, Any]]

    @deprecated_api_warning(RENAMED, cls_name='Family')
    def __init__(
        self,
        arch: str | Mapping[str, Sequence[int]],
        drop_path_rate: float = 0.0,
        in_channels: int = 3,
        out_indices: int | Sequence[int] = (0, 1, 2, 3),
        out_norm: str | None = 'ln',
        frozen_stages: int = -1,
        with_cp: bool = False,
        recompute: bool = True,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        design = dict(self.design)
        if isinstance(arch, str):
            check_choice(f'arch of {type(self).__name__}', arch, self.arch_settings)
            settings = dict(self.arch_settings[arch])
            arch = {key: settings.pop(key) for key in ('depths', 'dims')}
            design.update(settings)
        super().__init__(
            arch,
            **design,
            drop_path_rate=drop_path_rate,
            in_channels=in_channels,
            out_indices=out_indices,
            out_norm=out_norm,
            frozen_stages=frozen_stages,
            with_cp=with_cp,
            recompute=recompute,
            init_cfg=init_cfg,
        )
