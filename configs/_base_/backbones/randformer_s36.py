# Drop path rate: as in ImageNet training (sail-sg/metaformer, scripts/randformer).
# Weights: ImageNet-1K at 224 pixels.
backbone = dict(
    type='mmmetaformer.RandFormer',
    arch='s36',
    drop_path_rate=0.2,
    init_cfg=dict(type='Pretrained', checkpoint='sail:randformer_s36'),
)
backbone_channels = [64, 128, 320, 512]
