# mmdet with a schedule in steps instead of epochs.
_base_ = './mmdet.py'

default_hooks = dict(
    logger=dict(log_metric_by_epoch=False),
    checkpoint=dict(by_epoch=False, interval=36_875),
)
log_processor = dict(by_epoch=False)
