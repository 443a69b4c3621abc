# Drop path: ImageNet training (sail-sg/metaformer, scripts/caformer).
backbone = dict(type='mmmetaformer.CAFormer', arch='s18', drop_path_rate=0.15)
backbone_channels = [64, 128, 320, 512]
