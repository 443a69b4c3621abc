# With the lr and the layer-wise decay of FCB, SPANetV2 and HyenaPixel.
_base_ = [
    '../_base_/backbones/convformer_s18.py',
    '../_base_/methods/cascade_mask_rcnn.py',
    '../_base_/datasets/coco_instance_ms.py',
    '../_base_/schedules/coco_3x_layer_decay.py',
    '../_base_/runtime/mmdet.py',
]
# Drop path rate: FCB-S18 and HyenaPixel: 0.4. SPANetV2-S18: 0.15 or 0.2.
model = dict(
    backbone=dict(_base_.backbone, drop_path_rate=0.4),
    neck=dict(in_channels=_base_.backbone_channels),
)
