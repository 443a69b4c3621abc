# SPDX-License-Identifier: Apache-2.0
import weakref

import pytest
import torch
from torch import nn

from mmmetaformer import models
from mmmetaformer.complexity.saved_bytes import SavedBytes
from mmmetaformer.complexity.shapes_only import make_fake


def saved(model, image):
    there = [*model.parameters(), *model.buffers(), image]
    counter = SavedBytes(there)
    with counter:
        model(image)
    return sum(counter.bytes.values())


def test_by_hand():
    # A linear map saves its input, relu its output, which is the next map's input.
    image = torch.zeros(5, 8)
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
    assert saved(model, image) == 5 * 16 * 4

    # Square saves its input, which does not exist otherwise.
    class Square(nn.Module):
        def forward(self, x):
            return (x + 1).square()

    assert saved(Square(), image.requires_grad_()) == 5 * 8 * 4


@pytest.mark.parametrize('family', ['ConvFormer', 'CAFormer', 'PoolFormerV2'])
def test_shapes_alone_give_the_same_as_a_real_pass(family):
    arch = dict(depths=(1, 1, 2, 1), dims=(32, 64, 64, 96))
    real = saved(
        getattr(models, family)(arch, drop_path_rate=0.1),
        torch.zeros(2, 3, 64, 96),
    )
    model = getattr(models, family)(arch, drop_path_rate=0.1)
    with make_fake(model):
        assert saved(model, torch.empty(2, 3, 64, 96)) == real


def test_attention_keeps_no_matrix_of_all_pairs():
    model = models.CAFormer('s18')
    with make_fake(model):
        kept = saved(model, torch.empty(1, 3, 512, 512))
    # The matrices of nine blocks with 10 heads at 1024 positions would be 377 MB.
    assert kept < 0.8e9


def test_keeps_nothing_alive():
    image = torch.zeros(3, requires_grad=True)
    with SavedBytes([image]):
        out = image.exp()  # saves its output
    reference = weakref.ref(out)
    del out
    assert reference() is None
