# UperNet (arXiv 1807.10221) as ConvNeXt and Swin use it on ADE20K. The heads are
# subclasses of mmseg's whose loss needs less memory.
# The config adds `backbone` and the heads' `in_channels`.
num_classes = 150
crop_size = (512, 512)

head = dict(
    dropout_ratio=0.1,
    num_classes=num_classes,
    norm_cfg=dict(type='SyncBN', requires_grad=True),
    align_corners=False,
)

model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
        pad_val=0,
        seg_pad_val=255,
        size=crop_size,
    ),
    decode_head=dict(
        type='mmmetaformer.segmentation.UPerHead',
        in_index=[0, 1, 2, 3],
        pool_scales=(1, 2, 3, 6),
        channels=512,
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0),
        **head,
    ),
    auxiliary_head=dict(
        type='mmmetaformer.segmentation.FCNHead',
        in_index=2,
        channels=256,
        num_convs=1,
        concat_input=False,
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=0.4),
        **head,
    ),
    train_cfg=dict(),
    # Single scale. Windows have the size of the training crop and overlap by a third,
    # as ConvNeXt and PolyNeXt test. Swin in mmseg tests whole images; how the authors
    # of ConvFormer tested is unknown. For whole images:
    # --cfg-options model.test_cfg.mode=whole
    test_cfg=dict(mode='slide', crop_size=crop_size, stride=(341, 341)),
)
