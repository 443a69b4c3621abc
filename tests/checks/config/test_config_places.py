# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.arguments import check_arguments_of
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import SPLITS

SGD = dict(type='SGD')
OWN = dict(type='ConcatDataset', datasets=[])


@pytest.mark.parametrize(
    'cfg',
    [
        dict(),
        dict(train_dataloader=dict(dataset=OWN, batch_size=1, pin_memory=True)),
        dict(train_cfg=dict(by_epoch=True, max_epochs=3)),
        dict(
            optim_wrapper=dict(optimizer=SGD, clip_grad=None, paramwise_cfg=None),
            auto_scale_lr=dict(enable=True, base_batch_size=16),
        ),
        dict(env_cfg=dict(mp_cfg=dict(opencv_num_threads=0), dist_cfg=dict(x=1))),
    ],
)
def test_known_keys(cfg):
    check_arguments_of(Config(cfg), SPLITS)


@pytest.mark.parametrize(
    ('cfg', 'message'),
    [
        (
            dict(train_dataloader=dict(batchsize=1)),
            r"no argument 'batchsize' \(train_dataloader\)\. Did you mean 'batch_size'",
        ),
        (dict(test_dataloader=dict(num_worker=1)), "mean 'num_workers'"),
        (dict(train_cfg=dict(by_epoch=False, max_iter=3)), "mean 'max_iters'"),
        (dict(train_cfg=dict(by_epoch=True, max_iters=3)), "no argument 'max_iters'"),
        (dict(randomness=dict(sed=3)), "mean 'seed'"),
        (dict(env_cfg=dict(cudnn_benchmrk=True)), "mean 'cudnn_benchmark'"),
        (
            dict(env_cfg=dict(mp_cfg=dict(threads=1))),
            "no argument 'threads'",
        ),
        (dict(auto_scale_lr=dict(size=1)), "auto_scale_lr has no argument 'size'"),
        (
            dict(optim_wrapper=dict(optimizer=SGD, clip=1)),
            "no argument 'clip'",
        ),
    ],
)
def test_keys_that_no_section_has(cfg, message):
    with pytest.raises(ConfigError, match=message):
        check_arguments_of(Config(cfg), SPLITS)
