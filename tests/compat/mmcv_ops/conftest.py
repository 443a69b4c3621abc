# SPDX-License-Identifier: Apache-2.0
import pytest
import torch

from mmmetaformer.compat.mmcv_ops import install

# pytest loads conftest.py before the test modules import `mmcv.ops`.
IS_STAND_IN = install()


@pytest.fixture(autouse=True)
def _stand_in():
    if not IS_STAND_IN:
        pytest.skip('a compiled mmcv is installed: no stand-in to test')


@pytest.fixture(
    params=[
        'cpu',
        pytest.param(
            'cuda',
            marks=pytest.mark.skipif(
                not torch.cuda.is_available(), reason='needs a CUDA GPU'
            ),
        ),
    ]
)
def device(request):
    return request.param
