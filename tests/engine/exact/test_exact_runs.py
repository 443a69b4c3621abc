# SPDX-License-Identifier: Apache-2.0
import pytest
from position_run import config, differences, train

from mmmetaformer import compat

compat.install()

EPOCHS = dict(epochs=3)  # of 5 passes
STEPS = dict(steps=12)
# Stops at each kind of place: in and at the end of an epoch, where a validation is due,
# and between two updates.
KINDS = {
    'steps': (STEPS, (1, 3, 7, 11)),
    'epochs': (EPOCHS, (3, 5, 12)),
    'accumulated steps': (dict(STEPS, accumulate=4), (3, 5, 8)),
    'accumulated epochs': (dict(EPOCHS, accumulate=3), (4, 5, 7, 11)),
    'epochs shorter than an update': (dict(EPOCHS, accumulate=12), (11,)),
}
STOPS = [(kind, at) for kind, (_, stops) in KINDS.items() for at in stops]


@pytest.fixture(scope='module')
def straight(tmp_path_factory):
    """What the run of a kind results in that was not stopped."""
    results = {}

    def run(kind):
        if kind not in results:
            folder = tmp_path_factory.mktemp('straight')
            results[kind] = train(config(folder, **KINDS[kind][0]))
        return results[kind]

    return run


@pytest.mark.parametrize(('kind', 'at'), STOPS)
def test_resumed_equals_straight(kind, at, tmp_path, straight):
    arguments = KINDS[kind][0]
    assert train(config(tmp_path, **arguments), stop=dict(at=at)) is None
    resumed = train(config(tmp_path, **arguments), resume=tmp_path / f'iter_{at}.pth')
    assert differences(resumed, straight(kind)) == []
