# SPDX-License-Identifier: Apache-2.0
"""An inferencer without a config says what to do."""

import pytest
from mmengine.infer import BaseInferencer

from mmmetaformer.compat import inferencer_config
from mmmetaformer.errors import ConfigError


class Inferencer(BaseInferencer):
    def _init_pipeline(self, cfg):
        raise NotImplementedError

    def visualize(self, inputs, preds, show=False):
        raise NotImplementedError

    def postprocess(self, preds, visualization, return_datasample=False):
        raise NotImplementedError


def test_the_message_names_the_argument():
    with pytest.raises(ConfigError, match=r"Inferencer\(CONFIG, 'a.pth'\), or use"):
        Inferencer(weights='a.pth')


def test_it_is_installed_once():
    installed = BaseInferencer._init_model
    inferencer_config.install()
    assert BaseInferencer._init_model is installed
