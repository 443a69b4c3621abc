# Cascade R-CNN with FPN (arXiv 1712.00726). The heads are those of Swin and ConvNeXt on
# COCO: four convolutions and a linear layer, SyncBN, GIoU on decoded boxes.
# The lr of our 3x configs is that of Swin's and MambaOut's Mask R-CNN. Descendants of
# ConvFormer train this method otherwise: see schedules/coco_3x_layer_decay.py.
# The config adds `backbone` and the neck's `in_channels`.
_base_ = './faster_rcnn.py'

# Each stage expects better boxes than the one before.
stage_ious = [0.5, 0.6, 0.7]
stage_stds = [
    [0.1, 0.1, 0.2, 0.2],
    [0.05, 0.05, 0.1, 0.1],
    [0.033, 0.033, 0.067, 0.067],
]

model = dict(
    type='CascadeRCNN',
    rpn_head=dict(
        loss_bbox=dict(
            _delete_=True, type='SmoothL1Loss', beta=1.0 / 9.0, loss_weight=1.0
        )
    ),
    roi_head=dict(
        type='CascadeRoIHead',
        num_stages=3,
        stage_loss_weights=[1, 0.5, 0.25],
        bbox_head=[
            dict(
                type='ConvFCBBoxHead',
                num_shared_convs=4,
                num_shared_fcs=1,
                in_channels=256,
                conv_out_channels=256,
                fc_out_channels=1024,
                roi_feat_size=7,
                num_classes=_base_.num_classes,
                bbox_coder=dict(**_base_.box_coder, target_stds=stds),
                reg_class_agnostic=False,
                reg_decoded_bbox=True,
                norm_cfg=dict(type='SyncBN', requires_grad=True),
                loss_cls=dict(
                    type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0
                ),
                loss_bbox=dict(type='GIoULoss', loss_weight=10.0),
            )
            for stds in stage_stds
        ],
    ),
    train_cfg=dict(
        rpn=dict(allowed_border=0),
        rpn_proposal=dict(max_per_img=2000),
        rcnn=[
            dict(
                assigner=dict(
                    type='MaxIoUAssigner',
                    pos_iou_thr=iou,
                    neg_iou_thr=iou,
                    min_pos_iou=iou,
                    match_low_quality=False,
                    ignore_iof_thr=-1,
                ),
                sampler=_base_.model.train_cfg.rcnn.sampler,
                pos_weight=-1,
                debug=False,
            )
            for iou in stage_ious
        ],
    ),
)
