# Drop path rate: as in ImageNet training (sail-sg/metaformer, scripts/convformer).
# Weights: ImageNet-1K at 224 pixels.
backbone = dict(
    type='mmmetaformer.ConvFormer',
    arch='s36',
    drop_path_rate=0.3,
    init_cfg=dict(type='Pretrained', checkpoint='sail:convformer_s36'),
)
backbone_channels = [64, 128, 320, 512]
