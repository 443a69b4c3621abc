# SPDX-License-Identifier: Apache-2.0
import json
import sys

from mmengine.runner import Runner
from torch import nn
from toy_run import by_steps

from mmmetaformer.engine.facts import FACTS, facts_of, use_facts
from mmmetaformer.weights.audit import Audit
from mmmetaformer.weights.load import Loaded


def test_facts_of_a_run(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, 'orig_argv', ['python', 'tools/train.py', 'my config.py'])
    cfg = by_steps(tmp_path, batch_size=8)
    use_facts(cfg)
    runner = Runner.from_cfg(cfg)
    seen = {}

    def at_start(*_):
        (file,) = tmp_path.glob(f'*/{FACTS}')
        seen.update(json.loads(file.read_text()))
        first.remove()

    first = runner.model.register_forward_pre_hook(at_start)
    runner.train()
    assert seen['command'] == "python tools/train.py 'my config.py'"
    assert seen['plan'].startswith('8 images per step (8 per process x 1 process)')
    assert 'the learning rate 0.1 is for 16 images' in seen['warnings'][0]
    assert (seen['first_step'], seen['total_steps'], seen['passes']) == (0, 20, 1)
    assert seen['groups'][1][-1] == 'linear.weight, linear.bias'
    assert seen['environment']['seed'] == '0'
    assert 'torch' in seen['environment']
    assert 'finished' not in seen
    (file,) = tmp_path.glob(f'*/{FACTS}')
    done = json.loads(file.read_text())
    assert done['finished'] >= seen['started']
    assert done['last_step'] == 20


def test_weights_report_is_among_them(tmp_path):
    runner = Runner.from_cfg(by_steps(tmp_path, batch_size=8))
    audit = Audit(matched=['a'], missing=['b'], share=0.5)
    runner.model.linear.loaded = Loaded('sail:x', 'layout sail', audit, 0.25)
    runner._train_loop = runner.build_train_loop(runner._train_loop)
    runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    (weights,) = facts_of(runner)['weights']
    assert weights['part'] == 'linear'
    assert weights['counts'].startswith('1 matched (50.0% of the parameters)')
    assert 'missing keys: b' in weights['problems']
    assert not isinstance(runner.model.linear.loaded, nn.Module)
