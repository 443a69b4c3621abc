# SPDX-License-Identifier: Apache-2.0
"""One training step of a stock config with a ConvFormer."""

import math
import resource
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import ConfigDict
from mmengine.logging import MessageHub
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import MODELS, init_default_scope
from mmengine.structures import InstanceData, PixelData
from stock_batches import detection_batch, segmentation_batch
from zoo_backbones import part_with_backbone, replace_backbone
from zoo_choice import folder_of, read

from mmmetaformer.checks.config.channels import check_channels
from mmmetaformer.host import dicts_in

#: Pixels of the images: detectors with queries start from up to 900 positions.
SHAPE = (256, 320)
#: SSD's last map is a single position, which smaller images do not have.
SQUARE = (320, 320)


def step(host: str, path: str) -> dict[str, Any]:
    """Train a config for one step.

    Returns:
        `outcome`, 'ok' or what is wrong after the step, and the peak memory in MB.
    """
    torch.manual_seed(0)
    cfg = read(host, path)
    spec = cfg.model.to_dict()
    fit(spec, host)
    if 'detector' not in spec:
        check_channels(spec, host)
    init_default_scope(host)
    # As the runner does before the first step; TOOD asks for the epoch.
    hub = MessageHub.get_current_instance()
    hub.update_info_dict(dict(epoch=0, iter=0))
    if any(part.get('type') == 'MMSyncBN' for part in dicts_in(spec)):
        # mmcv's layer asks for the number of processes when it is built.
        torch.distributed.init_process_group(
            'gloo', store=torch.distributed.HashStore(), rank=0, world_size=1
        )
    model: Any = revert_sync_batchnorm(MODELS.build(ConfigDict(spec)))
    model.train()
    model.init_weights()
    batch = make_batch(spec, cfg, host)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
    data = model.data_preprocessor(batch, True)
    loss, _ = model.parse_losses(model._run_forward(data, mode='loss'))
    loss.backward()
    backbone = _backbone_of(model)
    parameters = dict(backbone.named_parameters())
    without = [name for name, value in parameters.items() if value.grad is None]
    if not math.isfinite(loss):
        outcome = f'the loss is {float(loss)}'
    elif without:
        outcome = f'{len(without)} of {len(parameters)} parameters without a gradient'
    elif not all(torch.isfinite(value.grad).all() for value in parameters.values()):
        outcome = 'a gradient is not finite'
    else:
        outcome = 'ok'
    optimizer.step()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return dict(outcome=outcome, loss=float(loss), peak_mb=peak)


def _backbone_of(model: Any) -> Any:
    if hasattr(model, 'student'):  # of a semi-supervised detector
        return model.student.backbone
    return (model if hasattr(model, 'backbone') else model.detector).backbone


def fit(spec: dict[str, Any], host: str) -> None:
    """Replace the backbone, and leave out what needs the network or large images."""
    replace_backbone(spec, host)
    for part in dicts_in(spec):
        part.pop('pretrained', None)
        if (part.get('init_cfg') or {}) and _is_loaded(part['init_cfg']):
            del part['init_cfg']
    for part in dicts_in(spec.get('data_preprocessor', {})):
        part.pop('batch_augments', None)
        if 'size' in part:
            part.update(size=SHAPE, size_divisor=None)
    if 'shared_head' in spec.get('roi_head', {}):
        # Each of its RoIs passes the last stage of a ResNet: 512 need minutes.
        spec['train_cfg']['rcnn']['sampler']['num'] = 64
    if 'teacher_ckpt' in spec:
        spec['teacher_ckpt'] = None
    if 'teacher_config' in spec:  # a path within mmdet's repository
        teacher = Path(spec['teacher_config']).relative_to('configs')
        spec['teacher_config'] = str(folder_of(host) / teacher)


def _is_loaded(init_cfg: Any) -> bool:
    return any(part.get('type') == 'Pretrained' for part in dicts_in(init_cfg))


def make_batch(spec: dict[str, Any], cfg: Any, host: str) -> dict[str, Any]:
    """Return what the data loader would return."""
    shape = SQUARE if spec['type'] == 'SingleStageDetector' else SHAPE
    channels = part_with_backbone(spec)['backbone']['in_channels']
    images = [
        torch.randint(0, 256, (channels, *shape), dtype=torch.uint8) for _ in range(2)
    ]
    classes = [
        part['num_classes'] for part in dicts_in(spec) if part.get('num_classes')
    ]
    if host == 'mmseg':
        return dict(
            inputs=images,
            data_samples=segmentation_batch(*shape, min([*classes, 7])),
        )
    samples = detection_batch(*shape, (0, min([*classes, 6]) - 1))
    things = [part.get('num_things_classes', 0) for part in dicts_in(spec)]
    loads_masks = any(part.get('with_mask') for part in dicts_in(cfg.train_dataloader))
    for sample in samples:
        if not loads_masks:
            del sample.gt_instances.masks
        sample.gt_sem_seg = PixelData(sem_seg=_stuff(cfg, shape, max(things)))
        sample.proposals = InstanceData(bboxes=sample.gt_instances.bboxes + 4)
        sample.set_metainfo(
            dict(homography_matrix=np.eye(3, dtype=np.float32), flip=False)
        )
    if type(spec.get('detector')) is dict and 'semi_train_cfg' in spec:
        branches = ('sup', 'unsup_teacher', 'unsup_student')
        return dict(
            inputs={branch: list(images) for branch in branches},
            data_samples={
                branch: [sample.clone() for sample in samples] for branch in branches
            },
        )
    return dict(inputs=images, data_samples=samples)


def _stuff(cfg: Any, shape: tuple[int, int], label: int) -> torch.Tensor:
    """Return a label map of stuff, as small as the pipeline makes it (HTC)."""
    scales = [
        part['scale_factor']
        for part in dicts_in(cfg.get('train_pipeline', []))
        if part.get('type') == 'SegRescale'
    ]
    scale = scales[0] if scales else 1
    labels = torch.full((1, *(int(side * scale) for side in shape)), 255)
    labels[:, : labels.shape[1] // 2] = label
    return labels
