# Reference: ConvNeXt-B (arXiv 2201.03545), arguments as in mmseg's configs.
# It needs mmpretrain: pip install mmpretrain. Weights: ImageNet-21K at 224 pixels.
backbone = dict(
    type='mmpretrain.ConvNeXt',
    arch='base',
    out_indices=[0, 1, 2, 3],
    drop_path_rate=0.4,
    layer_scale_init_value=1.0,
    gap_before_final_norm=False,
    init_cfg=dict(
        type='Pretrained',
        checkpoint='https://download.openmmlab.com/mmclassification/v0/convnext/'
        'downstream/convnext-base_3rdparty_in21k_20220301-262fd037.pth',
        prefix='backbone.',
    ),
)
backbone_channels = [128, 256, 512, 1024]
