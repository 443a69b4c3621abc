# SPDX-License-Identifier: Apache-2.0
"""Checkpoints whose message hub would delete files, or whose config would run."""

from collections import OrderedDict
from types import SimpleNamespace

import pytest
import torch
from mmengine.hooks import CheckpointHook
from mmengine.logging import HistoryBuffer
from mmengine.runner import Runner
from toy_run import by_steps

from mmmetaformer.compat.resumed_info import keep_own_info
from mmmetaformer.errors import ConfigError, collected_warnings

pytestmark = pytest.mark.faults('checkpoint that runs code or names files')


def accepted(work_dir, info, more=(), **hook):
    """Return what a run accepts from a checkpoint of step 8, and the warnings."""
    runner = SimpleNamespace(
        work_dir=str(work_dir),
        hooks=[CheckpointHook(by_epoch=False, **hook), *more],
        _load_from='iter_8.pth',
    )
    hub = dict(log_scalars={}, runtime_info=info, resumed_keys=dict.fromkeys(info, 1))
    checkpoint = dict(meta=dict(iter=8, epoch=0), message_hub=hub)
    with collected_warnings() as warnings:
        kept = keep_own_info(checkpoint, runner)
    assert set(kept['resumed_keys']) == set(kept['runtime_info'])
    return kept['runtime_info'], warnings


@pytest.mark.parametrize(
    'value',
    ['/etc', '..', '/home/user/thesis.pth', 'best_mIoU_iter_x.pth', 'best', 3, None],
)
@pytest.mark.parametrize('key', ['best_ckpt', 'best_ckpt_mIoU', 'last_ckpt'])
def test_paths_that_no_run_writes(tmp_path, key, value):
    info, warnings = accepted(tmp_path, {key: value})
    assert info == {}
    assert warnings == [
        f'iter_8.pth says that its {key} is {value!r}, which is not the name of a '
        'checkpoint of this run: ignored'
    ]


def test_a_folder_by_the_name_of_a_checkpoint(tmp_path):
    (tmp_path / 'best_mIoU_iter_4.pth').mkdir()
    info, warnings = accepted(tmp_path, {'best_ckpt': 'best_mIoU_iter_4.pth'})
    assert info == {}
    assert warnings


@pytest.mark.parametrize('folder', ['', '/elsewhere/', '../'])
def test_a_file_of_another_folder_is_the_one_of_that_name_here(tmp_path, folder):
    here = tmp_path / 'best_mIoU_iter_4.pth'
    said = {'best_ckpt': f'{folder}{here.name}', 'best_score': 0.5}
    info, warnings = accepted(tmp_path, said)
    assert info == {'best_score': 0.5}  # there is none here: nothing to delete
    here.touch()
    info, _ = accepted(tmp_path, said)
    assert info == {'best_ckpt': str(here), 'best_score': 0.5}
    assert warnings == []


def test_names_of_another_template_and_folder(tmp_path):
    out_dir = tmp_path / 'out'
    folder = out_dir / 'run'
    folder.mkdir(parents=True)
    best = folder / 'best_coco_bbox_mAP_step-00004.pth'
    best.touch()
    hook = dict(out_dir=str(out_dir), filename_tmpl='step-{:05d}.pth')
    said = {'best_ckpt': str(best), 'last_ckpt': str(folder / 'step-00008.pth')}
    info, warnings = accepted(tmp_path / 'run', said, **hook)
    assert info == said
    assert warnings == []
    info, _ = accepted(tmp_path / 'run', {'last_ckpt': 'iter_8.pth'}, **hook)
    assert info == {}


@pytest.mark.parametrize(
    ('value', 'kept'),
    [
        (['../../x'], []),
        ([4, '8'], [4]),
        ([9], []),
        ([-1], []),
        ([True], []),
        ('abc', None),
        ({'a': 1}, None),
        (None, None),
    ],
)
def test_numbers_that_no_run_writes(tmp_path, value, kept):
    info, warnings = accepted(tmp_path, {'keep_ckpt_ids': value})
    assert info.get('keep_ckpt_ids') == kept
    assert len(warnings) == 1
    assert accepted(tmp_path, {'keep_ckpt_ids': [4, 8]}) == (
        {'keep_ckpt_ids': [4, 8]},
        [],
    )


