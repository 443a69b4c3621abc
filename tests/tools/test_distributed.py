# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from tiny_runs import SHORT

MORE = """
custom_imports = dict(imports=['rank_hook'])
custom_hooks = [dict(type='SaveEveryRank')]
"""
HOOK = """
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.registry import HOOKS


@HOOKS.register_module()
class SaveEveryRank(Hook):
    def after_train(self, runner):
        model = runner.model.module
        torch.save(
            dict(model.named_parameters()), f'{runner.work_dir}/rank{get_rank()}.pth'
        )
"""


@pytest.mark.skipif(torch.cuda.is_available(), reason='this is the launch without GPUs')
@pytest.mark.slow
@pytest.mark.parametrize('method', ['upernet', 'mask_rcnn'])
def test_two_processes_on_a_cpu_end_with_the_same_parameters(
    method, tool, tiny_config, sample, tmp_path
):
    (tmp_path / 'rank_hook.py').write_text(HOOK)
    work_dir = tmp_path / 'work'
    config = tiny_config(tmp_path, method, 'convformer', MORE)
    common = ('--sample-data', sample, '--work-dir', work_dir)
    done = tool(
        'dist_train.sh',
        config,
        2,
        *common,
        '--cfg-options',
        *SHORT[method],
        PYTHONPATH=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    first, second = (
        torch.load(work_dir / f'rank{rank}.pth', weights_only=True) for rank in (0, 1)
    )
    assert set(first) == set(second)
    assert all(torch.equal(first[key], second[key]) for key in first)
    if method == 'upernet':
        checkpoint = (work_dir / 'last_checkpoint').read_text()
        done = tool(
            'dist_test.sh',
            config,
            checkpoint,
            2,
            *common,
            '--cfg-options',
            *SHORT[method],
            PYTHONPATH=str(tmp_path),
        )
        assert done.returncode == 0, done.stderr[-3000:]
        assert 'mIoU' in done.stdout


@pytest.mark.skipif(torch.cuda.is_available(), reason='this is the launch without GPUs')
def test_weights_that_do_not_fit_stop_both_processes(
    tool, tiny_config, sample, tmp_path
):
    """Also if only one process fails: the others must not wait forever."""
    config = tiny_config(tmp_path, 'upernet', 'convformer')
    weights = tmp_path / 'weights.pth'
    torch.save({'conv1.weight': torch.ones(1), 'fc.bias': torch.ones(1)}, weights)
    done = tool(
        'dist_train.sh',
        config,
        2,
        '--sample-data',
        sample,
        '--work-dir',
        tmp_path / 'work',
        '--cfg-options',
        *SHORT['upernet'],
        'model.backbone.init_cfg.type=Pretrained',
        f'model.backbone.init_cfg.checkpoint={weights}',
    )
    assert done.returncode != 0
    assert 'is not a MetaFormer: its first keys are conv1.weight' in done.stderr
    assert 'Plan:' not in done.stdout
