# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
from mmengine.hooks import Hook
from mmengine.registry import HOOKS, MODELS
from mmengine.runner import Runner
from toy_run import ToyModel, by_epochs, by_steps

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.build_errors import build_errors


@MODELS.register_module(force=True)
class Part:
    def __init__(self, size, more):
        self.size = int(size)


@MODELS.register_module(force=True)
class ModelOfParts(ToyModel):
    def __init__(self, parts):
        super().__init__()
        # As the host does: a copy, with more in it.
        self.parts = [MODELS.build({**part, 'more': False}) for part in parts]


@HOOKS.register_module(force=True)
class FailingHook(Hook):
    def __init__(self, point):
        setattr(self, point, self.fail)

    def fail(self, *args, **kwargs):
        raise TypeError('too late')


@HOOKS.register_module(force=True)
class RefusingHook(Hook):
    def __init__(self, again):
        error = ConfigError('ours')
        raise ConfigError(f'class `A` in b.py: {error}') if again else error


def start(cfg):
    with build_errors(cfg) as end:
        runner = Runner.from_cfg(cfg)
        runner.register_hook(end)
        runner.train()


def change(cfg, key, value):
    cfg.merge_from_dict({key: value})


@pytest.mark.parametrize(
    ('key', 'value', 'said'),
    [
        ('model.tpye', 1, "model (ToyModel): got an unexpected keyword argument 't"),
        ('model.type', 'ToyModle', "model: there is no model 'ToyModle'. Did you mean"),
        ('train_dataloader.foo', 1, "train_dataloader: got an unexpected keyword"),
        (
            'train_dataloader.dataset.image',
            1,
            'train_dataloader.dataset (ToyDataset): got an unexpected keyword',
        ),
        (
            'train_dataloader.sampler.type',
            'DefaultSample',
            "train_dataloader.sampler: there is no data sampler 'DefaultSample'.",
        ),
        ('train_cfg.max_iters', 'many', 'train_cfg (IterBasedTrainLoop): invalid'),
        (
            'optim_wrapper.optimizer.momentun',
            1,
            "optim_wrapper.optimizer (SGD): got an unexpected keyword argument 'mom",
        ),
        (
            'optim_wrapper.optimizer.type',
            'SDG',
            "optim_wrapper.optimizer: there is no optimizer 'SDG'. Did you mean 'SGD'?",
        ),
        ('param_scheduler.1.end', 1, 'param_scheduler[1] (PolyLR): '),
        ('default_hooks.checkpoint.save_best', 5, 'default_hooks.checkpoint (Check'),
        ('custom_hooks.0.type', 'RecordHok', "custom_hooks[0]: there is no hook 'Rec"),
        ('visualizer', dict(type='Vis'), "visualizer: there is no visualizer 'Vis'."),
    ],
)  # fmt: skip
def test_the_place_in_the_config(tmp_path, key, value, said):
    cfg = by_steps(tmp_path, batch_size=16)
    change(cfg, key, value)
    with pytest.raises(ConfigError) as caught:
        start(cfg)
    message = str(caught.value)
    assert message.startswith(said)
    assert '\n' not in message
    file = Path(message.rsplit('Details: ', 1)[1])
    assert file == tmp_path / 'error.txt'
    assert 'Traceback (most recent call last)' in file.read_text()


def test_one_of_several_dicts_of_a_type(tmp_path):
    cfg = by_steps(tmp_path, batch_size=16)
    parts = [dict(type='Part', size=size) for size in ('1', 'x', 'y')]
    cfg.model = dict(type='ModelOfParts', parts=parts)
    with pytest.raises(ConfigError, match=r'model\.parts\[1\] \(Part\): '):
        start(cfg)


def test_a_hook_that_sets_itself_up(tmp_path):
    cfg = by_epochs(tmp_path, batch_size=16)
    cfg.custom_hooks = [*cfg.custom_hooks, dict(type='FailingHook', point='before_run')]
    said = r'^custom_hooks\[1\] \(FailingHook\): too late\. Details'
    with pytest.raises(ConfigError, match=said):
        start(cfg)


def test_what_fails_in_a_step_is_left_alone(tmp_path):
    cfg = by_epochs(tmp_path, batch_size=16)
    cfg.custom_hooks = [dict(type='FailingHook', point='before_train_iter')]
    with pytest.raises(TypeError, match='too late'):
        start(cfg)
    assert not (tmp_path / 'error.txt').exists()


@pytest.mark.parametrize('again', [False, True])
def test_a_user_error_passes(tmp_path, again):
    cfg = by_epochs(tmp_path, batch_size=16)
    cfg.custom_hooks = [dict(type='RefusingHook', again=again)]
    with pytest.raises(ConfigError) as caught:
        start(cfg)
    assert 'ours' in str(caught.value)
    assert not (tmp_path / 'error.txt').exists()


def test_a_user_error_that_the_host_wrapped_is_unwrapped(tmp_path):
    def wrapping():
        try:
            raise ConfigError('ours')
        except ConfigError as error:
            raise type(error)(f'class `A` in b/c.py: {error}') from error

    with pytest.raises(ConfigError, match='^ours$'), build_errors(by_steps('w', 1)):
        wrapping()


@pytest.mark.parametrize('kind', [KeyboardInterrupt, SystemExit])
def test_an_interrupt_passes(kind):
    with pytest.raises(kind), build_errors(by_steps('w', 1)):
        raise kind
