# SPDX-License-Identifier: Apache-2.0
from mmengine.config import Config

from mmmetaformer.run.workers import fit_workers, limit_workers


def test_no_workers_persist():
    many = dict(num_workers=2, persistent_workers=True, prefetch_factor=4)
    none = dict(num_workers=0, persistent_workers=True, prefetch_factor=4, timeout=3)
    cfg = Config(dict(train_dataloader=none, val_dataloader=many, test_dataloader=None))
    fit_workers(cfg)
    assert cfg.train_dataloader == dict(num_workers=0)
    assert cfg.val_dataloader == many


def test_no_more_workers_than_cpus(monkeypatch):
    monkeypatch.setattr('os.sched_getaffinity', lambda process: {0, 1, 2})
    cfg = Config(
        dict(train_dataloader=dict(num_workers=4), val_dataloader=dict(num_workers=2))
    )
    limit_workers(cfg)
    assert cfg.train_dataloader.num_workers == 3
    assert cfg.val_dataloader.num_workers == 2
