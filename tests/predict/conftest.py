# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from tiny_runs import TINY_MODELS

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
SIZES = """
for _loader in (test_dataloader, val_dataloader):
    for _step in _loader['dataset']['pipeline']:
        if _step['type'] == 'Resize':
            _step['scale'] = (128, 64)
"""


@pytest.fixture(scope='session')
def work_dirs(root, tmp_path_factory):
    """Work dirs with a checkpoint each, as training leaves them, by method."""
    folders = {}
    for method in SMALL:
        folder = tmp_path_factory.mktemp(method)
        text = TINY_MODELS[method].format(root=root, family='convformer')
        base = folder / 'base.py'
        base.write_text(text)
        file = folder / f'{method}.py'
        file.write_text("_base_ = './base.py'\n" + SMALL[method])
        cfg = Config.fromfile(file)
        for loader in (cfg.test_dataloader, cfg.val_dataloader):
            for step in loader.dataset.pipeline:
                if step.type == 'Resize':
                    step.scale = (128, 64)
        torch.manual_seed(1)
        with DefaultScope.overwrite_default_scope(cfg.default_scope):
            model = MODELS.build(cfg.model)
        names = ('cat', 'dog', 'Füchsin')
        meta = dict(
            cfg=cfg.pretty_text,
            iter=2,
            epoch=1,
            dataset_meta=dict(classes=names, palette=[(255, 0, 0), (0, 255, 0), (0, 0, 255)]),
        )
        state = model.state_dict()
        for number in (1, 2):
            torch.save(dict(state_dict=state, meta=meta), folder / f'iter_{number}.pth')
        (folder / 'last_checkpoint').write_text(str(folder / 'iter_2.pth'))
        folders[method] = folder
    return folders
