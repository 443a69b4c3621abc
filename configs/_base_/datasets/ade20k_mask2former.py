# ADE20K as Mask2Former uses it: the short side is one of 16 lengths, the long side
# at most 2048 pixels (mmseg; facebookresearch/Mask2Former).
_base_ = './ade20k.py'

resize = dict(
    type='RandomChoiceResize',
    scales=[int(512 * x * 0.1) for x in range(5, 21)],
    resize_type='ResizeShortestEdge',
    max_size=2048,
)
train_pipeline = [
    resize if step['type'] == 'RandomResize' else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
