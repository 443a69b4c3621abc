# SPDX-License-Identifier: Apache-2.0
"""Files with the layout of projects that train published MetaFormers further."""

import argparse

import numpy as np
import torch
from safetensors.torch import save_file
from timm.models import metaformer
from tiny_backbone import build, source

from mmmetaformer import models
from mmmetaformer.weights.load import load_pretrained


def efficient_train():
    """Return a checkpoint as of EfficientTrain++'s `utils_buffer.save_model`.

    Its learning rates come from an array, so that they are NumPy's numbers.
    """
    weights = source()
    return {
        'model': weights,
        'optimizer': {'state': {}, 'param_groups': [{'lr': np.float64(1e-3)}]},
        'epoch': 'best-ema',
        'scaler': {},
        'args': argparse.Namespace(model='caformer_s18'),
        'model_ema': {key: value + 1 for key, value in weights.items()},
    }


def test_efficient_train(save):
    checkpoint = efficient_train()
    backbone = build()
    assert load_pretrained(backbone, save(checkpoint)).fits
    key = 'stages.2.0.mlp.fc1.weight'
    assert torch.equal(backbone.state_dict()[key], checkpoint['model_ema'][key])
    assert backbone.loaded.source == "layout sail, under 'model_ema'"


def test_animetimm(tmp_path):
    """A folder of the hub, with a model of timm that has another classifier."""
    arch = {'depths': (1, 1, 2, 1), 'dims': (32, 64, 96, 128)}
    mixers = [*[metaformer.SepConv] * 2, *[metaformer.Attention] * 2]
    model = metaformer.MetaFormer(
        num_classes=12, token_mixers=mixers, use_mlp_head=True, **arch
    )
    folder = tmp_path / 'caformer_s18.dbv4-full'
    folder.mkdir()
    save_file(model.state_dict(), folder / 'model.safetensors')
    for name in ('config.json', 'selected_tags.csv', 'preprocess.json'):
        (folder / name).write_text('{}')
    audit = load_pretrained(models.CAFormer(arch), str(folder))
    assert audit.fits
    assert {key.split('.')[0] for key in audit.dropped} == {'norm', 'head'}
