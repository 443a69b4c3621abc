# Mask2Former for instance segmentation, as mmdet trains it on COCO.
# The config adds `backbone` and the head's `in_channels`.
_base_ = './mask2former.py'

classes = dict(num_things_classes=80, num_stuff_classes=0)
model = dict(
    type='Mask2Former',
    data_preprocessor=dict(
        type='DetDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
        pad_size_divisor=32,
        pad_mask=True,
        mask_pad_value=0,
        pad_seg=False,
        # The size of the training crops: see datasets/coco_instance_lsj.py.
        batch_augments=[
            dict(
                type='BatchFixedSizePad',
                size=(1024, 1024),
                img_pad_value=0,
                pad_mask=True,
                mask_pad_value=0,
                pad_seg=False,
            )
        ],
    ),
    panoptic_head=dict(
        _base_.mask2former_head,
        **classes,
        loss_cls=dict(
            _base_.mask2former_loss_cls,
            class_weight=[1.0] * 80 + [_base_.no_object_weight],
        ),
    ),
    panoptic_fusion_head=dict(
        type='MaskFormerFusionHead', **classes, loss_panoptic=None, init_cfg=None
    ),
    train_cfg=_base_.mask2former_matching,
    test_cfg=dict(
        panoptic_on=False,
        semantic_on=False,
        instance_on=True,
        max_per_image=100,
        iou_thr=0.8,
        filter_low_score=True,
    ),
)
