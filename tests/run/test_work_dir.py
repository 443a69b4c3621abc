# SPDX-License-Identifier: Apache-2.0
from types import SimpleNamespace

import pytest
from mmengine.config import Config

from mmmetaformer.engine.checkpoints import CheckpointFiles
from mmmetaformer.errors import ConfigError
from mmmetaformer.run import work_dir
from mmmetaformer.run.work_dir import WorkDirHook, check_work_dir
from mmmetaformer.run.work_dir_lock import WorkDirLock

pytestmark = pytest.mark.faults('work dir of another run')

RUN = ['iter_4.pth', 'iter_8.pth', 'best_mIoU_iter_4.pth', 'last_checkpoint']
OTHERS = ['notes.pth', 'rank0.pth', 'unreadable_images.txt', 'iter_4-0a1b2c3d.pth']
PARTS = ['.iter_8.pth.abcd1234', '.best_mIoU_iter_8.pth.a_cd1234']
PARTS += ['.last_checkpoint.abcd1234', '.epoch_1_iter_3.pth.abcd1234']
NO_PARTS = ['.iter_8.pth', '.labels.pkl.abcd1234', '.iter_8.pth.ABCD1234', '.lock']


@pytest.fixture
def cfg(tmp_path):
    hook = dict(type='CheckpointHook', by_epoch=False, save_best='mIoU')
    return Config(
        dict(work_dir=str(tmp_path / 'work'), default_hooks=dict(checkpoint=hook))
    )


@pytest.fixture
def fill(tmp_path):
    def write(names=RUN, folder='work'):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        for name in names:
            (tmp_path / folder / name).write_text('iter_8.pth')

    return write


def there(folder):
    return {path.name for path in folder.iterdir()} - {'.training.lock'}


def start(cfg, overwrite=False, resumed=None, **runner):
    files = CheckpointFiles.of(cfg)
    state = dict(_load_from=resumed, _resume=bool(resumed), epoch=0, iter=8)
    with WorkDirLock(files.folders) as lock:
        lock.create()
        hook = WorkDirHook(files, lock, overwrite, resumed)
        hook.before_train(SimpleNamespace(**{**state, **runner}))


def test_a_new_run_over_another_one_asks(cfg, fill, tmp_path):
    check_work_dir(cfg, resumes=False, overwrite=False)  # there is no such folder
    fill(OTHERS)
    check_work_dir(cfg, resumes=False, overwrite=False)
    for names in (['iter_4.pth'], ['best_mIoU_iter_4.pth'], ['epoch_2.pth'], RUN):
        fill(names)
        with pytest.raises(ConfigError) as error:
            check_work_dir(cfg, resumes=False, overwrite=False)
        said = str(error.value)
        assert said.startswith(f'{tmp_path}/work has the checkpoints of an earlier run')
        assert names[0] in said or names == RUN
        for way in ('--resume', '--overwrite', '--work-dir'):
            assert way in said
        assert '\n' not in said
        check_work_dir(cfg, resumes=True, overwrite=False)
        check_work_dir(cfg, resumes=False, overwrite=True)
        for name in names:
            (tmp_path / 'work' / name).unlink()


def test_in_another_folder_for_checkpoints(cfg, fill, tmp_path):
    cfg.default_hooks.checkpoint.out_dir = str(tmp_path / 'out')
    fill(['iter_4.pth'], 'out/work')
    with pytest.raises(ConfigError, match='iter_4.pth'):
        check_work_dir(cfg, resumes=False, overwrite=False)
    start(cfg, overwrite=True)
    assert there(tmp_path / 'out/work') == set()


def test_both_options(cfg):
    with pytest.raises(ConfigError, match='leave out one'):
        check_work_dir(cfg, resumes=True, overwrite=True)


def test_starting_from_what_is_overwritten(cfg, fill, tmp_path):
    fill()
    for name in ('iter_4.pth', 'best_mIoU_iter_4.pth'):
        cfg.load_from = f'{tmp_path}/work/../work/{name}'
        with pytest.raises(ConfigError, match=f'starts from .*{name}.*--work-dir'):
            check_work_dir(cfg, resumes=False, overwrite=True)


