# SPDX-License-Identifier: Apache-2.0
"""Train, resume and test on real COCO and ADE20K files, a few images at small size.

The data is looked for in data/, in the official layouts, or in the folder that
MMMETAFORMER_DATA names.
"""

import os
from pathlib import Path

import pytest
from tiny_runs import SHORT

DATA = Path(os.environ.get('MMMETAFORMER_DATA', Path(__file__).parents[2] / 'data'))

SMALL = {
    'upernet': """
crop_size = (64, 64)
train_pipeline = _base_.train_pipeline
train_pipeline[2].scale = (256, 64)
train_pipeline[3].crop_size = crop_size
test_pipeline = _base_.test_pipeline
test_pipeline[1].scale = (256, 64)
dataset = dict(data_root='{data}', indices=3)
train_dataloader = dict(num_workers=0, persistent_workers=False,
    dataset=dict(pipeline=train_pipeline, **dataset))
val_dataloader = dict(num_workers=0, persistent_workers=False,
    dataset=dict(pipeline=test_pipeline, **dataset))
test_dataloader = val_dataloader
model['data_preprocessor'] = dict(size=crop_size)
model['decode_head']['channels'] = 32
model['auxiliary_head']['channels'] = 32
model['test_cfg'] = dict(crop_size=crop_size, stride=(43, 43))
""",
    'mask_rcnn': """
train_pipeline = _base_.train_pipeline
train_pipeline[2].scale = (133, 80)
test_pipeline = _base_.test_pipeline
test_pipeline[1].scale = (133, 80)
dataset = dict(data_root='{data}', indices=4)
train_dataloader = dict(num_workers=0, persistent_workers=False,
    dataset=dict(pipeline=train_pipeline, **dataset))
val_dataloader = dict(num_workers=0, persistent_workers=False,
    dataset=dict(pipeline=test_pipeline, **dataset))
test_dataloader = val_dataloader
val_evaluator = dict(ann_file='{data}/annotations/instances_val2017.json')
test_evaluator = val_evaluator
model['train_cfg'] = dict(rcnn=dict(sampler=dict(num=16)))
model['test_cfg'] = dict(rcnn=dict(score_thr=0.0))  # it has learnt nothing
""",
}
FOLDERS = {'upernet': 'ADEChallengeData2016', 'mask_rcnn': 'coco'}
MORE = {'upernet': 'train_cfg.max_iters=3', 'mask_rcnn': 'train_cfg.max_epochs=3'}


def find(name):
    for folder in (DATA / name, DATA / 'ade' / name):
        if folder.is_dir():
            return folder
    pytest.skip(f'no {name} in {DATA}, nor where MMMETAFORMER_DATA points')


@pytest.mark.parametrize('method', FOLDERS)
def test_train_resume_test(method, tool, tiny_config, tmp_path):
    data = find(FOLDERS[method])
    config = tiny_config(tmp_path, method, 'caformer', SMALL[method].format(data=data))
    work_dir = tmp_path / 'work'
    common = ('--work-dir', work_dir, '--cfg-options', *SHORT[method])
    for arguments in ((), ('--resume',)):
        options = (*common, MORE[method]) if arguments else common
        done = tool('train.py', config, *arguments, *options)
        assert done.returncode == 0, done.stderr[-3000:]
    checkpoint = Path((work_dir / 'last_checkpoint').read_text())
    assert checkpoint.stem in ('iter_3', 'epoch_3')
    pictures = tmp_path / 'pictures'
    done = tool('test.py', config, checkpoint, '--show-dir', pictures, *common)
    assert done.returncode == 0, done.stderr[-3000:]
    assert {'upernet': 'mIoU', 'mask_rcnn': 'mAP_50'}[method] in done.stdout
    assert (
        len(list(pictures.rglob('*.[jp][pn]g')))
        == {'upernet': 3, 'mask_rcnn': 4}[method]
    )
