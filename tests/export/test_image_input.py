# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmdet.models.data_preprocessors import DetDataPreprocessor
from mmseg.models import SegDataPreProcessor

from mmmetaformer.export.image_input import ImageInput

NUMBERS = dict(mean=[120.0, 110.0, 100.0], std=[58.0, 57.0, 56.0])


@pytest.mark.parametrize(
    'preprocessor',
    [
        SegDataPreProcessor(**NUMBERS, bgr_to_rgb=True),
        SegDataPreProcessor(**NUMBERS),
        SegDataPreProcessor(),
        DetDataPreprocessor(**NUMBERS, bgr_to_rgb=True, pad_size_divisor=32),
        DetDataPreprocessor(bgr_to_rgb=True, pad_size_divisor=32, pad_value=3),
    ],
)
@pytest.mark.parametrize('size', [(64, 96), (65, 95)])
def test_is_the_hosts_own_preprocessing(preprocessor, size):
    image = torch.randint(256, (2, 3, *size), dtype=torch.uint8)
    expected = preprocessor(dict(inputs=list(image.flip(1))))['inputs']
    torch.testing.assert_close(ImageInput(preprocessor)(image), expected)
