# SPDX-License-Identifier: Apache-2.0
"""Work dirs with checkpoints, and what can be wrong with one."""

import math
import os

import torch
from mmengine.config import Config


def config(tmp_path):
    backbone = dict(type='ResNet', init_cfg=dict(type='Pretrained', checkpoint='x'))
    hook = dict(type='CheckpointHook', by_epoch=False)
    return Config(
        dict(
            model=dict(backbone=backbone),
            work_dir=str(tmp_path / 'work'),
            default_hooks=dict(checkpoint=hook),
        )
    )


def save(path, step=None, pointer=True, **content):
    """Write a checkpoint that training can resume from."""
    path.parent.mkdir(exist_ok=True)
    weights = {'weight': torch.ones(1000)}
    state = {0: {'exp_avg': torch.zeros(1000), 'step': torch.tensor(4.0)}}
    step = int(path.stem.rpartition('_')[2]) if step is None else step
    whole = {
        'state_dict': weights,
        'optimizer': {'state': state, 'param_groups': []},
        'message_hub': {},
        'meta': {'iter': step, 'epoch': 0},
        **content,
    }
    torch.save({k: v for k, v in whole.items() if v is not None}, path)
    if pointer:
        (path.parent / 'last_checkpoint').write_text(str(path))
    return path


def flip(path):
    """Flip 64 bytes in the first tensor."""
    content = bytearray(path.read_bytes())
    place = content.find(torch.ones(16).numpy().tobytes())
    assert place > 0
    content[place : place + 64] = bytes(b ^ 1 for b in content[place : place + 64])
    path.write_bytes(content)


def nan():
    return torch.tensor([1.0, math.nan])


# What is wrong with the newest checkpoint, and what is said of it.
DAMAGE = {
    'flipped': (flip, 'iter_8.pth is damaged: the checksum of its record'),
    'truncated': (
        lambda path: os.truncate(path, 900),
        'iter_8.pth is not a checkpoint',
    ),
    'empty': (lambda path: os.truncate(path, 0), 'iter_8.pth is not a checkpoint'),
    'zeros': (
        lambda path: path.write_bytes(bytes(5000)),
        'iter_8.pth is not a checkpoint',
    ),
    'weights': (
        lambda path: save(path, state_dict={'weight': nan()}),
        'NaN or infinite (state_dict.weight)',
    ),
    'states': (
        lambda path: save(path, optimizer={'state': {3: {'exp_avg': nan()}}}),
        'NaN or infinite (optimizer.state.3.exp_avg)',
    ),
    'averages': (
        lambda path: save(path, ema_state_dict={'module.weight': nan()}),
        'NaN or infinite (ema_state_dict.module.weight)',
    ),
    'infinite': (
        lambda path: save(path, state_dict={'weight': nan().nan_to_num(math.inf)}),
        'NaN or infinite (state_dict.weight)',
    ),
    'optimizer': (lambda path: save(path, optimizer=None), 'has only weights'),
    'position': (
        lambda path: save(path, meta={'epoch': 0}),
        'is damaged: its iter is None',
    ),
}
