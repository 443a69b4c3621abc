# SPDX-License-Identifier: Apache-2.0
"""Prepare distributed training on a host without a GPU.

mmengine's `init_dist('pytorch')` sets a CUDA device first. `Runner.wrap_model` passes a
device index to DDP, which refuses it for a model on the CPU. torch's SyncBN refuses CPU
tensors. Upstream: mmengine 0.10.7, `mmengine/dist/utils.py` and
`mmengine/runner/runner.py`. Remove this file when these check for an accelerator.
"""

import os
from datetime import timedelta

import torch.distributed as dist
from mmengine.config import Config
from mmengine.device import get_device

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import dicts_in, type_name
from mmmetaformer.say import say

from .slurm_launch import prepare_slurm_launch

__all__ = ['prepare_cpu_launch']

#: mmengine's default.
WRAPPER = 'MMDistributedDataParallel'
SYNC_BN = ('SyncBN', 'MMSyncBN')


def prepare_cpu_launch(cfg: Config) -> None:
    """Create a gloo process group and adapt the config, if there is no accelerator.

    With an accelerator, or without a launcher, nothing changes. Under Slurm, the
    addresses that torch needs are set in any case.

    Args:
        cfg: The run's config with its `launcher`; changed in place.

    Raises:
        ConfigError: The launcher needs a GPU, or did not start this process.
    """
    if cfg.launcher == 'slurm':
        prepare_slurm_launch()
    if cfg.launcher == 'none' or get_device() != 'cpu':
        return
    if cfg.launcher == 'mpi':
        raise ConfigError(
            '--launcher mpi needs a GPU, but none is visible. On CPUs use --launcher '
            'pytorch, as tools/dist_train.sh does, or slurm.'
        )
    if cfg.launcher == 'pytorch' and 'RANK' not in os.environ:
        raise ConfigError(
            '--launcher pytorch needs the variable RANK, which torchrun sets. Start '
            'with tools/dist_train.sh or tools/dist_test.sh.'
        )
    seconds = cfg.get('env_cfg', {}).get('dist_cfg', {}).get('timeout')
    dist.init_process_group('gloo', timeout=seconds and timedelta(seconds=seconds))
    if not cfg.get('model_wrapper_cfg'):
        cfg.model_wrapper_cfg = dict(
            type=WRAPPER,
            device_ids=None,
            broadcast_buffers=False,
            find_unused_parameters=cfg.get('find_unused_parameters', False),
            # Same bits; saves a copy of all gradients (docs/scaling.md).
            gradient_as_bucket_view=True,
        )
    elif type_name({'type': WRAPPER, **cfg.model_wrapper_cfg}).endswith(WRAPPER[2:]):
        cfg.model_wrapper_cfg.setdefault('device_ids', None)
    layers = [node for node in dicts_in(cfg.model) if node.get('type') in SYNC_BN]
    for layer in layers:
        layer['type'] = 'BN'
    if layers and dist.get_rank() == 0:
        say('SyncBN needs GPUs: each process uses BN on its own images instead.')