def test_starting_a_part_from_what_is_overwritten(cfg, fill, tmp_path):
    fill()
    init = dict(type='Pretrained', checkpoint=f'{tmp_path}/work/iter_4.pth')
    cfg.model = dict(backbone=dict(init_cfg=init))
    with pytest.raises(ConfigError, match=r'starts from .*iter_4\.pth.*--work-dir'):
        check_work_dir(cfg, resumes=False, overwrite=True)


def test_setting_aside_twice(cfg, fill, tmp_path):
    for number, text in enumerate(('first', 'second', 'third')):
        fill(['iter_8.pth', 'best_mIoU_iter_8.pth', 'iter_4.pth'])
        (tmp_path / 'work/iter_8.pth').write_text(text)
        start(cfg, resumed=str(tmp_path / 'work/iter_4.pth'), iter=4)
        name = f'iter_8.pth.aside{number + 1 if number else ""}'
        assert (tmp_path / 'work' / name).read_text() == text
    # That of the other run is no longer the best of this one.
    assert not (tmp_path / 'work/best_mIoU_iter_8.pth').exists()
    start(cfg, overwrite=True)
    assert there(tmp_path / 'work') == set()


def test_overwriting(cfg, fill, tmp_path):
    fill([*RUN, *OTHERS, *PARTS, *NO_PARTS])
    start(cfg, overwrite=True)
    assert there(tmp_path / 'work') == {*OTHERS, *NO_PARTS}


def test_overwriting_what_was_set_aside(cfg, fill, tmp_path):
    aside = ['iter_8.pth.aside', 'epoch_2_iter_9.pth.aside', 'iter_12.pth.aside']
    others = ['notes.pth.aside', 'labels.aside', '.aside', 'iter_.pth.aside']
    fill([*aside, *others])
    # The run may start from the weights of one.
    start(cfg, overwrite=True, _load_from=f'{tmp_path}/work/../work/{aside[0]}')
    assert there(tmp_path / 'work') == {*others, aside[0]}


def test_a_pointer_to_another_folder_is_followed_nowhere(cfg, fill, tmp_path):
    fill(['iter_4.pth'], 'elsewhere')
    fill(['iter_8.pth'])
    pointer = tmp_path / 'work/last_checkpoint'
    pointer.write_text(str(tmp_path / 'elsewhere/iter_4.pth'))
    start(cfg, overwrite=True)
    assert there(tmp_path / 'work') == set()
    assert there(tmp_path / 'elsewhere') == {'iter_4.pth'}


def test_what_killed_runs_have_left(cfg, fill, tmp_path, monkeypatch):
    fill([*RUN, *PARTS, *NO_PARTS])
    with monkeypatch.context() as patch:
        # Another run may be writing them if the folder has no lock.
        patch.setattr(WorkDirLock, 'create', lambda self: None)
        start(cfg)
    assert there(tmp_path / 'work') == {*RUN, *PARTS, *NO_PARTS}
    start(cfg)
    assert there(tmp_path / 'work') == {*RUN, *NO_PARTS}


def test_newer_ones_than_the_one_to_resume_from_are_set_aside(
    cfg, fill, tmp_path, capsys
):
    fill([*RUN, 'iter_12.pth'])
    start(cfg, resumed=f'{tmp_path}/work/iter_4.pth')
    assert there(tmp_path / 'work') == {
        'iter_4.pth',
        'iter_8.pth.aside',
        'iter_12.pth.aside',
        'best_mIoU_iter_4.pth',
        'last_checkpoint',
    }
    said = capsys.readouterr().err
    assert said.count('\n') == 1
    assert said.endswith('to *.aside: iter_12.pth, iter_8.pth\n')
    start(cfg, resumed=f'{tmp_path}/work/iter_4.pth')
    start(cfg, resumed=f'{tmp_path}/elsewhere/iter_1.pth')
    assert not capsys.readouterr().err


def test_processes_that_start_from_different_files(cfg, fill, monkeypatch, tmp_path):
    fill([*RUN, *PARTS])
    other = ('iter_8.pth', 0, 8)
    monkeypatch.setattr(work_dir, 'all_gather_object', lambda mine: [mine, other])
    with pytest.raises(ConfigError, match='process 1 starts from iter_8.pth at step'):
        start(cfg, resumed='work/iter_4.pth', iter=4)
    assert there(tmp_path / 'work') == {*RUN, *PARTS}
