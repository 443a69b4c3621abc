# SPDX-License-Identifier: Apache-2.0
"""A process whose images show no object at all must not stop the others.

DDP waits for the gradient of every parameter, of which some belong to heads that such
images hardly use.
"""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import os
import sys
import torch
import torch.distributed as dist
from mmengine.config import Config
from mmengine.model import MMDistributedDataParallel
from mmengine.optim import OptimWrapper
from mmengine.registry import MODELS, init_default_scope
from mmengine.structures import InstanceData, PixelData
from torch.multiprocessing import start_processes

from mmmetaformer import compat
from mmmetaformer.host import dicts_in
from mmmetaformer.run.sample_run import use_sample_data

SIDE = 96  # pixels
STEPS = 2  # DDP complains in the second step about parameters unused in the first

def tiny(path, folder):
    cfg = Config.fromfile(path)
    use_sample_data(cfg, folder)
    cfg.model.backbone.update(
        arch=dict(depths=(1,) * 4, dims=(16,) * 4), init_cfg=None
    )
    if 'neck' in cfg.model:
        cfg.model.neck.in_channels = [16] * len(cfg.model.neck.in_channels)
    else:
        cfg.model.decode_head.in_channels = [16] * 4
        cfg.model.auxiliary_head.in_channels = 16
    for node in dicts_in(cfg.model):
        if node.get('type') == 'SyncBN':
            node['type'] = 'BN'
    return cfg

def samples(detects, objects):
    from mmdet.structures import DetDataSample
    from mmdet.structures.mask import BitmapMasks
    from mmseg.structures import SegDataSample

    shape = dict(img_shape=(SIDE, SIDE), pad_shape=(SIDE, SIDE), ori_shape=(SIDE, SIDE))
    for _ in range(2):
        if detects:
            sample = DetDataSample(metainfo=dict(shape, batch_input_shape=(SIDE, SIDE)))
            n = 2 if objects else 0
            boxes = torch.tensor([[8.0, 8, 40, 40], [30, 20, 90, 80]])[:n]
            masks = torch.zeros(n, SIDE, SIDE, dtype=torch.uint8)
            for mask, (x1, y1, x2, y2) in zip(masks, boxes.int()):
                mask[y1:y2, x1:x2] = 1
            sample.gt_instances = InstanceData(
                bboxes=boxes, labels=torch.arange(n),
                masks=BitmapMasks(masks.numpy(), SIDE, SIDE),
            )
            sample.ignored_instances = InstanceData(
                bboxes=torch.zeros(0, 4), labels=torch.zeros(0, dtype=torch.long)
            )
        else:
            sample = SegDataSample(metainfo=shape)
            label = 1 if objects else 255
            sample.gt_sem_seg = PixelData(
                data=torch.full((1, SIDE, SIDE), label, dtype=torch.long)
            )
        yield sample

def work(rank, path, folder):
    dist.init_process_group('gloo', f'file://{folder}/store', rank=rank, world_size=2)
    compat.install()
    torch.manual_seed(0)
    cfg = tiny(path, folder)
    init_default_scope(cfg.default_scope)
    model = MODELS.build(cfg.model)
    model = MMDistributedDataParallel(module=model, broadcast_buffers=False)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
    wrapper = OptimWrapper(optimizer)
    for step in range(STEPS):
        # In the second step, the other way round.
        batch = list(samples(cfg.default_scope == 'mmdet', rank == step))
        inputs = [torch.randint(256, (3, SIDE, SIDE), dtype=torch.uint8) for _ in batch]
        losses = model.train_step(dict(inputs=inputs, data_samples=batch), wrapper)
        assert all(value.isfinite().all() for value in losses.values()), losses
    for name, parameter in model.named_parameters():
        other = parameter.detach().clone()
        dist.broadcast(other, 0)
        assert torch.equal(other, parameter), name
    dist.barrier()
    os._exit(0)  # freeing DDP may wait for a thread of gloo forever

start_processes(work, tuple(sys.argv[1:]), 2, start_method='fork')
"""


@pytest.mark.slow
@pytest.mark.faults('process without objects')
@pytest.mark.parametrize(
    'config',
    [
        'upernet_convformer.py',
        'semantic_fpn_poolformer.py',
        'mask_rcnn_convformer.py',
        'cascade_mask_rcnn_convformer_3x.py',
        'faster_rcnn_convformer.py',
        'cascade_rcnn_convformer_3x.py',
        'retinanet_poolformer.py',
    ],
)
def test_a_process_without_objects_goes_on(config, root, tmp_path):
    done = subprocess.run(
        [sys.executable, '-c', SCRIPT, root / 'configs' / config, tmp_path],
        env={**os.environ, 'PYTHONPATH': str(root), 'OMP_NUM_THREADS': '1'},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
