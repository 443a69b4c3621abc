# SPDX-License-Identifier: Apache-2.0
import re

from mmengine.optim import build_optim_wrapper
from torch import nn

from mmmetaformer.engine.start_report import describe_groups
from mmmetaformer.models import ConvFormer


class Segmentor(nn.Module):
    def __init__(self, **arguments):
        super().__init__()
        self.backbone = ConvFormer('s18', **arguments)
        self.decode_head = nn.Conv2d(512, 8, 1)


def table_of(model, **paramwise_cfg):
    wrapper = build_optim_wrapper(
        model,
        dict(
            optimizer=dict(type='AdamW', lr=1e-4, weight_decay=0.05),
            constructor='mmmetaformer.ParamwiseConstructor',
            paramwise_cfg=paramwise_cfg,
        ),
    )
    lines = describe_groups(model, wrapper.optimizer).splitlines()
    return [re.split(r' {2,}', line.strip()) for line in lines]


def test_every_parameter_is_in_one_row():
    model = Segmentor(frozen_stages=1)
    header, *rows = table_of(model, flat_decay_mult=0.0)
    assert header == ['lr', 'decay', 'tensors', 'parameters', 'of']
    cells = {tuple(row[:2]): row[2:] for row in rows[:2]}
    matrices = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    tensors, count, *_ = cells['0.0001', '0.05']
    assert int(tensors) == len(matrices)
    assert int(count.replace(',', '')) == sum(p.numel() for p in matrices)
    vectors = [p for p in model.parameters() if p.requires_grad and p.ndim == 1]
    assert int(cells['0.0001', '0'][0]) == len(vectors)
    frozen, tensors, count, names = rows[2]
    assert frozen == 'frozen'
    still = [p for p in model.parameters() if not p.requires_grad]
    assert int(tensors) == len(still) > 0
    assert int(count.replace(',', '')) == sum(p.numel() for p in still)
    assert names == 'backbone.downsample_layers.0, backbone.stages.0'


def test_rows_of_layer_decay():
    header, *rows = table_of(Segmentor(), decay_rate=0.7)
    assert header[0] == 'layer'
    assert rows[0][:2] == ['0', '8.24e-06']
    assert rows[0][-1] == 'backbone.downsample_layers.0'
    assert {row[0] for row in rows[:8]} == set('01234567')
    assert rows[-1][-1] == 'decode_head.weight, decode_head.bias'
