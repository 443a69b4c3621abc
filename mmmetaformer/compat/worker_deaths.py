# SPDX-License-Identifier: Apache-2.0
"""Let a data loader's workers outlive signals to their group, but not their parent.

torch's workers notice every five seconds, and only while they wait for work, that
their parent is gone: after a SIGKILL they live on. And a signal to a process group, as
Ctrl-C and launchers send it, ends them before the trainer can finish its step.
Upstream: torch 2.11, `torch/utils/data/_utils/worker.py`. Remove this file when torch
sets PR_SET_PDEATHSIG there and leaves signals of others than the parent to the parent.
"""

import functools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from mmengine.runner import Runner
from torch.utils.data import DataLoader

from mmmetaformer.orphans import die_with_parent

__all__ = ['install', 'start_worker']

MARK = '_workers_die_with_parent'


def install() -> None:
    """Let `Runner.build_dataloader` prepare the workers. Further calls do nothing."""
    build = Runner.build_dataloader
    if hasattr(build, MARK):
        return

    @functools.wraps(build)
    def build_dataloader(*args: Any, **kwargs: Any) -> DataLoader:
        loader = build(*args, **kwargs)
        if loader.num_workers and not _prepared(loader.worker_init_fn):
            loader.worker_init_fn = functools.partial(
                start_worker, os.getpid(), loader.worker_init_fn
            )
        return loader

    setattr(build_dataloader, MARK, True)
    Runner.build_dataloader = staticmethod(build_dataloader)


def start_worker(
    parent: int, then: Callable[[int], None] | None, worker_id: int
) -> None:
    """Prepare a worker process; called by torch in it.

    Args:
        parent: Process id of the trainer.
        then: The loader's own function, called afterwards.
        worker_id: The worker's number.
    """
    if os.getppid() == parent or not _is_alive(parent):
        die_with_parent(parent)
    for name in ('SIGINT', 'SIGUSR1'):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if hasattr(signal, 'sigwaitinfo'):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        waiting = threading.Thread(target=_obey, args=(parent,), daemon=True)
        waiting.start()
    if then is not None:
        then(worker_id)


def _is_alive(parent: int) -> bool:
    """Return whether the trainer lives, which a fork server has started this for."""
    trainer = multiprocessing.parent_process()
    return trainer is not None and trainer.pid == parent and trainer.is_alive()


def _obey(parent: int) -> None:
    """End this process at a SIGTERM of its parent, which ends its workers that way."""
    while signal.sigwaitinfo({signal.SIGTERM}).si_pid != parent:
        pass
    os._exit(0)


def _prepared(function: Any) -> bool:
    return isinstance(function, functools.partial) and function.func is start_worker
