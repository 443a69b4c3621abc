# SPDX-License-Identifier: Apache-2.0
"""What a run that is started again does in a work dir of an earlier run."""

from argparse import Namespace
from types import SimpleNamespace

import pytest
from mmengine.config import Config

from mmmetaformer.engine.checkpoints import CheckpointFiles
from mmmetaformer.launchers import launch_of
from mmmetaformer.run.restart import LAUNCHES, resume_if_restarted
from mmmetaformer.run.work_dir import WorkDirHook
from mmmetaformer.run.work_dir_lock import WorkDirLock


@pytest.fixture
def work(tmp_path):
    folder = tmp_path / 'work'
    folder.mkdir()
    return folder


def save(folder, step):
    name = f'iter_{step}.pth'
    (folder / name).write_text('weights')
    (folder / 'last_checkpoint').write_text(name)
    return str(folder / name)


@pytest.fixture
def launch(monkeypatch):
    """Return a function that sets what a launcher sets for an attempt."""

    def begin(run, attempt, file=''):
        monkeypatch.setenv('TORCHELASTIC_RUN_ID', run)
        monkeypatch.setenv('TORCHELASTIC_RESTART_COUNT', str(attempt))
        monkeypatch.setenv('TORCHELASTIC_ERROR_FILE', file)

    return begin


def ask(work, launcher='pytorch', resume=None, overwrite=False):
    """Return what the run does about checkpoints that are there."""
    args = Namespace(launcher=launcher, resume=resume, overwrite=overwrite)
    resume_if_restarted(Config(dict(work_dir=str(work))), args)
    return args.resume, args.overwrite


def clear_up(work, launcher='pytorch', resume=None, overwrite=False, iter=0):
    """Come to the first step."""
    named = None if resume == 'auto' else resume
    files = CheckpointFiles.of(Config(dict(work_dir=str(work))))
    state = dict(_load_from=resume, _resume=bool(resume), epoch=0, iter=iter)
    with WorkDirLock(files.folders) as lock:
        lock.create()
        hook = WorkDirHook(files, lock, overwrite, named, launch_of(launcher))
        hook.before_train(SimpleNamespace(**state))


@pytest.mark.parametrize('also_before', [False, True])
def test_a_first_start_that_fails_resumes_no_earlier_run(work, launch, also_before):
    if also_before:
        launch('earlier', 0)
        clear_up(work)
    save(work, 8)
    for attempt in (0, 1, 2):  # neither comes to the first step
        launch('this', attempt)
        assert ask(work, overwrite=True) == (None, True)
        assert ask(work, resume='old.pth') == ('old.pth', False)
        assert ask(work) == (None, False)
    clear_up(work, overwrite=True)
    launch('this', 3)  # nothing is saved yet
    assert ask(work, overwrite=True) == (None, True)
    clear_up(work, overwrite=True)
    save(work, 4)
    for attempt in (4, 5):
        launch('this', attempt)
        assert ask(work, overwrite=True) == ('auto', False)
        assert ask(work, resume='old.pth') == ('auto', False)
        clear_up(work, resume='auto', iter=4)
    launch('later', 0)
    assert ask(work, overwrite=True) == (None, True)
    launch('later', 1)
    assert ask(work, overwrite=True) == (None, True)


def test_resuming_from_one_in_another_folder(work, launch, tmp_path):
    """Until this run saves, it starts from there again; then from its own ones."""
    save(work, 2)
    save(work, 8)
    old = save(tmp_path, 4)
    launch('this', 0)
    clear_up(work, resume=old, iter=4)
    assert (work / 'iter_8.pth.aside').is_file()
    launch('this', 1)
    assert ask(work, resume=old) == (old, False)
    own = save(work, 6)
    assert ask(work, resume=old) == ('auto', False)
    files = CheckpointFiles.of(Config(dict(work_dir=str(work))))
    assert files.newest_first()[0] == own


def test_an_address_that_the_pointer_names(work, launch):
    (work / 'last_checkpoint').write_text('s3://bucket/iter_8.pth')
    launch('this', 0)
    for resume in ('auto', 's3://bucket/iter_8.pth'):
        clear_up(work, resume=resume, iter=8)
        assert (work / 'last_checkpoint').is_file()


def test_a_pointer_to_nothing(work, launch):
    (work / 'last_checkpoint').write_text('iter_8.pth')
    launch('this', 0)
    clear_up(work)
    launch('this', 1)
    assert ask(work) == (None, False)


def test_another_work_dir(work, launch, tmp_path):
    other = tmp_path / 'other'
    other.mkdir()
    launch('this', 0)
    clear_up(work)
    save(other, 8)
    launch('this', 1)
    assert ask(other, overwrite=True) == (None, True)


@pytest.mark.parametrize('run', ['none', '100'])
def test_launches_of_torchrun_have_the_same_name(work, launch, run):
    launch(run, 0, f'/tmp/torchelastic_a/{run}_1b2c/attempt_0/0/error.json')
    clear_up(work)
    save(work, 8)
    launch(run, 1, f'/tmp/torchelastic_a/{run}_1b2c/attempt_1/3/error.json')
    assert ask(work) == ('auto', False)
    launch(run, 1, f'/tmp/torchelastic_b/{run}_3d4e/attempt_1/0/error.json')
    assert ask(work, overwrite=True) == (None, True)


def test_a_job_that_is_requeued(work, monkeypatch):
    save(work, 8)
    monkeypatch.setenv('SLURM_JOB_ID', '5')
    monkeypatch.setenv('SLURM_RESTART_COUNT', '1')
    assert ask(work, 'slurm', overwrite=True) == (None, True)
    clear_up(work, 'slurm', overwrite=True)
    assert ask(work, 'slurm', overwrite=True) == (None, True)
    save(work, 4)
    assert ask(work, 'slurm', overwrite=True) == ('auto', False)
    monkeypatch.setenv('SLURM_JOB_ID', '6')
    clear_up(work, 'slurm', overwrite=True)
    save(work, 2)
    # The first job is requeued again: it does not remove what the second one saved.
    monkeypatch.setenv('SLURM_JOB_ID', '5')
    assert ask(work, 'slurm', overwrite=True) == ('auto', False)


def test_runs_that_nothing_starts_again_leave_no_note(work):
    clear_up(work, 'none')
    assert not (work / LAUNCHES).exists()
    save(work, 8)
    assert ask(work, 'none', overwrite=True) == (None, True)
