# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
import torch
from mmdet.models.task_modules.coders import DeltaXYWHBBoxCoder
from mmengine.config import Config
from mmengine.runner import Runner
from torch.nn.modules.batchnorm import _BatchNorm

from mmmetaformer.engine.float32_predictions import predict_in_float32
from mmmetaformer.run.sample_run import use_sample_data

CONFIGS = Path(__file__).parents[2] / 'configs'
LEAVES = (
    'mask_rcnn_convformer',
    'cascade_mask_rcnn_convformer_3x',
    'retinanet_poolformer',
    'upernet_convformer',
    'semantic_fpn_poolformer',
)


@pytest.fixture(scope='module')
def sample_folder(tmp_path_factory):
    return tmp_path_factory.mktemp('sample')


@pytest.fixture
def decoded(monkeypatch):
    """Precisions of what box coders decode."""
    seen = set()
    decode = DeltaXYWHBBoxCoder.decode

    def noted(self, bboxes, pred_bboxes, *args, **kwargs):
        seen.add(pred_bboxes.dtype)
        return decode(self, bboxes, pred_bboxes, *args, **kwargs)

    monkeypatch.setattr(DeltaXYWHBBoxCoder, 'decode', noted)
    return seen


def precisions_of_losses(model):
    """Set of the precisions of predictions that losses get, filled in a step."""
    seen = set()

    def note(module, inputs):
        seen.add(inputs[0].dtype)

    losses = [m for n, m in model.named_modules() if 'loss' in n.rpartition('.')[2]]
    assert losses
    for loss in losses:
        loss.register_forward_pre_hook(note)
    return seen


@pytest.mark.parametrize('name', LEAVES)
def test_losses_and_box_decoding(name, sample_folder, tmp_path, decoded):
    cfg = Config.fromfile(CONFIGS / f'{name}.py')
    use_sample_data(cfg, str(sample_folder))
    arch = dict(depths=(1, 1, 1, 1), dims=(32, 32, 32, 32))
    cfg.model.backbone.arch = arch
    first = cfg.model.get('neck') or cfg.model.decode_head
    first.in_channels = [32] * len(first.in_channels)
    if 'auxiliary_head' in cfg.model:
        cfg.model.auxiliary_head.in_channels = 32
    cfg.work_dir, cfg.launcher = str(tmp_path), 'none'
    cfg.train_dataloader.batch_size = 2
    runner = Runner.from_cfg(cfg)
    model = runner.model.train()
    for module in model.modules():
        # mmseg's own loss: the memory-efficient one is float32 by itself.
        if hasattr(module, 'memory_efficient_loss'):
            module.memory_efficient_loss = False
        # The statistics of two images at 1x1 amplify the rounding of bfloat16.
        if isinstance(module, _BatchNorm):
            module.eval()
    model.init_weights()
    batch = next(iter(runner.build_dataloader(cfg.train_dataloader)))
    data = model.data_preprocessor(batch, True)
    seen = precisions_of_losses(model)

    def step(autocast):
        decoded.clear()
        seen.clear()
        torch.manual_seed(0)
        with torch.autocast('cpu', torch.bfloat16, enabled=autocast):
            loss, _ = model.parse_losses(model(**data, mode='loss'))
        model.zero_grad()
        loss.backward()
        stem = model.backbone.downsample_layers[0].conv.weight.grad.flatten()
        return loss.item(), stem.clone(), set(seen), set(decoded)

    plain_loss, plain_grad, *_ = step(autocast=False)
    *_, losses, boxes = step(autocast=True)
    assert torch.bfloat16 in losses  # what this is for
    predict_in_float32(model)
    loss, grad, losses, boxes = step(autocast=True)
    assert losses == {torch.float32}
    assert boxes <= {torch.float32}
    assert bool(boxes) == ('rcnn' in name)
    assert loss == pytest.approx(plain_loss, rel=0.05)
    # The later stages of a cascade sample other RoIs at the least change.
    if 'cascade' not in name:
        assert torch.cosine_similarity(grad, plain_grad, dim=0) > 0.9
