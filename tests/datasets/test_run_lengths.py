# SPDX-License-Identifier: Apache-2.0
import json

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from mmmetaformer.datasets.run_lengths import run_lengths


@pytest.mark.parametrize('kind', [bool, np.uint8, np.float32])
def test_pycocotools_reads_them(kind):
    mask = np.random.default_rng(0).random((7, 12)) > 0.6
    code = json.loads(json.dumps(run_lengths(mask.astype(kind))))
    back = coco_mask.decode({**code, 'counts': code['counts'].encode()})
    assert np.array_equal(back, mask)
