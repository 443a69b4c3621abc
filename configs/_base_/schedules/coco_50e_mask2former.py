# 368,750 steps of 16 images (50 epochs), as mmdet trains Mask2Former with Swin-T and
# Swin-S on COCO (values of facebookresearch/Mask2Former). The optimizer is that of
# ADE20K. No warm-up. The config also takes runtime/mmdet_iterations.py.
_base_ = './ade20k_160k_mask2former.py'

train_cfg = dict(max_iters=368_750, val_interval=36_875)
param_scheduler = [
    dict(
        type='MultiStepLR',
        by_epoch=False,
        begin=0,
        end=368_750,
        milestones=[327_778, 355_092],
        gamma=0.1,
    )
]
