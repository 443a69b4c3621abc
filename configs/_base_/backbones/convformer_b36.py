# Drop path rate: as in ImageNet training (sail-sg/metaformer, scripts/convformer).
# Weights: ImageNet-1K at 224 pixels.
backbone = dict(
    type='mmmetaformer.ConvFormer',
    arch='b36',
    drop_path_rate=0.6,
    init_cfg=dict(type='Pretrained', checkpoint='sail:convformer_b36'),
)
backbone_channels = [128, 256, 512, 768]