@pytest.mark.parametrize('value', ['1', None, [1], float('nan'), float('inf')])
def test_scores_that_are_no_numbers(tmp_path, value):
    info, warnings = accepted(tmp_path, {'best_score_mIoU': value})
    assert info == {}
    assert len(warnings) == 1


def test_what_the_run_sets_itself_is_not_taken(tmp_path):
    said = {'cfg': 'x', 'seed': 3, 'epoch': 5, 'loop_stage': 'val', 'own': [1, 2]}
    assert accepted(tmp_path, said) == ({'own': [1, 2]}, [])


def test_only_histories_are_scalars(tmp_path):
    scalars = {'loss': HistoryBuffer([1.0], [1]), 'x': 5}
    hub = dict(log_scalars=scalars, runtime_info={}, resumed_keys={'loss': True})
    runner = SimpleNamespace(hooks=[], work_dir=str(tmp_path))
    kept = keep_own_info(dict(meta=dict(iter=1, epoch=0), message_hub=hub), runner)
    assert list(kept['log_scalars']) == ['loss']
    with pytest.raises(ConfigError, match='no state of a message hub'):
        keep_own_info(dict(meta=dict(iter=1, epoch=0), message_hub=[]), runner)


@pytest.fixture
def resume(tmp_path):
    """Train, change the checkpoint, and resume from it."""

    def run(change):
        cfg = by_steps(tmp_path / 'run', batch_size=16, steps=6)
        cfg.train_cfg.val_interval = 100
        cfg.default_hooks.checkpoint.update(interval=2, max_keep_ckpts=1)
        Runner.from_cfg(cfg).train()
        path = tmp_path / 'run/iter_6.pth'
        checkpoint = torch.load(path, weights_only=True)
        change(checkpoint)
        torch.save(checkpoint, tmp_path / 'evil.pth')
        cfg = by_steps(tmp_path / 'run', batch_size=16, steps=10)
        cfg.default_hooks.checkpoint.update(interval=2, max_keep_ckpts=1)
        cfg.update(resume=True, load_from=str(tmp_path / 'evil.pth'))
        runner = Runner.from_cfg(cfg)
        runner.train()
        return runner

    return run


def test_a_config_in_a_checkpoint_does_not_run(resume, tmp_path):
    mark = tmp_path / 'executed'

    def spoil(checkpoint):
        checkpoint['meta']['config'] = f'open({str(mark)!r}, "w")'

    assert resume(spoil).iter == 10
    assert not mark.exists()


def test_numbers_of_checkpoints_delete_no_other_file(resume, tmp_path):
    victim = tmp_path / 'thesis.pth'
    victim.touch()

    def spoil(checkpoint):
        # `iter_{}.pth` of the first is the file, if there is a folder `iter_`.
        ids = ['/../../thesis', '/../../thesis', 6]
        checkpoint['message_hub']['runtime_info']['keep_ckpt_ids'] = ids

    (tmp_path / 'run/iter_').mkdir(parents=True)
    with collected_warnings() as warnings:
        resume(spoil)
    assert victim.exists()
    assert any('keep_ckpt_ids' in line for line in warnings)


@pytest.mark.parametrize(
    ('key', 'value', 'words'),
    [
        ('iter', 'x', "its iter is 'x', expected a number"),
        ('epoch', -1, 'its epoch is -1, expected a number'),
        ('seed', 2**40, f'its seed is {2**40}, expected a number'),
        ('seed', [1], r'its seed is \[1\], expected a number'),
    ],
)
def test_a_position_that_no_run_has(resume, key, value, words):
    def spoil(checkpoint):
        checkpoint['meta'][key] = value

    with pytest.raises(ConfigError, match=words):
        resume(spoil)


def test_a_sound_checkpoint_is_resumed_as_it_is(resume):
    saved = {}

    def note(checkpoint):
        saved.update(checkpoint['message_hub']['runtime_info'])

    with collected_warnings() as warnings:
        runner = resume(note)
    assert warnings == []
    assert saved['keep_ckpt_ids'] == [6]
    assert runner.message_hub.get_info('keep_ckpt_ids') == [10]
    assert isinstance(runner.message_hub.log_scalars, OrderedDict)
    assert len(runner.message_hub.get_scalar('train/loss').data[0]) == 10
