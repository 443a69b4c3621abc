# SPDX-License-Identifier: Apache-2.0
"""What a run has saved after each part of a save, also if it is killed there."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.fileio import LocalBackend
from mmengine.hooks import Hook
from mmengine.runner import Runner
from toy_run import by_epochs, by_steps

from mmmetaformer.checks.checkpoint.resumable import check_resumable
from mmmetaformer.compat import atomic_save
from mmmetaformer.engine.checkpoints import (
    CheckpointFiles,
    CheckpointHook,
    save_now,
    use_safe_checkpoints,
)
from mmmetaformer.errors import ConfigError


class Killed(BaseException):
    """The run ends here; nothing may catch it."""


class ScoreHook(Hook):
    """Reports a metric before some steps, as a validation after the step before."""

    def __init__(self, scores):
        self.scores = scores

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter in self.scores:
            for hook in runner.hooks:
                if isinstance(hook, CheckpointHook):
                    hook.after_val_epoch(runner, self.scores[runner.iter])


class SaveHook(Hook):
    """Saves before some steps."""

    def __init__(self, steps):
        self.steps = steps
        self.paths = []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter in self.steps:
            self.paths.append(Path(save_now(runner)).name)


def config(folder, steps=8, make=by_steps, **hook):
    cfg = by_steps(folder, 16, steps) if make is by_steps else make(folder, 16)
    cfg.train_cfg.pop('val_interval', None)
    cfg.default_hooks['checkpoint'] = dict(
        dict(type='CheckpointHook', by_epoch=make is by_epochs, interval=2), **hook
    )
    use_safe_checkpoints(cfg)
    return cfg


def train(cfg, *hooks, resume=None):
    if resume:
        cfg.resume, cfg.load_from = True, str(resume)
    runner = Runner.from_cfg(cfg)
    for hook in hooks:
        runner.register_hook(hook)
    runner.train()
    return runner


def saved(folder):
    return sorted(path.name for path in Path(folder).rglob('*.pth'))


def pointer(folder):
    return Path((folder / 'last_checkpoint').read_text()).name


@pytest.fixture
def killed(monkeypatch):
    """Kill the run at the nth part of writing and removing files; count them."""

    def patch(at):
        parts = []

        def watched(owner, name):
            original = getattr(owner, name)

            def call(*arguments, **more):
                parts.append(name)
                if len(parts) == at:
                    raise Killed
                # A process that was killed does not clean up.
                if len(parts) > at > 0:
                    return None
                return original(*arguments, **more)

            monkeypatch.setattr(owner, name, call)

        for name in ('fdopen', 'fsync', 'chmod', 'replace'):
            watched(atomic_save.os, name)
        watched(atomic_save.tempfile, 'mkstemp')
        watched(atomic_save.Path, 'unlink')
        watched(LocalBackend, 'remove')
        return parts

    return patch


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setattr('mmengine.runner.runner.collect_env', dict)
    monkeypatch.setattr(Config, 'pretty_text', '')


def test_is_used_instead_of_that_of_mmengine(tmp_path):
    cfg = Config(dict(custom_hooks=[dict(type='mmengine.CheckpointHook', interval=3)]))
    use_safe_checkpoints(cfg)
    assert cfg.default_hooks.checkpoint == dict(type='mmmetaformer.CheckpointHook')
    assert cfg.custom_hooks[0].type == 'mmmetaformer.CheckpointHook'
    cfg = Config(dict(default_hooks=dict(checkpoint=None)))
    use_safe_checkpoints(cfg)
    assert cfg.default_hooks.checkpoint is None
    runner = Runner.from_cfg(config(tmp_path))
    assert [type(one) for one in runner.hooks].count(CheckpointHook) == 1


def some_fast(numbers, fast):
    """Mark all but a few as slow."""
    return [
        pytest.param(one, marks=() if one in fast else pytest.mark.slow)
        for one in numbers
    ]


# Six parts each for the checkpoint and its pointer, and then the removal of another.
@pytest.mark.faults('killed in the middle of a save')
@pytest.mark.parametrize('at', some_fast(range(1, 14), fast=(6, 13)))
def test_killed_in_any_part_of_the_second_save(at, tmp_path, killed, monkeypatch):
    cfg = config(tmp_path, max_keep_ckpts=1)
    with monkeypatch.context() as patch:
        hook = SaveHook([])

        def before(runner, batch_idx, data_batch=None):
            if runner.iter == 3:
                hook.parts = killed(at)

        hook.before_train_iter = before
        with pytest.raises(Killed):
            train(cfg, hook)
        assert len(hook.parts) >= at
        patch.undo()
    monkeypatch.undo()
    files = CheckpointFiles.of(cfg)
    newest = files.newest_first()[0]
    assert check_resumable(newest, cfg).steps in (2, 4)
    named = Path((tmp_path / 'last_checkpoint').read_text())
    assert check_resumable(str(named), cfg).steps in (2, 4)
    for file in files.temporary():
        file.unlink()
    train(config(tmp_path, max_keep_ckpts=1), resume=newest)
    assert saved(tmp_path) == ['iter_8.pth']
    assert pointer(tmp_path) == 'iter_8.pth'
    assert not [path for path in tmp_path.iterdir() if path.name[0] == '.']


def test_the_order_of_a_save(tmp_path, killed):
    cfg = config(tmp_path, max_keep_ckpts=1, interval=4)
    parts = killed(0)
    train(cfg)
    write = ['mkstemp', 'fdopen', 'fsync', 'chmod', 'replace', 'fsync']
    assert parts == [*write, *write, *write, *write, 'remove']


def test_keeps_as_many_as_mmengine(tmp_path):
    train(config(tmp_path, interval=1, max_keep_ckpts=3))
    assert saved(tmp_path) == ['iter_6.pth', 'iter_7.pth', 'iter_8.pth']
    # A resumed run with a smaller number removes the others.
    cfg = config(tmp_path, interval=1, max_keep_ckpts=2, steps=9)
    train(cfg, resume=tmp_path / 'iter_8.pth')
    assert saved(tmp_path) == ['iter_8.pth', 'iter_9.pth']


def test_arguments_of_mmengine(tmp_path):
    cfg = config(
        tmp_path / 'work',
        interval=3,
        out_dir=str(tmp_path / 'out'),
        filename_tmpl='step-{:04d}.pth',
        save_optimizer=False,
        save_begin=3,
        save_last=False,
        published_keys=['meta', 'state_dict'],
    )
    train(cfg)
    assert saved(tmp_path) == ['step-0003.pth', 'step-0006.pth']
    content = torch.load(tmp_path / 'out/work/step-0006.pth')
    assert 'optimizer' not in content
    assert pointer(tmp_path / 'work') == 'step-0006.pth'
    assert content['message_hub']['runtime_info']['last_ckpt'].endswith('0006.pth')
    cfg = config(tmp_path / 'b', published_keys=['meta', 'state_dict'], interval=-1)
    train(cfg)
    published, last = saved(tmp_path / 'b')
    assert published.startswith('iter_8-')
    assert last == 'iter_8.pth'


def test_by_epochs(tmp_path):
    train(config(tmp_path, make=by_epochs, interval=2, max_keep_ckpts=1))
    assert saved(tmp_path) == ['epoch_5.pth']
    assert torch.load(tmp_path / 'epoch_5.pth')['meta']['iter'] == 20


SCORES = {
    2: {'mIoU': 10.0, 'coco/loss': 3.0},
    4: {'mIoU': 30.0, 'coco/loss': 3.5},
    6: {'mIoU': 20.0, 'coco/loss': 2.0},
}


@pytest.mark.parametrize(
    ('save_best', 'best'),
    [
        ('mIoU', ['best_mIoU_iter_4.pth']),
        ('auto', ['best_mIoU_iter_4.pth']),
        (
            ['mIoU', 'coco/loss'],
            ['best_coco_loss_iter_6.pth', 'best_mIoU_iter_4.pth'],
        ),
    ],
)
def test_the_best(save_best, best, tmp_path):
    cfg = config(tmp_path, save_best=save_best, max_keep_ckpts=1)
    runner = train(cfg, ScoreHook(SCORES))
    assert saved(tmp_path) == [*best, 'iter_8.pth']
    info = torch.load(tmp_path / 'iter_8.pth')['message_hub']['runtime_info']
    assert [Path(info[key]).name for key in sorted(info) if key[:9] == 'best_ckpt'] == (
        best
    )
    assert runner.message_hub.get_info('keep_ckpt_ids') == [8]


# The checkpoint of step 4, its pointer and the removal of the one before; the best one;
# the checkpoint again, which then names the best one; the removal of the best before.
@pytest.mark.faults('killed in the middle of a save')
@pytest.mark.parametrize('at', some_fast(range(1, 20), fast=(19,)))
def test_killed_in_any_part_of_a_better_best(at, tmp_path, killed, monkeypatch):
    def start(steps=8):
        return config(
            tmp_path, save_best='mIoU', max_keep_ckpts=1, interval=2, steps=steps
        )

    class KillingScoreHook(ScoreHook):
        def before_train_iter(self, runner, batch_idx, data_batch=None):
            if runner.iter == 4:
                self.parts = killed(at)
            super().before_train_iter(runner, batch_idx, data_batch)

    scores = {2: {'mIoU': 10.0}, 4: {'mIoU': 30.0}}
    with pytest.raises(Killed):
        train(start(), KillingScoreHook(scores))
    monkeypatch.undo()
    cfg = start()
    files = CheckpointFiles.of(cfg)
    newest = files.newest_first()[0]
    assert check_resumable(newest, cfg).steps == 4
    assert [torch.load(path)['meta']['iter'] for path in files.best()]
    for file in files.temporary():
        file.unlink()
    train(cfg, ScoreHook({4: {'mIoU': 30.0}, 6: {'mIoU': 40.0}}), resume=newest)
    assert saved(tmp_path) == ['best_mIoU_iter_6.pth', 'iter_8.pth']


@pytest.mark.parametrize('ids', [['../x'], [1.5], ['a'], [[1]]])
def test_removes_only_checkpoints_whatever_the_file_says(ids, tmp_path):
    (tmp_path / 'x.pth').touch()
    work = tmp_path / 'work'
    cfg = config(work, max_keep_ckpts=1, filename_tmpl='{}.pth', steps=6)
    train(cfg)
    path = work / '6.pth'
    content = torch.load(path)
    info = content['message_hub']['runtime_info']
    info['keep_ckpt_ids'] = [*ids, 6]
    torch.save(content, path)
    train(config(work, max_keep_ckpts=1, filename_tmpl='{}.pth', steps=8), resume=path)
    assert saved(tmp_path) == ['8.pth', 'x.pth']


def test_save_now(tmp_path):
    hook = SaveHook([3, 4])
    cfg = config(tmp_path, max_keep_ckpts=2, interval=4, save_optimizer=False)
    train(cfg, hook)
    assert hook.paths == ['iter_3.pth', 'iter_4.pth']
    assert saved(tmp_path) == ['iter_4.pth', 'iter_8.pth']
    content = torch.load(tmp_path / 'iter_4.pth')
    assert 'optimizer' in content  # also where the config saves none
    assert content['meta']['iter'] == 4


def test_save_now_within_an_epoch(tmp_path):
    hook = SaveHook([5, 6, 8])
    cfg = config(tmp_path, make=by_epochs, interval=1, max_keep_ckpts=2)

    class LookHook(Hook):
        def before_train_iter(self, runner, batch_idx, data_batch=None):
            if runner.iter == 7:
                self.there, self.pointer = saved(tmp_path), pointer(tmp_path)

    look = LookHook()
    train(cfg, hook, look)
    # Epochs have four steps; the last of these is in a checkpoint already.
    assert hook.paths == ['epoch_1_iter_5.pth', 'epoch_1_iter_6.pth', 'epoch_2.pth']
    assert look.there == ['epoch_1.pth', 'epoch_1_iter_6.pth']
    assert look.pointer == 'epoch_1_iter_6.pth'
    assert saved(tmp_path) == ['epoch_4.pth', 'epoch_5.pth']


def test_save_now_without_checkpoints(tmp_path):
    cfg = config(tmp_path)
    cfg.default_hooks.checkpoint = None
    with pytest.raises(ConfigError, match='saves no checkpoints, so its state is lost'):
        train(cfg, SaveHook([2]))
