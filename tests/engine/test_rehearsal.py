# SPDX-License-Identifier: Apache-2.0
import logging
import random
import subprocess
import sys

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.evaluator import BaseMetric
from mmengine.logging import MMLogger, print_log
from mmengine.model import BaseModel
from mmengine.registry import DATASETS, METRICS, MODELS
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement, InstanceData
from torch import nn
from torch.utils.data import Dataset
from toy_run import by_epochs, by_steps

from mmmetaformer.engine.ema import use_ema
from mmmetaformer.engine.rehearsal import use_rehearsal
from mmmetaformer.errors import ConfigError


@MODELS.register_module(force=True)
class StatefulModel(BaseModel):
    """Has running statistics and draws random numbers."""

    def __init__(self, finds=True):
        super().__init__()
        self.finds = finds
        self.norm = nn.BatchNorm1d(4).double()
        self.linear = nn.Sequential(nn.Dropout(), nn.Linear(4, 1)).double()
        self.norm.eval()  # frozen, in a model that trains

    def forward(self, x, y, mode):
        out = self.linear(self.norm(x))[:, 0] + torch.rand(1)
        if mode == 'loss':
            return dict(loss=(out - y).square().mean())
        assert not self.training
        found = InstanceData(scores=torch.ones(int(self.finds)))
        return [BaseDataElement(error=e, pred_instances=found) for e in out - y]


@DATASETS.register_module(force=True)
class NoisyDataset(Dataset):
    def __init__(self, images, broken=None):
        self.images = images
        self.broken = broken
        self.pipeline = [Counter()]

    def __len__(self):
        return self.images

    def __getitem__(self, i):
        if i == self.broken:
            raise ValueError('label of another size')
        x = np.random.rand(4) + random.random() + self.pipeline[0].count() / 100
        return dict(
            x=torch.from_numpy(x) + torch.rand(1), y=torch.tensor(i / self.images)
        )

    def get_data_info(self, i):
        return dict(img_path=f'{i}.png')


class Counter:
    """A transform with a memory."""

    calls = 0

    def count(self):
        self.calls += 1
        return self.calls


@METRICS.register_module(force=True)
class LoudMetric(BaseMetric):
    default_prefix = 'toy'
    # What `img_ids` was when metrics were computed.
    compared: list[list[int] | None] = []

    def __init__(self, fails=None):
        super().__init__()
        self.fails = fails
        self.img_ids = None

    def process(self, data_batch, data_samples):
        self.results.extend((0, dict(img_id=7, **one)) for one in data_samples)

    def compute_metrics(self, results):
        self.compared.append(self.img_ids)
        if self.fails:
            raise self.fails
        print('| a table |')
        print_log('| another table |', logger='current')
        errors = [float(one['error']) for _, one in results]
        return dict(error=sum(errors) / len(errors), images=len(errors))


def config(tmp_path, rehearsal=True, base=by_steps, **metric):
    cfg = base(tmp_path, batch_size=16)
    if base is by_epochs:
        cfg.train_cfg.max_epochs = 2
    cfg.optim_wrapper.optimizer.lr = 0.01
    cfg.model = dict(type='StatefulModel')
    cfg.train_dataloader.dataset = dict(
        type='NoisyDataset', images=320 if base is by_steps else 64
    )
    cfg.val_dataloader = dict(
        batch_size=2,
        num_workers=0,
        collate_fn=dict(type='default_collate'),
        sampler=dict(type='DefaultSampler', shuffle=False),
        dataset=dict(type='NoisyDataset', images=6),
    )
    cfg.val_cfg = dict()
    cfg.val_evaluator = dict(type='LoudMetric', **metric)
    if rehearsal:
        use_rehearsal(cfg, True)
    return cfg


def train(cfg):
    runner = Runner.from_cfg(cfg)
    runner.train()
    return runner


def refused(cfg):
    with pytest.raises(ConfigError) as caught:
        train(cfg)
    return str(caught.value)


def trace(runner):
    """Everything in which a run may differ from another one."""
    logged = {
        name: list(buffer.data[0])
        for name, buffer in runner.message_hub.log_scalars.items()
        if 'time' not in name
    }
    return (
        {name: value.tolist() for name, value in runner.model.state_dict().items()},
        logged,
        runner.train_dataloader.dataset.pipeline[0].calls,
        runner.val_dataloader.dataset.pipeline[0].calls,
        torch.rand(1).item(),
        np.random.rand(),
        random.random(),
    )


@pytest.mark.parametrize('base', [by_steps, by_epochs])
@pytest.mark.parametrize('ema', [False, True])
def test_a_run_is_the_same_with_and_without(tmp_path, base, ema):
    traces = []
    for rehearsal in (True, False):
        cfg = config(tmp_path / str(rehearsal), rehearsal, base)
        if ema:
            use_ema(cfg)
        traces.append(trace(train(cfg)))
    assert any('error' in name for name in traces[0][1])
    assert traces[0] == traces[1]


def test_which_modules_train_is_restored(tmp_path):
    cfg = config(tmp_path)
    runner = Runner.from_cfg(cfg)
    rehearsal = next(h for h in runner.hooks if type(h).__name__ == 'RehearsalHook')
    before = rehearsal.before_train
    seen = []

    def note(runner):
        modes = [module.training for module in runner.model.modules()]
        before(runner)
        seen.append((modes, [module.training for module in runner.model.modules()]))

    rehearsal.before_train = note
    runner.train()
    assert seen[0][0] == seen[0][1]
    assert set(seen[0][0]) == {True, False}


