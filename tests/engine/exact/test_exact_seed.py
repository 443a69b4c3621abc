# SPDX-License-Identifier: Apache-2.0
import random

import numpy as np
import pytest
import torch
from mmengine.config import Config

from mmmetaformer.engine.exact.seed import (
    Purpose,
    Stream,
    keep_seed,
    seed_loading,
    seed_step,
)

STEP = (7, Purpose.STEP, 0, 100)


def drawn():
    return random.random(), float(np.random.rand()), float(torch.rand(()))


@pytest.mark.parametrize('seed', [seed_loading, seed_step])
def test_numbers_are_a_function_of_the_place(seed):
    seed(*STEP)
    first = drawn()
    drawn()
    seed(*STEP)
    assert drawn() == first


@pytest.mark.parametrize(
    'other',
    [
        (8, Purpose.STEP, 0, 100),
        (7, Purpose.VALIDATION, 0, 100),
        (7, Purpose.STEP, 1, 100),
        (7, Purpose.STEP, 0, 101),
        (7, Purpose.STEP, 10, 0),
    ],
)
def test_each_part_of_the_place_counts(other):
    """So processes have different drop paths."""
    seed_step(*STEP)
    first = drawn()
    seed_step(*other)
    assert not set(first) & set(drawn())


def test_a_stream_goes_on_and_leaves_the_others_alone():
    stream = Stream(*STEP)
    with stream.used():
        first = drawn()
    seed_loading(1)
    expected = drawn()
    seed_loading(1)
    with stream.used():
        second = drawn()
    assert drawn() == expected
    seed_loading(*STEP)
    assert (drawn(), drawn()) == (first, second)


@pytest.mark.parametrize(
    ('randomness', 'seed'),
    [(None, 5), (dict(deterministic=True), 5), (dict(seed=9), 9)],
)
def test_a_given_seed_counts_and_else_the_checkpoints(randomness, seed, capsys):
    cfg = Config(dict(randomness=randomness) if randomness else {})
    keep_seed(cfg, dict(seed=5))
    assert cfg.randomness == {**(randomness or {}), 'seed': seed}
    said = capsys.readouterr().err
    assert said.startswith("warning: the checkpoint's seed is 5, the") is (seed == 9)


def test_a_checkpoint_without_a_seed_changes_nothing():
    cfg = Config(dict())
    keep_seed(cfg, {})
    assert 'randomness' not in cfg
