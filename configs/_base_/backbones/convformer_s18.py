# Drop path rate: as in ImageNet training (sail-sg/metaformer, scripts/convformer).
# Weights: ImageNet-1K at 224 pixels.
backbone = dict(
    type='mmmetaformer.ConvFormer',
    arch='s18',
    drop_path_rate=0.2,
    init_cfg=dict(type='Pretrained', checkpoint='sail:convformer_s18'),
)
backbone_channels = [64, 128, 320, 512]
