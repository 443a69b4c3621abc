# SPDX-License-Identifier: Apache-2.0
import inspect

import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.models import MetaFormer
from mmmetaformer.models.backbones.family import Family
from mmmetaformer.models.layers import GroupNorm1, Recomputing

TINY = dict(depths=(1, 1, 2, 1), dims=(8, 8, 16, 16))


class Toy(Family):
    arch_settings = {'t': dict(TINY, layer_scale=0.5)}
    design = dict(token_mixers=('identity',) * 4, layer_scale=0.1, mlp_bias=True)


def test_defaults_are_those_of_the_generic_backbone():
    generic = inspect.signature(MetaFormer).parameters
    for name, parameter in inspect.signature(Family).parameters.items():
        assert parameter.default == generic[name].default, name


def test_every_argument_reaches_the_generic_backbone():
    init_cfg = dict(type='Constant', layer='Conv2d', val=1)
    backbone = Toy(
        TINY,
        drop_path_rate=0.4,
        in_channels=1,
        out_indices=(1, 2),
        out_norm='gn',
        frozen_stages=1,
        with_cp=True,
        recompute=False,
        init_cfg=init_cfg,
    )
    # 5 blocks, of which the last is not built.
    assert backbone.stages[2][1].drop_path1.p == pytest.approx(0.3)
    assert backbone.downsample_layers[0].conv.in_channels == 1
    assert backbone.out_indices == (1, 2)
    assert isinstance(backbone.out_norms['1'], GroupNorm1)
    assert backbone.frozen_stages == 1
    assert backbone.with_cp
    parts = [m for m in backbone.modules() if isinstance(m, Recomputing)]
    assert parts
    assert not any(part.recompute for part in parts)
    assert backbone.init_cfg == init_cfg


def test_a_size_may_differ_from_the_design():
    by_size, own = Toy('t').stages[0][0], Toy(TINY).stages[0][0]
    assert by_size.layer_scale1.scale.unique().item() == 0.5
    assert own.layer_scale1.scale.unique().item() == pytest.approx(0.1)
    assert by_size.mlp.fc1.bias is not None
    assert Toy.arch_settings['t'] == dict(TINY, layer_scale=0.5)
    with pytest.raises(ConfigError, match="unknown arch of Toy 's'.*Valid: t"):
        Toy('s')
