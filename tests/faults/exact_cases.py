# SPDX-License-Identifier: Apache-2.0
"""The runs that are killed and resumed, and where."""

from dataclasses import dataclass, replace

import pytest
from tiny_runs import TINY_MODELS

HOOKS = """
custom_imports = dict(imports=['kill_hook'])
custom_hooks = [dict(type='KillHook'), dict(type='KillLastHook')]
"""

#: 12 steps with a save after every third one.
SHORT = {
    'upernet': (
        'train_cfg.max_iters=12',
        'train_cfg.val_interval=6',
        'train_dataloader.dataset.indices=10',
    ),
    # 4 passes in an epoch.
    'mask_rcnn': (
        'train_cfg.max_epochs=3',
        'train_cfg.val_interval=1',
        'default_hooks.checkpoint.by_epoch=False',
        'train_dataloader.dataset.indices=8',
    ),
}
COMMON = (
    'default_hooks.checkpoint.interval=3',
    'default_hooks.logger.interval=1',
    'train_dataloader.batch_size=2',
    'val_dataloader.dataset.indices=6',
    'val_dataloader.batch_size=2',
    # Without these, nothing in the model is random.
    'model.backbone.drop_path_rate=0.3',
)


@dataclass(frozen=True)
class Setting:
    """A kind of run.

    Args:
        method: The model.
        name: For the table.
        kills: Where it is stopped.
        options: Options of the tool.
        changes: Of the config.
        processes: How many.
    """

    method: str
    name: str
    kills: tuple['Kill', ...]
    options: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    processes: int = 1

    def __str__(self) -> str:
        return f'{self.method}, {self.name}'


@dataclass(frozen=True)
class Kill:
    """Where a run is stopped.

    Args:
        point: One of `KillHook`, or 'saved': after all other hooks of a step.
        number: Which time it comes there, from 1.
        signal: What the process gets.
    """

    point: str
    number: int
    signal: str = 'KILL'

    def __str__(self) -> str:
        return f'{self.point} {self.number}, SIG{self.signal}'


KILLS = (
    Kill('batch', 5),
    Kill('rename', 2),
    Kill('validation', 2),
    Kill('update', 4),
    Kill('metrics', 1),
    Kill('renamed', 3),
    Kill('updated', 9),
    Kill('saved', 6),
    Kill('validation', 5),
    Kill('rename', 4),
)
STOPS = (
    Kill('batch', 5, 'TERM'),
    Kill('validation', 2, 'TERM'),
    Kill('rename', 2, 'TERM'),
    Kill('update', 5, 'USR1'),
)
#: With two passes per update.
HALF = tuple(
    replace(one, number=one.number // 2 + 1) if one.point == 'update' else one
    for one in (*KILLS, *STOPS)
)
TWICE = (KILLS[0], KILLS[1], KILLS[2], STOPS[1], STOPS[3])
#: After the first save: before it, a run without a seed begins with another one.
LATER = (KILLS[6], KILLS[8], STOPS[3])
WORKERS = (
    'train_dataloader.num_workers=2',
    'train_dataloader.persistent_workers=True',
    'val_dataloader.num_workers=1',
)
NO_SEED = ('randomness.seed=None',)
SETTINGS = [
    setting
    for method in TINY_MODELS
    for setting in (
        Setting(method, 'plain', (*KILLS, *STOPS)),
        Setting(
            method,
            '2 workers, 2 passes, EMA, best',
            HALF,
            ('--ema', '--accumulate', '2'),
            (*WORKERS, 'default_hooks.checkpoint.save_best=auto'),
        ),
        Setting(method, '2 processes', TWICE, processes=2),
        Setting(method, 'no seed', LATER, changes=NO_SEED),
    )
]
CASES = [
    pytest.param(
        setting,
        kill,
        id=f'{setting}-{kill}',
        marks=pytest.mark.faults(f'stopped and resumed: {setting}'),
    )
    for setting in SETTINGS
    for kill in setting.kills
]