def test_one_line_and_no_table(tmp_path, capsys):
    cfg = config(tmp_path)
    cfg.train_cfg.val_begin = 1000  # no table of a validation
    train(cfg)
    said = capsys.readouterr()
    (line,) = [text for text in said.out.splitlines() if 'Rehearsal:' in text]
    assert line.endswith('Rehearsal: validation works (reports toy/error, toy/images).')
    assert 'table |' not in said.out + said.err
    assert not MMLogger.get_current_instance().disabled


def test_a_metric_of_coco_compares_the_images_of_the_batch_only(tmp_path):
    LoudMetric.compared.clear()
    train(config(tmp_path))
    assert LoudMetric.compared == [[7, 7], None, None]


def test_the_evaluator_fails(tmp_path):
    said = refused(config(tmp_path, fails=KeyError('pred_sem_seg')))
    assert said == (
        'validation fails on its first batch, in LoudMetric: there is no key '
        "'pred_sem_seg' (this evaluator is for segmentors). Images: 0.png, 1.png. "
        f'Details: {tmp_path}/error.txt'
    )
    assert 'in compute_metrics' in (tmp_path / 'error.txt').read_text()
    logger = MMLogger.get_current_instance()
    assert not logger.disabled
    assert logger.isEnabledFor(logging.INFO)


@pytest.mark.parametrize(
    ('split', 'words'),
    [('train', 'a training batch fails'), ('val', 'validation fails on its first')],
)
def test_the_data_fail(tmp_path, split, words):
    cfg = config(tmp_path)
    cfg[f'{split}_dataloader'].dataset.broken = 1
    said = refused(cfg)
    assert said.startswith(words)
    assert ': label of another size. Images: 0.png, 1.png' in said


def test_no_validation_data(tmp_path):
    cfg = config(tmp_path)
    cfg.val_dataloader.dataset.images = 0
    assert 'val_dataloader: the data set is empty' in refused(cfg)


def test_a_user_error_stays_as_it_is(tmp_path):
    assert refused(config(tmp_path, fails=ConfigError('ours'))) == 'ours'


def test_a_run_without_validation(tmp_path):
    cfg = by_steps(tmp_path, batch_size=16)
    use_rehearsal(cfg, True)
    train(cfg)


@pytest.mark.parametrize('error', [IndexError('none'), ZeroDivisionError('none')])
def test_a_model_that_finds_nothing_yet(tmp_path, error):
    cfg = config(tmp_path, fails=error)
    assert str(error) in refused(cfg)
    cfg = config(tmp_path, fails=error)
    cfg.model.finds = False
    cfg.default_hooks.checkpoint.save_best = 'toy/mAP'  # may be reported later
    with pytest.raises(type(error)):  # in the validation itself, after training
        train(cfg)


def stop_early(cfg, metric):
    cfg.custom_hooks = [
        *cfg.custom_hooks,
        dict(type='EarlyStoppingHook', monitor=metric, rule='less'),
    ]


def save_best(cfg, metric):
    cfg.default_hooks.checkpoint.update(save_best=metric, rule='less')


def lower_rate(cfg, metric):
    rate = dict(type='ReduceOnPlateauLR', monitor=metric, rule='less')
    cfg.param_scheduler = [rate]


@pytest.mark.parametrize(
    ('use', 'place'),
    [
        (stop_early, 'EarlyStoppingHook.monitor'),
        (save_best, 'default_hooks.checkpoint.save_best'),
        (lower_rate, 'ReduceOnPlateauLR.monitor'),
    ],
)
def test_a_metric_that_nobody_reports(tmp_path, use, place):
    cfg = config(tmp_path)
    use(cfg, 'toy/eror')
    assert refused(cfg) == (
        f"{place}='toy/eror' is not a metric that validation reports. Did you mean "
        "'toy/error'? It reports toy/error, toy/images"
    )
    cfg = config(tmp_path)
    use(cfg, 'toy/error')
    train(cfg)


def test_the_best_of_any_metric(tmp_path):
    cfg = config(tmp_path)
    save_best(cfg, 'auto')
    train(cfg)


LAUNCH = """
import sys

from test_rehearsal import config

from mmengine.runner import Runner
from mmmetaformer.compat import prepare_cpu_launch
from mmmetaformer.errors import ConfigError

cfg = config(sys.argv[1])
cfg.launcher = 'pytorch'
cfg.val_dataloader.dataset.broken = 1  # an image of the second process
prepare_cpu_launch(cfg)
try:
    Runner.from_cfg(cfg).train()
except ConfigError as error:
    # In one call: lines of two processes would be mixed.
    sys.stderr.write(f'said: {error}\\n')
"""


@pytest.mark.skipif(torch.cuda.is_available(), reason='the launch without GPUs')
def test_a_fault_in_one_process_stops_all(tmp_path, root, monkeypatch):
    script = tmp_path / 'launch.py'
    script.write_text(LAUNCH)
    folders = (root, root / 'tests', root / 'tests' / 'engine')
    monkeypatch.setenv('PYTHONPATH', ':'.join(map(str, folders)))
    command = ('-m', 'torch.distributed.run', '--nproc_per_node=2')
    done = subprocess.run(
        [sys.executable, *command, '--master_port=29617', str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=240,
    )
    said = sorted(t for t in done.stderr.splitlines() if t.startswith('said: '))
    fault = (
        'validation fails on its first batch: label of another size. Images: 1.png, '
        f'3.png. Details: {tmp_path}/error_1.txt'
    )
    assert said == [f'said: process 1: {fault}'] * 2, done.stderr[-3000:]


def test_the_hook_of_an_earlier_run_is_dropped():
    cfg = Config()
    use_rehearsal(cfg, True)
    use_rehearsal(cfg, True)
    assert len(cfg.custom_hooks) == 1
    use_rehearsal(cfg, False)
    assert cfg.custom_hooks == []
