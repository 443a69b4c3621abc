# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
import torch.nn.functional as F
from mmcv.ops import MaskedConv2d

CLOSE = {
    torch.float64: 1e-12,
    torch.float32: 1e-5,
    torch.bfloat16: 0.05,
    torch.float16: 5e-3,
}


def inputs(kernel, dtype=torch.float64):
    torch.manual_seed(0)
    layer = MaskedConv2d(3, 5, kernel, padding=(kernel[0] // 2, kernel[1] // 2))
    features, mask = torch.randn(1, 3, 6, 7), torch.rand(1, 6, 7) > 0.5
    return layer.to(dtype), features.to(dtype), mask


@pytest.mark.parametrize('dtype', CLOSE)
@pytest.mark.parametrize('kernel', [(3, 3), (1, 5)])
def test_is_a_convolution_where_the_mask_is_set(kernel, dtype):
    layer, features, mask = inputs(kernel, dtype)
    output = layer(features, mask.float())
    exact = [t.double() for t in (features, layer.weight, layer.bias)]
    expected = F.conv2d(*exact, padding=layer.padding) * mask
    assert output.dtype == dtype
    torch.testing.assert_close(
        output.double(), expected, rtol=CLOSE[dtype], atol=CLOSE[dtype]
    )


def test_under_autocast():
    layer, features, mask = inputs((3, 3), torch.float32)
    with torch.autocast('cpu', torch.bfloat16):
        output = layer(features, mask)
    expected = F.conv2d(features, layer.weight, layer.bias, padding=1) * mask
    torch.testing.assert_close(output, expected, rtol=0.02, atol=0.02)


def test_empty_mask():
    layer, features, mask = inputs((3, 3))
    assert not layer(features, mask & False).any()
