# Drop path rate: as in ImageNet training (sail-sg/metaformer, scripts/poolformerv2).
# Weights: ImageNet-1K at 224 pixels.
backbone = dict(
    type='mmmetaformer.PoolFormerV2',
    arch='s24',
    drop_path_rate=0.1,
    init_cfg=dict(type='Pretrained', checkpoint='sail:poolformerv2_s24'),
)
backbone_channels = [64, 128, 320, 512]
