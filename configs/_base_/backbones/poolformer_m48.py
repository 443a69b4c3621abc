# Drop path rate and output norm: as in the dense configs of sail-sg/poolformer.
# Weights: ImageNet-1K at 224 pixels.
backbone = dict(
    type='mmmetaformer.PoolFormer',
    arch='m48',
    drop_path_rate=0.0,
    out_norm='gn',
    init_cfg=dict(type='Pretrained', checkpoint='sail:poolformer_m48'),
)
backbone_channels = [96, 192, 384, 768]
