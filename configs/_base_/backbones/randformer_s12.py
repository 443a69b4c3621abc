# Drop path: ImageNet training (sail-sg/metaformer, scripts/randformer).
backbone = dict(type='mmmetaformer.RandFormer', arch='s12', drop_path_rate=0.1)
backbone_channels = [64, 128, 320, 512]
