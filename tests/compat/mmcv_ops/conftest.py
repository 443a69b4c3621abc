# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.compat.mmcv_ops import install

# Before a test module imports `mmcv.ops`: pytest loads conftest.py first.
IS_STAND_IN = install()


@pytest.fixture(autouse=True)
def _stand_in() -> None:
    if not IS_STAND_IN:
        pytest.skip('a compiled mmcv is installed, so there is no stand-in to test')
