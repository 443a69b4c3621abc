# SPDX-License-Identifier: Apache-2.0
import math
import os
import shutil
import zipfile

import pytest
import torch
from mmengine.config import Config
from saved_run import DAMAGE, config, flip, save

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.resume import use_resume

pytestmark = pytest.mark.faults('checkpoint that is damaged, empty or of another run')


@pytest.fixture
def cfg(tmp_path):
    return config(tmp_path)


@pytest.mark.parametrize('damage', DAMAGE)
def test_passes_over_what_is_not_good(cfg, tmp_path, damage, capsys):
    for step in (2, 4, 8):
        newest = save(tmp_path / f'work/iter_{step}.pth')
    spoil, what = DAMAGE[damage]
    spoil(newest)
    use_resume(cfg, 'auto')
    assert cfg.resume
    assert cfg.load_from == f'{tmp_path}/work/iter_4.pth'
    said = capsys.readouterr()
    assert said.err.count('\n') == 1
    assert said.err.startswith('warning: --resume skips a checkpoint: ')
    assert what in said.err
    assert said.out == f'--resume continues from {tmp_path}/work/iter_4.pth\n'


@pytest.mark.parametrize('damage', DAMAGE)
def test_a_named_one_that_is_not_good(cfg, tmp_path, damage):
    for step in (2, 4, 8):
        newest = save(tmp_path / f'elsewhere/iter_{step}.pth')
    spoil, what = DAMAGE[damage]
    spoil(newest)
    with pytest.raises(ConfigError) as error:
        use_resume(cfg, str(newest))
    assert what in str(error.value)
    assert str(error.value).endswith(
        f'. The newest good checkpoint: --resume {tmp_path}/elsewhere/iter_4.pth'
    )


def test_masks_are_infinite_on_purpose(cfg, tmp_path):
    mask = torch.tensor([0.0, -math.inf])
    path = save(tmp_path / 'work/iter_8.pth', state_dict={'mask': mask})
    use_resume(cfg, 'auto')
    assert cfg.load_from == str(path)


def test_files_without_checksums_are_taken_with_a_word(cfg, tmp_path, capsys):
    path = save(tmp_path / 'work/iter_8.pth')
    content = torch.load(path)
    torch.save(content, path, _use_new_zipfile_serialization=False)
    use_resume(cfg, 'auto')
    assert cfg.load_from == str(path)
    assert "is in torch's old format" in capsys.readouterr().err


def test_nothing_is_good(cfg, tmp_path):
    for step in range(2, 8):
        flip(save(tmp_path / f'work/iter_{step}.pth'))
    with pytest.raises(ConfigError) as error:
        use_resume(cfg, 'auto')
    first, *lines = str(error.value).splitlines()
    assert first.startswith(f'--resume finds no good checkpoint in {tmp_path}/work. ')
    assert '--overwrite' in first
    assert [line.split()[0] for line in lines] == [
        *(f'{tmp_path}/work/iter_{step}.pth' for step in (7, 6, 5, 4)),
        'and',
    ]


@pytest.mark.parametrize(
    'pointer',
    [
        None,
        b'',
        b' \n',
        b'gone/iter_3.pth',
        b'\xff\x00\xfe',
        b'\xff\xfe',
        b'x' * 5000,
        b'work/iter_2.pth',
        b'{here}/iter_2.pth',
    ],
)
def test_the_pointer_is_not_trusted(cfg, tmp_path, pointer, capsys):
    for step in (2, 10, 9):
        save(tmp_path / f'work/iter_{step}.pth', pointer=False)
    file = tmp_path / 'work/last_checkpoint'
    if pointer is not None:
        file.write_bytes(pointer.replace(b'{here}', os.fsencode(file.parent)))
    use_resume(cfg, 'auto')
    assert cfg.load_from == f'{tmp_path}/work/iter_10.pth'
    assert not capsys.readouterr().err


def test_other_names_and_folders(cfg, tmp_path):
    hook = cfg.default_hooks.checkpoint
    hook.update(filename_tmpl='step-{:04d}.pth', out_dir=str(tmp_path / 'out'))
    save(tmp_path / 'work/iter_50.pth', pointer=False)  # before the names changed
    for step in (8, 12):
        (tmp_path / 'out').mkdir(exist_ok=True)
        path = save(tmp_path / f'out/work/step-{step:04d}.pth', step)
    (tmp_path / 'out/work/notes.pth').touch()
    use_resume(cfg, 'auto')
    assert cfg.load_from == str(path)


def test_the_pointer_names_a_file_of_another_name(cfg, tmp_path):
    save(tmp_path / 'work/iter_5.pth', pointer=False)
    old = save(tmp_path / 'work/model3_of_run_7.pth', pointer=False)
    flip(save(tmp_path / 'work/model3_of_run_12.pth'))
    use_resume(cfg, 'auto')
    assert cfg.load_from == str(old)


