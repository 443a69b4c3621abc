# SPDX-License-Identifier: Apache-2.0
import math

import pytest
from torch import nn

from mmmetaformer.checks.checkpoint.finite import check_finite
from mmmetaformer.errors import ConfigError


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.norm = nn.BatchNorm2d(2)
        self.register_buffer('mask', self.norm.weight.detach().new_full((2,), 1.0))


@pytest.mark.parametrize('value', [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize('key', ['conv.weight', 'norm.running_var'])
@pytest.mark.parametrize('prefix', ['', 'module.'])
def test_weights_that_are_no_numbers(value, key, prefix):
    weights = Model().state_dict()
    weights[key].view(-1)[-1] = value
    weights = {prefix + name: tensor for name, tensor in weights.items()}
    with pytest.raises(ConfigError) as error:
        check_finite(Model(), weights, 'iter_8.pth')
    assert str(error.value) == (
        f'iter_8.pth has weights that are NaN or infinite: 1 of 6 ({key}). The run '
        'that saved it had diverged; use an earlier checkpoint.'
    )


def test_sound_weights_and_other_buffers():
    weights = Model().state_dict()
    weights['mask'].fill_(-math.inf)
    weights['conv.weight'].fill_(3e38)  # their sum is infinite
    check_finite(Model(), weights, 'iter_8.pth')
    check_finite(Model(), {'unexpected': weights['mask']}, 'iter_8.pth')
