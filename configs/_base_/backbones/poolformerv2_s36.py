# Drop path rate: as in ImageNet training (sail-sg/metaformer, scripts/poolformerv2).
# Weights: ImageNet-1K at 224 pixels.
backbone = dict(
    type='mmmetaformer.PoolFormerV2',
    arch='s36',
    drop_path_rate=0.2,
    init_cfg=dict(type='Pretrained', checkpoint='sail:poolformerv2_s36'),
)
backbone_channels = [64, 128, 320, 512]
