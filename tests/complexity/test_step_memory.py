# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
from mmengine.config import Config
from step_memory_measured import measured

from mmmetaformer.complexity.step_memory import count_step_memory
from mmmetaformer.engine.precision import without_amp
from mmmetaformer.errors import ConfigError

CONFIGS = Path(__file__).parents[2] / 'configs'
ARCH = dict(depths=(1,) * 4, dims=(32, 48, 64, 96))


def load(name, amp=False):
    cfg = Config.fromfile(CONFIGS / f'{name}.py')
    cfg.model.backbone.update(arch=ARCH)
    if 'neck' in cfg.model:
        cfg.model.neck.in_channels = list(ARCH['dims'])
    else:
        cfg.model.decode_head.in_channels = list(ARCH['dims'])
        cfg.model.auxiliary_head.in_channels = 64
    if not amp:
        cfg.optim_wrapper = without_amp(cfg.optim_wrapper)
    return cfg


@pytest.mark.slow
@pytest.mark.parametrize(
    ('name', 'shape'),
    [
        ('upernet_convformer', (192, 256)),
        ('semantic_fpn_poolformer', (512, 512)),
        ('mask_rcnn_convformer', (192, 256)),
    ],
)
def test_is_that_of_a_real_step(name, shape):
    cfg = load(name)
    expected = count_step_memory(cfg, shape, 2)
    assert expected.peak == pytest.approx(measured(name, cfg, shape, 2), rel=0.1)


def test_what_it_consists_of():
    cfg = load('upernet_convformer')
    memory = count_step_memory(cfg, (64, 64), 2)
    assert memory.optimizer == 2 * memory.parameters  # AdamW's
    assert memory.step >= memory.parameters  # gradients of all
    cfg.optim_wrapper.optimizer = dict(type='SGD', lr=0.1, momentum=0.9)
    assert count_step_memory(cfg, (64, 64), 2).optimizer == memory.parameters
    cfg.optim_wrapper.optimizer = dict(type='SGD', lr=0.1)
    assert count_step_memory(cfg, (64, 64), 2).optimizer == 0


def test_frozen_parameters_have_neither_gradients_nor_state():
    cfg = load('upernet_convformer')
    whole = count_step_memory(cfg, (64, 64), 2)
    cfg.model.backbone.frozen_stages = 4
    frozen = count_step_memory(cfg, (64, 64), 2)
    assert frozen.parameters == whole.parameters
    assert frozen.optimizer < whole.optimizer


def test_mixed_precision_takes_less():
    full, half = (
        count_step_memory(load('upernet_convformer', amp), (512, 512), 4)
        for amp in (False, True)
    )
    assert (full.dtype, half.dtype) == ('float32', 'bfloat16')
    assert half.step < 0.7 * full.step


def test_resized_logits_of_mmsegs_loss_count():
    cfg = load('upernet_convformer')
    ours = count_step_memory(cfg, (256, 256), 2)
    cfg.model.decode_head.memory_efficient_loss = False
    logits = 150 * 2 * 256 * 256 * 4
    assert count_step_memory(cfg, (256, 256), 2).step - ours.step > logits


def test_heads_that_read_values_are_refused():
    cfg = Config.fromfile(CONFIGS / 'mask2former_semantic_convformer.py')
    with pytest.raises(ConfigError, match='does not run on shapes alone .*data_sampl'):
        count_step_memory(cfg, (64, 64), 2)
