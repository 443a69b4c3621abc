# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from position_run import RandomModel, config, differences, train

from mmmetaformer import compat

compat.install()

EPOCHS = dict(epochs=3)  # of 5 passes
STEPS = dict(steps=12)
SAMPLER = {'train_dataloader.sampler.type': 'GlobalSampler'}
# Stops at each kind of place: in and at the end of an epoch, where a validation is due,
# and between two updates.
KINDS = {
    'steps': (STEPS, (1, 3, 7)),
    'epochs': (EPOCHS, (3, 5, 12)),
    'accumulated steps': (dict(STEPS, accumulate=4), (3, 8)),
    'accumulated epochs': (dict(EPOCHS, accumulate=3), (4, 5, 11)),
    'epochs shorter than an update': (dict(EPOCHS, accumulate=12), (11,)),
    'steps of short epochs': (
        dict(STEPS, **{'train_dataloader.sampler.type': 'DefaultSampler'}),
        (7,),
    ),
    'steps of a sampler without a seed': (dict(STEPS, **SAMPLER), (7,)),
    'epochs of a sampler without a seed': (dict(EPOCHS, **SAMPLER), (7,)),
}
STOPS = [(kind, at) for kind, (_, stops) in KINDS.items() for at in stops]
WORKERS = dict(workers=2, **{'train_dataloader.persistent_workers': True})


@pytest.fixture(scope='module')
def straight(tmp_path_factory):
    """What the run of a kind results in that was not stopped."""
    results = {}

    def run(kind):
        if kind not in results:
            folder = tmp_path_factory.mktemp('straight')
            results[kind] = train(config(folder, **KINDS[kind][0]))
        return results[kind]

    return run


def stop_and_resume(folder, arguments, at, **stop):
    """Stop after the save of a step, or else as `stop` says; resume from there."""
    stopped(folder, arguments, at, **(stop or dict(at=at)))
    return train(config(folder, **arguments), resume=folder / f'iter_{at}.pth')


def stopped(folder, arguments, save, **stop):
    assert train(config(folder, **{'save': save, **arguments}), stop=stop) is None


@pytest.mark.parametrize(('kind', 'at'), STOPS)
def test_resumed_equals_straight(kind, at, tmp_path, straight):
    resumed = stop_and_resume(tmp_path, KINDS[kind][0], at)
    assert differences(resumed, straight(kind)) == []


@pytest.mark.parametrize('kind', ['steps', 'epochs'])
def test_workers_do_not_matter(kind, tmp_path, straight):
    resumed = stop_and_resume(tmp_path, dict(KINDS[kind][0], **WORKERS), 7)
    assert differences(resumed, straight(kind)) == []


@pytest.mark.parametrize(
    ('kind', 'validations', 'at'),
    [('steps', 1, 6), ('steps', 3, 12), ('epochs', 2, 15)],
)
def test_a_validation_that_was_cut_off_is_made_up(
    kind, validations, at, tmp_path, straight
):
    arguments = KINDS[kind][0]
    resumed = stop_and_resume(tmp_path, arguments, at, validation=validations)
    assert differences(resumed, straight(kind)) == []


def test_checkpoints_of_epochs(tmp_path, straight):
    arguments = dict(EPOCHS, save=1, **{'default_hooks.checkpoint.by_epoch': True})
    stopped(tmp_path, arguments, 1, validation=1)
    resumed = train(config(tmp_path, **arguments), resume=tmp_path / 'epoch_2.pth')
    assert differences(resumed, straight('epochs')) == []


def test_the_drawn_seed_is_kept(tmp_path):
    arguments = dict(STEPS, **{'randomness.seed': None})
    resumed = stop_and_resume(tmp_path / 'work', arguments, 4)
    file = tmp_path / 'work' / 'iter_4.pth'
    seed = torch.load(file, weights_only=True)['meta']['seed']
    straight = train(config(tmp_path / 'other', **STEPS, **{'randomness.seed': seed}))
    assert differences(resumed, straight) == []


