# Reference: ConvNeXt-T (arXiv 2201.03545), arguments as in mmdet's and mmseg's configs.
# It needs mmpretrain: pip install mmpretrain. Weights: ImageNet-1K at 224 pixels.
backbone = dict(
    type='mmpretrain.ConvNeXt',
    arch='tiny',
    out_indices=[0, 1, 2, 3],
    drop_path_rate=0.4,
    layer_scale_init_value=1.0,
    gap_before_final_norm=False,
    init_cfg=dict(
        type='Pretrained',
        checkpoint='https://download.openmmlab.com/mmclassification/v0/convnext/'
        'downstream/convnext-tiny_3rdparty_32xb128-noema_in1k_20220301-795e9634.pth',
        prefix='backbone.',
    ),
)
backbone_channels = [96, 192, 384, 768]
