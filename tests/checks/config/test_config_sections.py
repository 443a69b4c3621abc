# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.sections import check_sections
from mmmetaformer.errors import ConfigError


@pytest.mark.parametrize(
    'cfg',
    [
        dict(),
        dict(train_dataloader=dict(batch_size=1, sampler=dict(), pin_memory=True)),
        dict(train_cfg=dict(by_epoch=True, max_epochs=3)),
        dict(train_cfg=dict(type='MyLoop', anything=3)),
        dict(optim_wrapper=dict(optimizer=dict(), clip_grad=None, paramwise_cfg=None)),
        dict(optim_wrapper=dict(generator=dict(), discriminator=dict())),
        dict(env_cfg=dict(mp_cfg=dict(opencv_num_threads=0), dist_cfg=dict(x=1))),
        dict(default_hooks=dict(timer=None, mine=dict(type='MyHook'))),
    ],
)
def test_known_keys(cfg):
    check_sections(Config(cfg))


@pytest.mark.parametrize(
    ('cfg', 'message'),
    [
        (
            dict(train_dataloader=dict(batchsize=1)),
            "train_dataloader has no key 'batchsize'. Did you mean 'batch_size'",
        ),
        (dict(test_dataloader=dict(num_worker=1)), "mean 'num_workers'"),
        (dict(train_cfg=dict(by_epoch=False, max_iter=3)), "mean 'max_iters'"),
        (dict(train_cfg=dict(by_epoch=True, max_iters=3)), "no key 'max_iters'"),
        (dict(randomness=dict(sed=3)), "mean 'seed'"),
        (dict(env_cfg=dict(cudnn_benchmrk=True)), "mean 'cudnn_benchmark'"),
        (dict(env_cfg=dict(mp_cfg=dict(threads=1))), "mp_cfg has no key 'threads'"),
        (dict(auto_scale_lr=dict(size=1)), 'Valid: base_batch_size, enable'),
        (dict(optim_wrapper=dict(optimizer=dict(), clip=1)), "no key 'clip'"),
        (dict(default_hooks=dict(loggr=dict(interval=3))), "mean 'logger'"),
        (dict(default_hooks=dict(visualization=None)), 'switches off only'),
    ],
)
def test_keys_that_no_section_has(cfg, message):
    with pytest.raises(ConfigError, match=message):
        check_sections(Config(cfg))
