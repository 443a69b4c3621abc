# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.logging import MMLogger
from mmengine.model import BaseModule
from torch import nn

from mmmetaformer.compat.parameter_lines import without_parameter_lines


class Model(BaseModule):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 1)


def test_initialization_logs_nothing_inside(logged):
    with without_parameter_lines():
        Model().init_weights()
    assert logged == []
    Model().init_weights()
    assert any('conv.weight' in message for message in logged)


def test_the_level_is_as_before_after_an_error(logged):
    logger = MMLogger.get_current_instance()
    before = logger.level
    with pytest.raises(KeyError), without_parameter_lines():
        raise KeyError
    assert logger.level == before
