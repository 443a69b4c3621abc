# SPDX-License-Identifier: Apache-2.0
"""What the published families share: a table of sizes and a few constant choices."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from mmmetaformer.errors import check_choice

from .metaformer import MetaFormer

__all__ = ['Family']


class Family(MetaFormer):
    """A MetaFormer whose choices are fixed by a paper; subclasses are data.

    Args:
        arch: A published size, or a dict of `depths` and `dims` of your own.
        drop_path_rate: As in `MetaFormer`, and so are all that follow.
        in_channels: Channels of the image.
        out_indices: Stages whose maps are given out, ascending.
        out_norm: Fresh norm on each output, None for the raw stream.
        frozen_stages: -1 freezes nothing, 0 the stem, k also the first k stages.
        with_cp: Recompute each block in the backward pass, to save memory.
        fast: Take the fast ways, which give the same results; False for the plain.
        init_cfg: mmengine's initialization config.

    Raises:
        ConfigError: No such size, or an argument that `MetaFormer` refuses.
    """

    #: The published sizes: `depths` and `dims`, and what else differs between them.
    arch_settings: ClassVar[Mapping[str, Mapping[str, Any]]]
    #: Arguments of `MetaFormer` that make the family.
    design: ClassVar[Mapping[str, Any]]

    def __init__(
        self,
        arch: str | Mapping[str, Sequence[int]],
        drop_path_rate: float = 0.0,
        in_channels: int = 3,
        out_indices: Sequence[int] = (0, 1, 2, 3),
        out_norm: str | None = 'ln',
        frozen_stages: int = -1,
        with_cp: bool = False,
        fast: bool = True,
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
            fast=fast,
            init_cfg=init_cfg,
        )
