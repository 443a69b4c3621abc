# SPDX-License-Identifier: Apache-2.0
"""A tiny run on files in COCO's format, and what is wrong with it."""

import json

from mmengine.config import Config

from mmmetaformer.checks.coco.check import coco_facts, coco_faults
from mmmetaformer.checks.coco.uses import uses_of


def sound_content(size=96, names=('cat', 'dog')):
    """Return four images, each with an object of two categories, ids from 1."""
    images, annotations = [], []
    for i in range(4):
        images.append(dict(id=i + 1, file_name=f'{i}.jpg', width=size, height=size))
        for k in range(2):
            x, y, w, h = 40 - 9 * i, 4 + 7 * i, 20 + i, 16 + 10 * k
            shape = [[x, y, x + w, y, x + w, y + h, x, y + h]]
            entry = dict(id=len(annotations) + 1, image_id=i + 1, category_id=k + 1)
            entry |= dict(bbox=[x, y, w, h], area=w * h, iscrowd=0, segmentation=shape)
            annotations.append(entry)
    categories = [dict(id=i + 1, name=name) for i, name in enumerate(names)]
    return dict(images=images, annotations=annotations, categories=categories)


class CocoRun:
    """Files and a config in a folder; a test spoils one of both."""

    def __init__(self, root, names=('cat', 'dog')):
        self.root = root
        self.train, self.val = sound_content(names=names), sound_content(names=names)
        self.cfg = Config(
            dict(
                default_scope='mmdet',
                train_dataloader=self._loader('train', classes=names),
                val_dataloader=self._loader('val', classes=names),
                val_evaluator=dict(
                    type='CocoMetric',
                    ann_file=str(root / 'val.json'),
                    metric=['bbox', 'segm'],
                ),
            )
        )
        filters = dict(filter_empty_gt=True, min_size=32)
        self.cfg.train_dataloader.dataset.filter_cfg = filters
        self.cfg.val_dataloader.dataset.test_mode = True

    def _loader(self, split, classes):
        dataset = dict(
            type='CocoDataset',
            data_root=str(self.root),
            ann_file=f'{split}.json',
            metainfo=dict(classes=classes),
            pipeline=[dict(type='LoadAnnotations', with_bbox=True, with_mask=True)],
        )
        return dict(dataset=dataset)

    def without_masks(self):
        """Read boxes alone."""
        for split in ('train', 'val'):
            self.cfg[f'{split}_dataloader'].dataset.pipeline[0].with_mask = False
        self.cfg.val_evaluator.metric = 'bbox'
        return self

    def write(self):
        """Write the files as they are now."""
        for split in ('train', 'val'):
            (self.root / f'{split}.json').write_text(json.dumps(getattr(self, split)))

    def faults(self, write=True):
        """Return the sentences of what stops the run, and those of the warnings."""
        if write:
            self.write()
        uses = list(uses_of(self.cfg, ('train', 'val')))
        faults = list(coco_faults(uses, coco_facts(uses)))
        errors = [str(fault) for fault in faults if fault.stops]
        return errors, [str(fault) for fault in faults if not fault.stops]
