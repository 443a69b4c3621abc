# Drop path rate: as in ImageNet training. No value for COCO is published.
_base_ = [
    './_base_/backbones/convformer_s18.py',
    './_base_/methods/mask2former_instance.py',
    './_base_/datasets/coco_instance_lsj.py',
    './_base_/schedules/coco_50e_mask2former.py',
    './_base_/runtime/mmdet_iterations.py',
]
model = dict(
    backbone=_base_.backbone,
    panoptic_head=dict(in_channels=_base_.backbone_channels),
)
