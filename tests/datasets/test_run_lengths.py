# SPDX-License-Identifier: Apache-2.0
import json

import numpy as np
import pytest

from mmmetaformer.datasets.run_lengths import mask_of, run_lengths


@pytest.mark.parametrize('kind', [bool, np.uint8, np.float32])
def test_pycocotools_reads_them(kind):
    mask = np.random.default_rng(0).random((7, 12)) > 0.6
    code = json.loads(json.dumps(run_lengths(mask.astype(kind))))
    assert np.array_equal(mask_of(code), mask)
