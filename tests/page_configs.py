# SPDX-License-Identifier: Apache-2.0
"""Configs of the names that the pages use, with tiny models and short runs."""

from mmengine.config import Config

from mmmetaformer.run.image_size import use_image_size

CONFIGS = (
    'upernet_convformer',
    'faster_rcnn_convformer',
    'mask_rcnn_convformer',
    'mask_rcnn/mask_rcnn_caformer_s36_3x',
)
SIDE = 64
DIMS = [32] * 4
CHANNELS = 16
# Settings of a model with a few ten thousand parameters ...
SMALL_BACKBONE = {
    'model.backbone.arch': dict(depths=[1] * 4, dims=DIMS, _delete_=True),
}
SMALL_SEGMENTOR = {
    'model.decode_head.in_channels': DIMS,
    'model.decode_head.channels': 4 * CHANNELS,  # a quarter with --sample-data
    'model.auxiliary_head.in_channels': DIMS[0],
    'model.auxiliary_head.channels': 4 * CHANNELS,  # a quarter with --sample-data
    'model.test_cfg': dict(mode='whole'),
}
SMALL_DETECTOR = {
    'model.neck.in_channels': DIMS,
    'model.neck.out_channels': CHANNELS,
    'model.rpn_head.in_channels': CHANNELS,
    'model.rpn_head.feat_channels': CHANNELS,
    'model.roi_head.bbox_roi_extractor.out_channels': CHANNELS,
    'model.roi_head.bbox_head.in_channels': CHANNELS,
    'model.roi_head.bbox_head.fc_out_channels': CHANNELS,
    'model.test_cfg.rpn.nms_pre': 20,
    'model.test_cfg.rpn.max_per_img': 10,
}
SMALL_MASKS = {
    'model.roi_head.mask_roi_extractor.out_channels': CHANNELS,
    'model.roi_head.mask_head.num_convs': 1,
    'model.roi_head.mask_head.in_channels': CHANNELS,
    'model.roi_head.mask_head.conv_out_channels': CHANNELS,
}
# ... and of a training of two steps, or one epoch.
SHORT = {
    'param_scheduler': [],
    'train_dataloader.batch_size': 2,
    'default_hooks.checkpoint.interval': 1,
}


def write_configs(root, folder):
    """Write a checkout's tools, and its configs with tiny models and short runs."""
    (folder / 'tools').symlink_to(root / 'tools')
    for name in CONFIGS:
        file = folder / f'configs/{name}.py'
        file.parent.mkdir(parents=True, exist_ok=True)
        tiny(Config.fromfile(root / f'configs/{name}.py')).dump(file)


def tiny(cfg):
    detects = 'roi_head' in cfg.model
    settings = SMALL_BACKBONE | (SMALL_DETECTOR if detects else SMALL_SEGMENTOR) | SHORT
    if detects and 'mask_head' in cfg.model.roi_head:
        settings |= SMALL_MASKS
    use_image_size(cfg, SIDE)
    cfg.model.backbone.pop('init_cfg')  # published weights
    for helper in ('backbone', 'backbone_channels'):
        cfg.pop(helper)  # a config without `_base_` may not have it
    cfg.merge_from_dict(settings, allow_list_keys=False)
    cfg.train_cfg.update(
        dict(max_epochs=1, val_interval=1)
        if detects
        else dict(max_iters=2, val_interval=2)
    )
    for split in ('train', 'val', 'test'):
        cfg[f'{split}_dataloader'].update(num_workers=0, persistent_workers=False)
    return cfg
