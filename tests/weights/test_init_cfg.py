# SPDX-License-Identifier: Apache-2.0
"""Load weights through `init_cfg` of type Pretrained, as MMEngine does."""

import pytest
from mmengine.model import BaseModule, PretrainedInit
from tiny_backbone import build, renamed, source
from torch import nn

from mmmetaformer.errors import ConfigError


@pytest.mark.parametrize(
    ('init_cfg', 'words'),
    [
        (dict(type='Pretrained'), "needs 'checkpoint'"),
        (dict(type='Pretrained', checkpoint='a', strict=True), "no argument 'strict'"),
    ],
)
def test_init_cfg_is_checked_when_the_backbone_is_built(init_cfg, words):
    with pytest.raises(ConfigError, match=words):
        build(init_cfg=init_cfg)


def test_init_cfg_through_mmengine(save):
    """Check that other initializers run first, and that ours runs once."""

    class Parent(BaseModule):
        def __init__(self):
            super().__init__()
            self.backbone = build(
                init_cfg=[
                    dict(type='Pretrained', checkpoint=save(source())),
                    dict(type='Constant', layer='LayerNorm', val=7.0),
                ]
            )

    parent = Parent()
    parent.init_weights()
    norms = [m for m in parent.backbone.out_norms.values() if isinstance(m, nn.Module)]
    assert all((norm.weight == 7).all() for norm in norms)
    assert not (parent.backbone.stages[0][0].norm1.weight == 7).any()
    parent.backbone.stages[0][0].norm1.weight.data.fill_(5)
    parent.backbone.init_weights()
    assert (parent.backbone.stages[0][0].norm1.weight == 5).all()


@pytest.mark.parametrize(
    'kind', ['mmengine.Pretrained', 'mmengine.model.PretrainedInit', PretrainedInit]
)
def test_every_spelling_of_the_type_checks_the_weights(save, kind):
    backbone = build(init_cfg=dict(type=kind, checkpoint=save(renamed(source()))))
    for _ in range(2):  # a failed call is repeated
        with pytest.raises(ConfigError, match='missing'):
            backbone.init_weights()
