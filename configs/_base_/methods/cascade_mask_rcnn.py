# Cascade Mask R-CNN: the heads of Cascade R-CNN, and a mask branch in each stage.
# The config adds `backbone` and the neck's `in_channels`.
_base_ = ['./cascade_rcnn.py', './mask_branch.py']

model = dict(
    data_preprocessor=dict(pad_mask=True),
    roi_head=_base_.mask_branch,
    train_cfg=dict(
        rcnn=[dict(stage, mask_size=28) for stage in _base_.model.train_cfg.rcnn]
    ),
    test_cfg=dict(rcnn=dict(mask_thr_binary=0.5)),
)
