# Mask R-CNN with FPN (arXiv 1703.06870, 1612.03144), as mmdet 3 trains it on COCO.
# The config adds `backbone` and the neck's `in_channels`.
_base_ = ['./faster_rcnn.py', './mask_branch.py']

model = dict(
    type='MaskRCNN',
    data_preprocessor=dict(pad_mask=True),
    roi_head=_base_.mask_branch,
    train_cfg=dict(rcnn=dict(assigner=dict(match_low_quality=True), mask_size=28)),
    test_cfg=dict(rcnn=dict(mask_thr_binary=0.5)),
)
