# SPDX-License-Identifier: Apache-2.0
"""The runs that are killed and resumed, and where."""

from dataclasses import dataclass

from tiny_runs import TINY_MODELS

#: At most this many kill points of each setting are tried.
POINTS = 10

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
        options: Options of the tool.
        changes: Of the config.
        processes: How many.
    """

    method: str
    name: str
    options: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    processes: int = 1

    def __str__(self) -> str:
        return f'{self.method}, {self.name}'


WORKERS = (
    'train_dataloader.num_workers=2',
    'train_dataloader.persistent_workers=True',
    'val_dataloader.num_workers=1',
)
SETTINGS = [
    setting
    for method in TINY_MODELS
    for setting in (
        Setting(method, 'plain'),
        Setting(
            method,
            '2 workers, 2 passes, EMA',
            ('--ema', '--accumulate', '2'),
            WORKERS,
        ),
        Setting(method, '2 processes', processes=2),
    )
]
# (hook, point, which time)
PLACES = [
    ('KillHook', 'batch', 5),
    ('KillHook', 'rename', 2),
    ('KillHook', 'validation', 2),
    ('KillHook', 'update', 4),
    ('KillHook', 'metrics', 1),
    ('KillHook', 'renamed', 3),
    ('KillHook', 'updated', 9),
    ('KillLastHook', 'saved', 6),
    ('KillHook', 'validation', 5),
    ('KillHook', 'rename', 4),
]
