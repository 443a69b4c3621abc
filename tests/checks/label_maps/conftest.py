# SPDX-License-Identifier: Apache-2.0
import argparse

import numpy as np
import pytest
from PIL import Image

from mmmetaformer.checks.label_maps.check import label_map_faults
from mmmetaformer.checks.label_maps.listed_files import ListedFiles
from mmmetaformer.run.command_line import add_run_arguments
from mmmetaformer.run.config import read_run_config

CONFIG = """
default_scope = 'mmseg'
model = dict(decode_head=dict(num_classes=150))
pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadAnnotations', reduce_zero_label=True),
    dict(type='PackSegInputs'),
]
tta_pipeline = [dict(type='TestTimeAug', transforms=[[pipeline[1]], [pipeline[2]]])]
train_dataloader = dict(
    dataset=dict(
        type='ADE20KDataset',
        data_root='data/ade/ADEChallengeData2016',
        data_prefix=dict(
            img_path='images/training', seg_map_path='annotations/training'
        ),
        pipeline=pipeline,
    )
)
val_dataloader = dict(
    dataset=dict(
        type='ADE20KDataset',
        data_root='data/ade/ADEChallengeData2016',
        data_prefix=dict(
            img_path='images/validation', seg_map_path='annotations/validation'
        ),
        pipeline=pipeline,
    )
)
test_dataloader = val_dataloader
val_evaluator = dict(type='IoUMetric', iou_metrics=['mIoU'])
test_evaluator = val_evaluator
"""


class OwnMaps:
    """A folder of one's own in ADE20K's layout: 4 + 4 pairs of 24x16 pixels."""

    def __init__(self, root):
        self.root = root
        self.config = root / 'config.py'
        self.config.write_text(CONFIG)
        self.data = root / 'data'
        self.write()

    def write(self, labels=(1, 2), image='.jpg', maps='.png', below=''):
        """Write all pairs; `labels` fill stripes from left to right."""
        stripes = np.repeat(np.array(labels, np.uint8), 24 // len(labels) + 1)[:24]
        for split in ('training', 'validation'):
            for number in range(4):
                name = f'{below}{number:03}'
                file = self.data / 'images' / split / f'{name}{image}'
                file.parent.mkdir(parents=True, exist_ok=True)
                Image.new('RGB', (24, 16)).save(file)
                file = self.data / 'annotations' / split / f'{name}{maps}'
                file.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(stripes[None].repeat(16, 0)).save(file)

    def maps(self, split='training'):
        return sorted((self.data / 'annotations' / split).rglob('*.*'))

    def images(self, split='training'):
        return sorted((self.data / 'images' / split).rglob('*.*'))

    def rename(self, change):
        for file in [*self.data.rglob('*.jpg'), *self.data.rglob('*.png')]:
            file.rename(file.with_name(change(file)))

    def cfg(self, *words):
        parser = argparse.ArgumentParser()
        parser.add_argument('config')
        add_run_arguments(parser)
        own = ('--data-root', str(self.data)) if '--data-root' not in words else ()
        return read_run_config(
            parser.parse_args([str(self.config), *own, *map(str, words)])
        )

    def faults(self, *words, split='train', everything=False):
        cfg = self.cfg(*(words or ('--classes', 'bg', 'fg')))
        dataset = cfg[f'{split}_dataloader'].dataset
        files = ListedFiles(dataset, cfg.default_scope)
        return list(label_map_faults(files, cfg, split, everything))

    def fault(self, *words, split='train', stops=True):
        """Return the message of the only fault."""
        (fault,) = self.faults(*words, split=split)
        assert fault.stops == stops
        return str(fault)


@pytest.fixture
def own_maps(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    return OwnMaps(tmp_path)
