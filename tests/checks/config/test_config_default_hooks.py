# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.default_hooks import check_default_hooks
from mmmetaformer.errors import ConfigError


def test_hooks_with_a_type_and_those_switched_off():
    hooks = dict(timer=None, mine=dict(type='MyHook'))
    check_default_hooks(Config(dict(default_hooks=hooks)))
    check_default_hooks(Config())


@pytest.mark.parametrize(
    ('hooks', 'message'),
    [
        (dict(loggr=dict(interval=3)), "mean 'logger'"),
        (dict(visualization=None), 'switches off only'),
    ],
)
def test_hooks_that_do_nothing(hooks, message):
    with pytest.raises(ConfigError, match=message):
        check_default_hooks(Config(dict(default_hooks=hooks)))
