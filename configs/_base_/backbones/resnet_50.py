# Reference: ResNet-50 (arXiv 1512.03385), arguments as in mmdet's detectors.
# Weights: torchvision's, trained on ImageNet-1K.
backbone = dict(
    type='mmdet.ResNet',
    depth=50,
    frozen_stages=1,
    norm_cfg=dict(type='BN', requires_grad=True),
    norm_eval=True,
    style='pytorch',
    init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet50'),
)
backbone_channels = [256, 512, 1024, 2048]
