# Drop path: ImageNet training (sail-sg/metaformer, scripts/identityformer).
backbone = dict(type='mmmetaformer.IdentityFormer', arch='s12', drop_path_rate=0.1)
backbone_channels = [64, 128, 320, 512]
