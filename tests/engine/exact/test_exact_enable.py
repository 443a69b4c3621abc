# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop

from mmmetaformer.engine.exact import use_exact_resume
from mmmetaformer.engine.loop_length import scale_loop
from mmmetaformer.host import counts_epochs

EPOCHS = 'mmmetaformer.EpochBasedTrainLoop'
STEPS = 'mmmetaformer.IterBasedTrainLoop'


class OwnLoop(IterBasedTrainLoop):
    """A user's."""


@pytest.mark.parametrize(
    ('loop', 'kind'),
    [
        (dict(by_epoch=True, max_epochs=2), EPOCHS),
        (dict(max_epochs=2), EPOCHS),
        (dict(type='EpochBasedTrainLoop', max_epochs=2), EPOCHS),
        (dict(type='mmengine.EpochBasedTrainLoop', max_epochs=2), EPOCHS),
        (dict(type=EpochBasedTrainLoop, max_epochs=2), EPOCHS),
        (dict(type=EPOCHS, max_epochs=2), EPOCHS),
        (dict(by_epoch=False, max_iters=2), STEPS),
        (dict(type='IterBasedTrainLoop', max_iters=2), STEPS),
        (dict(type=IterBasedTrainLoop, max_iters=2), STEPS),
        (dict(type=STEPS, max_iters=2), STEPS),
        (dict(type=OwnLoop, max_iters=2), None),
    ],
)
@pytest.mark.parametrize('scope', ['mmengine', 'mmdet'])
def test_stock_loops_are_replaced_and_others_stay(loop, kind, scope):
    cfg = Config(dict(train_cfg=loop, default_scope=scope))
    in_epochs = counts_epochs(cfg)
    use_exact_resume(cfg)
    use_exact_resume(cfg)
    hooks = [hook['type'] for hook in cfg.custom_hooks]
    if kind is None:
        assert cfg.train_cfg.type is OwnLoop
        assert hooks == []
        return
    assert cfg.train_cfg.type == kind
    assert 'by_epoch' not in cfg.train_cfg
    assert hooks == ['mmmetaformer.ExactResumeHook']
    assert counts_epochs(cfg) is in_epochs


def test_a_config_that_a_run_wrote_still_scales():
    cfg = Config(dict(train_cfg=dict(type=STEPS, max_iters=100, val_interval=10)))
    scale_loop(cfg, 4)
    assert cfg.train_cfg == dict(type=STEPS, max_iters=400, val_interval=40)
