# SPDX-License-Identifier: Apache-2.0
"""Configs and options of runs of a few seconds."""

# A backbone of a few thousand parameters ...
TINY_MODELS = {
    'upernet': """
_base_ = '{root}/configs/upernet_{family}.py'
model = dict(
    backbone=dict(
        arch=dict(depths=(1,) * 4, dims=(32,) * 4, _delete_=True), init_cfg=None
    ),
    decode_head=dict(in_channels=[32] * 4),
    auxiliary_head=dict(in_channels=32),
)
""",
    'mask_rcnn': """
_base_ = '{root}/configs/mask_rcnn_{family}.py'
model = dict(
    backbone=dict(
        arch=dict(depths=(1,) * 4, dims=(32,) * 4, _delete_=True), init_cfg=None
    ),
    neck=dict(in_channels=[32] * 4),
)
""",
}
# ... that trains for two steps or epochs.
SHORT = {
    'upernet': (
        'train_cfg.max_iters=2',
        'train_cfg.val_interval=2',
        'default_hooks.checkpoint.interval=1',
        'default_hooks.logger.interval=1',
        'train_dataloader.batch_size=2',
    ),
    'mask_rcnn': (
        'train_cfg.max_epochs=2',
        'train_cfg.val_interval=2',
        'default_hooks.checkpoint.interval=1',
        'default_hooks.logger.interval=1',
        'train_dataloader.batch_size=2',
        'train_dataloader.dataset.indices=4',
    ),
}
