# Drop path and output norm: dense configs of sail-sg/poolformer.
backbone = dict(
    type='mmmetaformer.PoolFormer', arch='s12', drop_path_rate=0.0, out_norm='gn'
)
backbone_channels = [64, 128, 320, 512]