def seen():
    return [image for batch in RandomModel.seen for image in batch]


def images(kind, folder, at, **changes):
    """Return the images of a resumed run, and those of one that was not stopped."""
    arguments = KINDS[kind][0]
    train(config(folder / 'straight', **arguments))
    straight = seen()
    stopped(folder / 'work', arguments, at, at=at)
    cfg = config(folder / 'work', **{**arguments, **changes})
    place = train(cfg, resume=folder / 'work' / f'iter_{at}.pth')['place']
    return seen(), straight, place


def test_another_batch_size_goes_on_at_the_same_image(tmp_path, capsys):
    size = {'train_dataloader.batch_size': 2}
    resumed, straight, place = images('steps', tmp_path, 4, **size)
    assert resumed == straight[16:32]
    assert place[1] == 12
    said = capsys.readouterr().err
    assert 'iter_4.pth was saved with 1 x 4 images per pass and 1 per update' in said
    assert 'the images continue in the same order' in said


def test_another_batch_size_in_the_middle_of_an_epoch(tmp_path):
    size = {'train_dataloader.batch_size': 5}
    resumed, straight, place = images('epochs', tmp_path, 7, **size)
    # Of 19 images in an epoch, 8 were used: the second batch has the ninth.
    assert resumed == straight[19 + 5 :]
    assert place[:2] == (3, 12)


def test_an_update_has_all_of_its_passes(tmp_path, monkeypatch):
    """With other batches, an epoch may begin within an update."""
    counts = []
    step = torch.optim.AdamW.step

    def counted(self, *arguments, **named):
        counts.append(len(RandomModel.seen))
        return step(self, *arguments, **named)

    arguments = dict(EPOCHS, accumulate=3)
    stopped(tmp_path, arguments, 8, at=8)
    size = {'train_dataloader.batch_size': 5}
    monkeypatch.setattr(torch.optim.AdamW, 'step', counted)
    place = train(config(tmp_path, **arguments, **size), resume=tmp_path / 'iter_8.pth')
    # Epochs have 4 passes now. The update of the passes 4 to 6 has begun in the first.
    assert place['place'][:2] == (3, 12)
    assert counts == [3, 6, 9]


def test_another_accumulation_goes_on_at_the_same_update(tmp_path):
    size = dict(accumulate=2, steps=24)
    resumed, straight, place = images('steps', tmp_path, 4, **size)
    assert resumed[:32] == straight[16:]
    assert len(resumed) == (24 - 8) * 4
    assert place[1] == 24


def test_the_patience_of_early_stopping_is_restored(tmp_path):
    hook = dict(type='EarlyStoppingHook', monitor='mean', rule='greater', patience=3)
    hook['min_delta'] = 100.0

    def cfg(folder):
        cfg = config(folder, save=3, **STEPS, **{'train_cfg.val_interval': 1})
        cfg.custom_hooks = [*cfg.custom_hooks, dict(hook)]
        return cfg

    straight = train(cfg(tmp_path / 'straight'))
    assert straight['place'][1] == 4
    assert train(cfg(tmp_path / 'work'), stop=dict(at=3)) is None
    resumed = train(cfg(tmp_path / 'work'), resume=tmp_path / 'work' / 'iter_3.pth')
    assert differences(resumed, straight) == []


def test_a_checkpoint_of_another_program_goes_on(tmp_path, capsys):
    stopped(tmp_path, EPOCHS, 7, at=7)
    file = tmp_path / 'iter_7.pth'
    checkpoint = torch.load(file, weights_only=True)
    del checkpoint['meta']['exact_resume']
    torch.save(checkpoint, file)
    train(config(tmp_path, **EPOCHS), resume=file)
    assert 'does not say how much of epoch 2 was done' in capsys.readouterr().err
    assert len(RandomModel.seen) == 10
