# Mask2Former for semantic segmentation, as mmseg trains it on ADE20K.
# The config adds `backbone` and the head's `in_channels`. mmseg's head needs mmdet.
_base_ = './mask2former.py'

num_classes = 150
model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
        pad_val=0,
        seg_pad_val=255,
        size=(512, 512),
        test_cfg=dict(size_divisor=32),
    ),
    decode_head=dict(
        _base_.mask2former_head,
        num_classes=num_classes,
        align_corners=False,
        loss_cls=dict(
            _base_.mask2former_loss_cls,
            class_weight=[1.0] * num_classes + [_base_.no_object_weight],
        ),
        train_cfg=_base_.mask2former_matching,
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)
