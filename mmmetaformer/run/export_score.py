# SPDX-License-Identifier: Apache-2.0
"""Test an exported file on the data of a config, by the config's own metrics."""

from collections.abc import Iterator

import numpy as np
from mmengine.config import Config
from mmengine.registry import DATASETS
from mmengine.runner import Runner

from mmmetaformer.export.host_model import put_in_place
from mmmetaformer.export.session import Session
from mmmetaformer.host import data_sets_of

__all__ = ['score', 'test_images', 'use_images']


def use_images(cfg: Config, number: int) -> None:
    """Let testing see the first images only.

    Args:
        cfg: The run's config, changed in place.
        number: How many of each data set.
    """
    for dataset in data_sets_of(cfg, 'test'):
        dataset['indices'] = number


def test_images(cfg: Config) -> Iterator[np.ndarray]:
    """Yield the images of testing as an exported file takes them."""
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    for i in range(len(dataset)):
        # The host loads BGR.
        yield dataset[i]['inputs'].flip(0)[None].contiguous().numpy()


def score(cfg: Config, session: Session) -> dict[str, float]:
    """Return the metrics of a file on the test data.

    Args:
        cfg: The run's config.
        session: The file; takes the place of the network in the host's model, which
            slides windows and measures as usual.
    """
    runner = Runner.from_cfg(cfg)
    put_in_place(runner.model, session)
    return runner.test()
