# SPDX-License-Identifier: Apache-2.0
"""Work dirs as training leaves them, without training."""

import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from tiny_runs import TINY_MODELS

NAMES = ('cat', 'dog', 'Füchsin')
SMALL = {
    'upernet': """
model = dict(
    decode_head=dict(channels=16, num_classes=3),
    auxiliary_head=dict(channels=16, num_classes=3),
    test_cfg=dict(mode='whole'),
)
""",
    'mask_rcnn': """
model = dict(
    neck=dict(out_channels=16),
    rpn_head=dict(in_channels=16, feat_channels=16),
    roi_head=dict(
        bbox_roi_extractor=dict(out_channels=16),
        bbox_head=dict(in_channels=16, fc_out_channels=16, num_classes=3),
        mask_roi_extractor=dict(out_channels=16),
        mask_head=dict(
            num_convs=1, in_channels=16, conv_out_channels=16, num_classes=3
        ),
    ),
    test_cfg=dict(rpn=dict(nms_pre=20, max_per_img=10), rcnn=dict(score_thr=0.0)),
)
""",
}


def write_work_dir(root, folder, method):
    """Write a config and two checkpoints of an untrained model."""
    base = folder / 'base.py'
    base.write_text(TINY_MODELS[method].format(root=root, family='convformer'))
    file = folder / f'{method}.py'
    file.write_text("_base_ = './base.py'\n" + SMALL[method])
    cfg = Config.fromfile(file)
    for step in cfg.test_dataloader.dataset.pipeline:
        if step.type == 'Resize':
            step.scale = (128, 64)
    if 'tta_pipeline' in cfg:
        cfg.tta_pipeline[1].transforms[0] = [
            dict(type='Resize', scale=(2 * side, side), keep_ratio=True)
            for side in (48, 64)
        ]
    torch.manual_seed(1)
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        model = MODELS.build(cfg.model)
    palette = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    meta = dict(
        cfg=cfg.pretty_text,
        iter=2,
        epoch=1,
        dataset_meta=dict(classes=NAMES, palette=palette),
    )
    content = dict(state_dict=model.state_dict(), meta=meta)
    for number in (1, 2):
        torch.save(content, folder / f'iter_{number}.pth')
    (folder / 'last_checkpoint').write_text(str(folder / 'iter_2.pth'))
    return folder
