# SPDX-License-Identifier: Apache-2.0
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from mmengine.config import Config
from mmengine.hooks import CheckpointHook

from mmmetaformer.checkpoint_names import folder_in
from mmmetaformer.engine.checkpoints import CheckpointFiles


@pytest.mark.parametrize('out_dir', [None, '/work/a', '/work', '/work/a/', 'out'])
def test_the_folder_is_that_of_mmengine(out_dir):
    hook = CheckpointHook(out_dir=out_dir)
    info = SimpleNamespace(runtime_info={})
    hook.before_train(MagicMock(work_dir='/work/a', message_hub=info))
    assert folder_in(out_dir, '/work/a') == hook.out_dir
    cfg = Config(dict(work_dir='/work/a'))
    cfg.default_hooks = dict(checkpoint=dict(type='CheckpointHook', out_dir=out_dir))
    *_, last = CheckpointFiles.of(cfg).folders
    assert str(last) == hook.out_dir
