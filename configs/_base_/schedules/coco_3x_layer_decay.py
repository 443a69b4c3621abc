# 3x for Cascade Mask R-CNN with a higher lr that decreases towards the stem: FCB
# (XuRuihan/FCBNet), SPANetV2 (DoranLyong/SPANetV2-official) and HyenaPixel
# (spravil/HyenaPixel) train it with lr 2e-4 and a layer-wise decay of 0.7. So does
# mmdet with ConvNeXt-T. FCB's code looks for other names: its runs have no decay.
_base_ = './coco_3x.py'

optim_wrapper = dict(
    optimizer=dict(lr=2e-4),
    paramwise_cfg=dict(decay_rate=0.7, decay_type='layer_wise'),
)
