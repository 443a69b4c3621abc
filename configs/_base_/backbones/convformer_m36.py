# Drop path rate: as in ImageNet training (sail-sg/metaformer, scripts/convformer).
# Weights: ImageNet-1K at 224 pixels.
backbone = dict(
    type='mmmetaformer.ConvFormer',
    arch='m36',
    drop_path_rate=0.4,
    init_cfg=dict(type='Pretrained', checkpoint='sail:convformer_m36'),
)
backbone_channels = [96, 192, 384, 576]
