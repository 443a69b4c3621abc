# Drop path rate: as in ImageNet training (sail-sg/metaformer, scripts/caformer).
# Weights: ImageNet-1K at 224 pixels.
backbone = dict(
    type='mmmetaformer.CAFormer',
    arch='s18',
    drop_path_rate=0.15,
    init_cfg=dict(type='Pretrained', checkpoint='sail:caformer_s18'),
)
backbone_channels = [64, 128, 320, 512]