def test_within_an_epoch(cfg, tmp_path):
    cfg.default_hooks.checkpoint.by_epoch = True
    save(tmp_path / 'work/epoch_1.pth')
    save(tmp_path / 'work/epoch_2.pth')
    path = save(tmp_path / 'work/epoch_2_iter_150.pth', pointer=False)
    use_resume(cfg, 'auto')
    assert cfg.load_from == str(path)
    save(tmp_path / 'work/epoch_3.pth', pointer=False)
    use_resume(cfg, 'auto')
    assert cfg.load_from == f'{tmp_path}/work/epoch_3.pth'


def test_a_work_dir_that_was_moved_or_copied(cfg, tmp_path):
    save(tmp_path / 'before/iter_3.pth')
    shutil.copytree(tmp_path / 'before', tmp_path / 'work')
    use_resume(cfg, 'auto')
    assert cfg.load_from == f'{tmp_path}/work/iter_3.pth'
    (tmp_path / 'work/iter_3.pth').unlink()
    use_resume(cfg, 'auto')
    assert cfg.load_from == f'{tmp_path}/before/iter_3.pth'


@pytest.mark.parametrize('named', [False, True])
def test_reads_and_checks_once(cfg, tmp_path, named, monkeypatch):
    path = str(save(tmp_path / 'work/iter_3.pth'))
    done = []
    for owner, name in ((zipfile.ZipFile, 'testzip'), (torch, 'load')):
        function = getattr(owner, name)

        def counted(*args, name=name, function=function, **kwargs):
            done.append(name)
            return function(*args, **kwargs)

        monkeypatch.setattr(owner, name, counted)
    checkpoint = use_resume(cfg, path if named else 'auto')
    assert done == ['testzip', 'load']
    assert (checkpoint.path, checkpoint.steps) == (path, 3)


def test_checkpoints_of_another_model(cfg, tmp_path, capsys):
    cfg.model = dict(type='ToyModel')
    import toy_run  # registers it

    weights = toy_run.ToyModel().state_dict()
    good = save(tmp_path / 'work/iter_4.pth', state_dict=weights)
    save(tmp_path / 'work/iter_9.pth')
    use_resume(cfg, 'auto')
    assert cfg.load_from == str(good)
    assert "iter_9.pth is not a checkpoint of this config's model" in (
        capsys.readouterr().err
    )


def test_checkpoints_of_the_same_model_build_none(cfg, tmp_path):
    for step in (4, 9):
        save(tmp_path / f'work/iter_{step}.pth')
    cfg.model.type = 'NoSuchModel'
    use_resume(cfg, 'auto')
    assert cfg.load_from == f'{tmp_path}/work/iter_9.pth'


def test_a_named_checkpoint_replaces_pretrained_weights(cfg, tmp_path):
    path = save(tmp_path / 'here_2.pth')
    use_resume(cfg, str(path))
    assert cfg.resume
    assert cfg.load_from == str(path)
    assert cfg.model.backbone == dict(type='ResNet')


def test_an_empty_work_dir_starts_as_without_the_option(cfg, tmp_path, capsys):
    cfg.load_from = 'weights.pth'
    for there in (False, True):
        if there:
            (tmp_path / 'work').mkdir()
            (tmp_path / 'work/backbone.pth').touch()
        use_resume(cfg, 'auto')
        assert not cfg.resume
        assert cfg.load_from == 'weights.pth'
        assert 'init_cfg' in cfg.model.backbone
        said = capsys.readouterr().err
        assert said.startswith(
            f'warning: --resume found no checkpoint in {tmp_path}/work: '
        )
        assert said.count('\n') == 1


def test_the_best_checkpoint_alone_is_none(cfg, tmp_path):
    (tmp_path / 'work').mkdir()
    (tmp_path / 'work/best_mIoU_iter_8.pth').touch()
    with pytest.raises(ConfigError, match=r'best_mIoU_iter_8.pth has only weights'):
        use_resume(cfg, 'auto')


def test_a_pointer_to_nothing(cfg, tmp_path):
    (tmp_path / 'work').mkdir()
    (tmp_path / 'work/last_checkpoint').write_text('gone/iter_3.pth')
    with pytest.raises(ConfigError, match='gone/iter_3.pth, which does not exist'):
        use_resume(cfg, 'auto')


def test_a_folder(cfg, tmp_path):
    path = save(tmp_path / 'work/iter_2.pth')
    with pytest.raises(ConfigError, match=f'that is a folder.*--resume {path}'):
        use_resume(cfg, str(tmp_path / 'work'))
    with pytest.raises(ConfigError, match='that is a folder$'):
        use_resume(Config(dict(cfg, work_dir=str(tmp_path / 'no'))), str(tmp_path))


def test_a_model_without_a_backbone(cfg, tmp_path):
    cfg.model = dict(type='Wrapper')
    use_resume(cfg, str(save(tmp_path / 'here_2.pth')))
    assert cfg.model == dict(type='Wrapper')
