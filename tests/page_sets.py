# SPDX-License-Identifier: Apache-2.0
"""The data and checkpoints that the pages take as given, all tiny."""

import json
import shutil

import cv2
import numpy as np
import torch
from made_sets import write_picture
from mmdet.datasets import CocoDataset
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from page_configs import DIMS, SIDE
from tiny_work_dirs import write_work_dir

from mmmetaformer.datasets.sample_data import ADE20K, write_coco
from mmmetaformer.weights.catalogue import SURGENET_BACKBONE


def write_archives(folder):
    """Write COCO and ADE20K with few and small images."""
    size = dict(num_train=4, num_val=2, image_size=SIDE, seed=0)
    ADE20K.write(folder / 'data/ade/ADEChallengeData2016', **size)
    write_coco(folder / 'data/coco', **size)
    for file in folder.glob('data/coco/annotations/instances_*.json'):
        content = json.loads(file.read_text())
        content['categories'] = [
            dict(id=number, name=name)
            for number, name in enumerate(CocoDataset.METAINFO['classes'], 1)
        ]
        file.write_text(json.dumps(content))


def write_trained(root, folder, method, work_dir):
    """Write a work dir with a checkpoint, and return it."""
    place = folder / work_dir
    place.mkdir(parents=True)
    return write_work_dir(root, place, method)


def write_photos(folder):
    for index, name in enumerate(('cat', 'a', 'b', 'photo', 'street', 'photos/one')):
        write_picture(folder / f'{name}.jpg', seed=index)


def nothing(root, folder):
    pass


def archives(root, folder):
    write_photos(folder)
    write_archives(folder)


def checkpoint(root, folder):
    """Write what a training with a config of this folder leaves, and the data."""
    archives(root, folder)
    cfg = Config.fromfile(folder / 'configs/upernet_convformer.py')
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        state = MODELS.build(cfg.model).state_dict()
    work_dir = folder / 'work_dirs/upernet_convformer'
    work_dir.mkdir(parents=True)
    meta = dict(iter=2, epoch=0, cfg=cfg.pretty_text)
    torch.save(dict(state_dict=state, meta=meta), work_dir / 'iter_2.pth')
    (work_dir / 'last_checkpoint').write_text('iter_2.pth')


def weights(root, folder):
    write_archives(folder)
    write_trained(root, folder, 'upernet', 'work_dirs/x')
    backbone = MODELS.build(
        dict(type='mmmetaformer.CAFormer', arch=dict(depths=[1] * 4, dims=DIMS))
    )
    torch.save(backbone.state_dict(), folder / 'caformer.pth')
    surgenet = dict(SURGENET_BACKBONE, arch=dict(depths=[1] * 4, dims=DIMS))
    torch.save(MODELS.build(surgenet).state_dict(), folder / 'surgenet.pth')


def swin(root, folder):
    name = 'configs/mask_rcnn_swin_t.py'
    (folder / name).write_text(f"_base_ = '{root}/{name}'\n")


def predict(root, folder):
    write_photos(folder)
    write_picture(folder / 'large.tif', (150, 90))
    clip = cv2.VideoWriter(
        str(folder / 'clip.mp4'), cv2.VideoWriter.fourcc(*'mp4v'), 5, (64, 48)
    )
    for grey in (0, 99, 200):
        clip.write(np.full((48, 64, 3), grey, np.uint8))
    clip.release()
    trained = write_trained(root, folder, 'upernet', 'work_dirs/x')
    shutil.copy(trained / 'upernet.py', folder / 'my_config.py')
    shutil.copy(trained / 'base.py', folder)
    shutil.copy(trained / 'iter_2.pth', folder / 'a.pth')
    detector = write_trained(root, folder, 'mask_rcnn', 'work_dirs/detector')
    config = folder / 'configs/mask_rcnn_convformer.py'
    config.write_text(f"_base_ = '{detector}/mask_rcnn.py'\n")
