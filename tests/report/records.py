# SPDX-License-Identifier: Apache-2.0
"""Records of validations, without validating."""

import cv2
import numpy as np
import torch
from mmengine.structures import InstanceData, PixelData
from scenes import draw_scenes

from mmmetaformer.engine.val_record.extremes import Extremes
from mmmetaformer.engine.val_record.instances import Instances
from mmmetaformer.engine.val_record.label_maps import LabelMaps
from mmmetaformer.engine.val_record.truth import Truth

SIZE = (120, 160)


class Sample(dict):
    """What the hooks read of a data sample."""

    def __getattr__(self, name):
        return self[name]


def image_file(folder, name='image.png'):
    noise = np.random.default_rng(0).integers(0, 255, (*SIZE, 3), np.uint8)
    path = folder / name
    cv2.imwrite(str(path), noise)
    return str(path)


def segmentor_record(path, names, images=14, **facts):
    """Return a record of a segmentor that is right about more and more pixels."""
    kept = LabelMaps(len(names), ignored=255)
    generator = torch.Generator().manual_seed(0)
    for index in range(images):
        true = torch.randint(0, len(names), SIZE, generator=generator)
        found = torch.randint(0, len(names), SIZE, generator=generator)
        right = torch.rand(SIZE, generator=generator) < (index + 1) / images
        sample = Sample(
            img_path=path,
            gt_sem_seg=PixelData(data=true[None]),
            pred_sem_seg=PixelData(data=torch.where(right, true, found)[None]),
        )
        kept.add(index, sample)
    return _finished(kept, names, facts)


def detector_record(path, names, images=20, seed=0, **facts):
    detections, truths = draw_scenes(seed, images, len(names))

    class Drawn:
        def of(self, sample):
            rows = truths[sample.img_id]
            return Truth(rows[:, :4], rows[:, 4].astype(int), rows[:, 5], list)

    kept = Instances(Drawn())
    for index, rows in enumerate(detections):
        found = torch.tensor(rows)
        sample = Sample(
            img_id=index,
            img_path=path,
            ori_shape=SIZE,
            pred_instances=InstanceData(
                bboxes=found[:, :4], labels=found[:, 4].long(), scores=found[:, 5]
            ),
        )
        kept.add(index, sample)
    return _finished(kept, names, facts)


def _finished(kept, names, facts):
    assert isinstance(kept.extremes, Extremes)
    record = kept.record()
    record.facts.update(names=list(names), palette=[], step=20, epoch=0, metrics={})
    record.facts.update(facts)
    return record
