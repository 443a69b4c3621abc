# SPDX-License-Identifier: Apache-2.0
"""Compare the expected memory of training steps with real ones, on a CPU in float32.

To be run by hand: `python tests/complexity/step_memory_measured.py`. Takes ten minutes.
"""

import torch
from mmengine.config import Config

from mmmetaformer import compat
from mmmetaformer.benchmark.config_workload import ConfigWorkload
from mmmetaformer.benchmark.probe import Probe
from mmmetaformer.benchmark.setting import Setting
from mmmetaformer.complexity.step_memory import count_step_memory
from mmmetaformer.engine.precision import without_amp

#: Configs, sizes of images, images of a step.
STEPS = [
    ('upernet_convformer', (512, 512), 2),
    ('upernet_caformer', (512, 512), 2),
    ('upernet_swin_t', (512, 512), 2),
    ('upernet_randformer', (512, 512), 4),
    ('semantic_fpn_poolformer', (512, 512), 4),
    ('segformer_convformer', (512, 512), 2),
    ('mask_rcnn_convformer', (640, 800), 2),
    ('mask_rcnn_swin_t', (640, 800), 2),
    ('cascade_mask_rcnn_caformer_3x', (640, 800), 1),
    ('faster_rcnn_convformer', (640, 800), 2),
    ('retinanet_poolformer', (640, 800), 2),
]


def take_as_many_rois_as_may_be(cfg):
    """Let a detector with random weights sample as many positive RoIs as it may."""
    stages = cfg.model.get('train_cfg', {}).get('rcnn', [])
    for stage in stages if isinstance(stages, list) else [stages]:
        stage.assigner.update(pos_iou_thr=0.02, neg_iou_thr=0.02, min_pos_iou=0.02)


def measured(name, cfg, shape, batch):
    """Return the bytes at the peak of a second step."""
    take_as_many_rois_as_may_be(cfg)
    probe = Probe(ConfigWorkload(name, cfg, Setting(shape, batch)))
    probe.start(training=True)
    probe.seconds()
    return probe.peak_bytes()


def main():
    """Print a table."""
    compat.install()
    torch.set_num_threads(1)
    print('| config | image, batch | expected MB | measured MB | ratio |')
    print('| --- | --- | ---: | ---: | ---: |')
    for name, shape, batch in STEPS:
        cfg = Config.fromfile(f'configs/{name}.py')
        cfg.optim_wrapper = without_amp(cfg.optim_wrapper)
        expected = count_step_memory(cfg, shape, batch).peak / 1e6
        real = measured(name, cfg, shape, batch) / 1e6
        cells = f'`{name}`', f'{shape[0]}x{shape[1]}, {batch}', f'{expected:.0f}'
        row = *cells, f'{real:.0f}', f'{expected / real:.2f}'
        print(f'| {" | ".join(row)} |', flush=True)


if __name__ == '__main__':
    main()
