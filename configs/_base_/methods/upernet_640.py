# UperNet with 640-pixel crops. Size and stride of test windows: ConvNeXt's.
_base_ = './upernet.py'

crop_size = (640, 640)
model = dict(
    data_preprocessor=dict(size=crop_size),
    test_cfg=dict(crop_size=crop_size, stride=(426, 426)),
)
