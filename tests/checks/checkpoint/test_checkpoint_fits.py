# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn

from mmmetaformer.checks.checkpoint.fits import check_fits, check_start
from mmmetaformer.errors import ConfigError


def test_weights_of_another_model():
    model = nn.Linear(2, 3)
    check_fits(model, model.state_dict(), 'a.pth')
    wrong = {'weight': torch.ones(3, 4), 'extra': torch.ones(1)}
    with pytest.raises(ConfigError) as error:
        check_fits(model, wrong, 'a.pth')
    assert '1 missing (bias)' in str(error.value)
    assert '1 unexpected (extra)' in str(error.value)
    assert '1 with a different shape (weight (3, 4), expected (3, 2))' in str(
        error.value
    )


def test_a_start_without_the_backbone():
    model = nn.ModuleDict(dict(backbone=nn.Linear(2, 3), head=nn.Linear(3, 4)))
    weights = model.state_dict()
    others = {**weights, 'head.weight': torch.ones(7, 3)}
    check_start(model, others, 'a.pth')
    check_start(model, {f'module.{k}': v for k, v in others.items()}, 'a.pth')
    alone = {key.removeprefix('backbone.'): v for key, v in weights.items()}
    other = {**weights, 'backbone.bias': torch.ones(5)}
    for wrong, problem in ((alone, '2 missing'), (other, '1 with a different shape')):
        with pytest.raises(ConfigError, match=rf'2 keys, {problem}.*init_cfg=dict'):
            check_start(model, wrong, 'a.pth')


@pytest.mark.parametrize('check', [check_start, check_fits])
def test_wrappers_are_looked_through(check):
    model = nn.DataParallel(nn.ModuleDict(dict(backbone=nn.Linear(2, 3))))
    check(model, model.module.state_dict(), 'a.pth')
    with pytest.raises(ConfigError, match='backbone.weight'):
        check(model, {}, 'a.pth')
