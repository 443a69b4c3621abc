# SPDX-License-Identifier: Apache-2.0
"""What a run shows, and what stays in its log."""

import pytest
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.registry import METRICS, MODELS
from toy_run import RecordHook, ToyModel, by_epochs, by_steps

from mmmetaformer.engine.checkpoints import use_safe_checkpoints
from mmmetaformer.engine.console import console
from mmmetaformer.engine.exact import use_exact_resume
from mmmetaformer.engine.resume import keep_config_on_resume
from mmmetaformer.engine.start_report import report_start
from mmmetaformer.run.best import use_judgement
from mmmetaformer.run.length import use_length
from mmmetaformer.say import say

SCORES = {2: 30.0, 4: 50.0, 5: 40.0}


@MODELS.register_module(force=True)
class ScoredModel(ToyModel):
    def forward(self, x, y, mode):
        return [1.0] if mode == 'predict' else super().forward(x, y, mode)


@METRICS.register_module(force=True)
class ScoreMetric(BaseMetric):
    """Reports the next of these each time."""

    scores: list[float] = []

    def process(self, data_batch, data_samples):
        self.results.append(1)

    def compute_metrics(self, results):
        score = self.scores.pop(0)
        return {'mIoU': score, 'aAcc': 99.0, 'cat_precision': 0.5}


class ByTheWayHook(Hook):
    """Writes to the log as hooks of mmengine and of users do."""

    def before_train(self, runner):
        runner.logger.info('a line of the host')
        runner.logger.warning('a warning of the host')
        runner.logger.warning('The prefix is not set in metric class ScoreMetric.')
        say('for a person, and more', brief='for a person')


def scored(cfg, scores, images=4):
    """Let a config validate, with these results."""
    ScoreMetric.scores = list(scores)
    cfg.model.type = 'ScoredModel'
    loader = dict(cfg.train_dataloader, batch_size=2)
    loader['dataset'] = dict(type='ToyDataset', images=images)
    cfg.merge_from_dict(
        dict(
            val_cfg=dict(type='ValLoop'),
            val_dataloader=loader,
            val_evaluator=dict(type='ScoreMetric'),
        )
    )
    return cfg


def run(cfg, verbose=False, *hooks):
    use_safe_checkpoints(cfg)
    use_exact_resume(cfg)
    report_start(cfg)
    with console(verbose) as build:
        runner = build(cfg)
        for hook in hooks:
            runner.register_hook(hook)
        runner.train()
    return runner


def log_of(runner):
    with open(runner.logger.log_file, encoding='utf-8') as file:
        return file.read()


def test_few_lines_and_everything_in_the_log(tmp_path, capsys):
    cfg = scored(by_steps(tmp_path, 16), [30, 50])
    runner = run(cfg, False, ByTheWayHook())
    said = capsys.readouterr()
    lines = said.out.splitlines()
    log = log_of(runner)
    assert lines[0].startswith('Plan: 16 images per step')
    assert lines[1] == 'for a person'
    assert lines[2] == f'Log: {runner.logger.log_file}'
    assert lines[-1] == f'  last: {tmp_path}/iter_20.pth'
    assert len(lines) < 15
    assert '\x1b' not in said.out + said.err
    for hidden in ('System environment', 'a line of the host', '(train)', 'Config'):
        assert hidden in log
        assert hidden not in said.out + said.err
    assert 'for a person, and more' in log
    assert said.err.count('warning: a warning of the host\n') == 1
    assert 'The prefix is not set' not in said.err
    assert 'The prefix is not set' in log


def test_verbose_prints_the_log(tmp_path, capsys):
    cfg = scored(by_steps(tmp_path, 16), [30, 50])
    run(cfg, True, ByTheWayHook())
    said = capsys.readouterr().out
    for shown in ('System environment', 'a line of the host', '(train)', 'and more'):
        assert shown in said


def test_each_validation_beside_the_best(tmp_path, capsys):
    cfg = scored(by_epochs(tmp_path, 32), [30, 50, 40, 45, 50.5])
    run(cfg)
    said = capsys.readouterr().out
    first, second, third, *_ = said[said.index('Validation') :].split('Validation ')[1:]
    assert first.startswith('after epoch 1 of 5, mIoU 30.00, the best so far (0:00:00)')
    assert second.startswith('after epoch 2 of 5, mIoU 50.00, the best so far')
    rows = [line.split('  ') for line in third.splitlines()]
    assert rows[0] == ['after epoch 3 of 5, mIoU 40.00 (0:00:00)']
    header, this, best = (
        [cell.strip() for cell in row if cell.strip()] for row in rows[1:4]
    )
    assert header == ['mIoU', 'aAcc']  # not those of classes
    assert this == ['this', '40.00', '99.00']
    assert best == ['best, after epoch 2', '50.00', '99.00']


def test_the_best_of_a_run_that_resumes(tmp_path, capsys):
    run(scored(by_steps(tmp_path, 16), [30, 50]))
    cfg = scored(by_steps(tmp_path, 16), [40])
    cfg.train_cfg.max_iters = 30
    cfg.load_from, cfg.resume = str(tmp_path / 'iter_10.pth'), True
    capsys.readouterr()
    ScoreMetric.scores = [20, 50, 40]
    run(cfg)
    said = capsys.readouterr().out
    assert 'after step 20 of 30, mIoU 50.00, the best so far' in said
    assert 'best, after step 20' in said


def test_only_the_first_process_prints(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv('RANK', '1')
    run(scored(by_steps(tmp_path, 16), [30, 50]), False, ByTheWayHook())
    said = capsys.readouterr()
    assert said.out + said.err == ''


def test_why_a_run_stops_early(tmp_path, capsys):
    cfg = scored(by_epochs(tmp_path, 32), [30, 50, 50, 50, 60])
    cfg.default_hooks.checkpoint = dict(type='CheckpointHook', save_best='mIoU')
    use_judgement(cfg, None, 2)
    run(cfg)
    said = capsys.readouterr().out
    assert 'Stopped early: mIoU was not better in 2 validations\n' in said
    assert 'Trained for 8 steps' in said  # 4 of 5 epochs


def test_a_longer_run_after_a_resume_follows_the_longer_schedule(tmp_path, capsys):
    run(scored(by_steps(tmp_path / 'short', 16), [30, 50]))
    whole = scored(by_steps(tmp_path / 'whole', 16), [30] * 4)
    use_length(whole, '40', 1)
    run(whole)
    expected = RecordHook.updates
    cfg = scored(by_steps(tmp_path / 'short', 16), [30] * 4)
    use_length(cfg, '40', 1)
    cfg.load_from, cfg.resume = str(tmp_path / 'short/iter_20.pth'), True
    keep_config_on_resume(cfg)
    run(cfg)
    assert len(RecordHook.updates) == 20
    assert RecordHook.updates == pytest.approx(expected[20:])
    assert 'after step 40 of 40' in capsys.readouterr().out
