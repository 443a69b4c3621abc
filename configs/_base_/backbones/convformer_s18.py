# Drop path: ImageNet training (sail-sg/metaformer, scripts/convformer).
backbone = dict(type='mmmetaformer.ConvFormer', arch='s18', drop_path_rate=0.2)
backbone_channels = [64, 128, 320, 512]
