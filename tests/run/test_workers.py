# SPDX-License-Identifier: Apache-2.0
from mmengine.config import Config

from mmmetaformer.run.workers import fit_workers


def test_no_workers_persist():
    many = dict(num_workers=2, persistent_workers=True, prefetch_factor=4)
    none = dict(num_workers=0, persistent_workers=True, prefetch_factor=4, timeout=3)
    cfg = Config(dict(train_dataloader=none, val_dataloader=many, test_dataloader=None))
    fit_workers(cfg)
    assert cfg.train_dataloader == dict(num_workers=0)
    assert cfg.val_dataloader == many
