# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmcv.ops import deform_conv2d, modulated_deform_conv2d

from mmmetaformer.compat.mmcv_ops import deform_conv_kernel
from mmmetaformer.compat.mmcv_ops.safe_offsets import move_outside, safe_offsets
from mmmetaformer.errors import DivergedError


@pytest.mark.parametrize('value', [torch.nan, torch.inf, -torch.inf])
def test_a_cpu_refuses_offsets_that_are_not_finite(value):
    offset = torch.zeros(1, 18, 4, 4)
    offset[0, 3, 1, 2] = value
    x, weight, mask = torch.rand(1, 2, 4, 4), torch.rand(2, 2, 3, 3), offset[:, :9]
    with pytest.raises(DivergedError, match='got 1 of 288 offsets'):
        deform_conv2d(x, offset, weight, 1, 1)
    with pytest.raises(DivergedError, match='learning rate'):
        modulated_deform_conv2d(x, offset, mask.clone(), weight, None, 1, 1)


def test_elsewhere_such_samples_are_outside_the_map(monkeypatch):
    offset = torch.full((1, 18, 4, 4), torch.nan)
    assert safe_offsets(offset.to('meta')).shape == offset.shape
    monkeypatch.setattr(deform_conv_kernel, 'safe_offsets', move_outside)
    x = torch.rand(1, 2, 4, 4, requires_grad=True)
    weight = torch.rand(2, 2, 3, 3, requires_grad=True)
    offset.requires_grad_()
    output = deform_conv2d(x, offset, weight, 1, 1)
    output.sum().backward()
    for tensor in (output, x.grad, weight.grad, offset.grad):
        assert not tensor.any()
