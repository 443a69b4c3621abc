# SPDX-License-Identifier: Apache-2.0
"""The data, configs and checkpoints that the pages take as given, all tiny."""

import shutil

import cv2
import numpy as np
from made_sets import write_picture
from tiny_runs import TINY_MODELS
from tiny_work_dirs import write_work_dir

# What shortens a training: two steps, or one epoch.
SHORT = {
    'upernet': """
train_cfg = dict(max_iters=2, val_interval=2)
default_hooks = dict(checkpoint=dict(interval=2))
""",
    'mask_rcnn': """
train_cfg = dict(max_epochs=1, val_interval=1)
""",
}


def write_configs(root, folder):
    """Write a checkout's tools, and configs of the same names with tiny backbones."""
    (folder / 'tools').symlink_to(root / 'tools')
    (folder / 'configs').mkdir()
    for method in ('upernet', 'mask_rcnn', 'faster_rcnn'):
        kind = method if method == 'upernet' else 'mask_rcnn'
        text = TINY_MODELS[kind].format(root=root, family='convformer') + SHORT[kind]
        text += (
            'param_scheduler = []\ntrain_dataloader = dict(batch_size=2, num_workers=0,'
            ' persistent_workers=False)\n'
        )
        file = folder / f'configs/{method}_convformer.py'
        file.write_text(text.replace('mask_rcnn', method))


def write_trained(root, folder, method, work_dir):
    """Write a work dir with a checkpoint, and return it."""
    place = folder / work_dir
    place.mkdir(parents=True)
    return write_work_dir(root, place, method)


def write_photos(folder):
    for index, name in enumerate(('cat', 'a', 'b', 'photo', 'street', 'photos/one')):
        write_picture(folder / f'{name}.jpg', seed=index)


def readme(root, folder, section):
    write_photos(folder)
    write_trained(root, folder, 'upernet', 'work_dirs/upernet_convformer')


def predict(root, folder, section):
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
