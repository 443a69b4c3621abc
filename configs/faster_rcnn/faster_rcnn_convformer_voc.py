# COCO's recipe with a length and image sizes for Pascal VOC. Drop path rate: as in
# ImageNet training.
_base_ = [
    '../_base_/backbones/convformer_s18.py',
    '../_base_/methods/faster_rcnn.py',
    '../_base_/datasets/voc_detection.py',
    '../_base_/schedules/voc_4e.py',
    '../_base_/runtime/mmdet.py',
]
model = dict(
    backbone=_base_.backbone,
    neck=dict(in_channels=_base_.backbone_channels),
    roi_head=dict(bbox_head=dict(num_classes=20)),
)
