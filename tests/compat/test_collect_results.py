# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys

import mmengine.dist
from mmengine.evaluator import metric

from mmmetaformer import compat

SCRIPT = """
import os
import sys
import numpy as np
import torch
import torch.distributed as dist
from torch.multiprocessing import start_processes
from mmengine.dist import collect_results_cpu as through_folder
from mmmetaformer.compat import collect_results
from mmmetaformer.compat.process_end import end_process
from mmengine.evaluator import BaseMetric

collect_results.install()
# Small enough that results are cut into pieces, and that a message holds several.
collect_results.MESSAGE = 300

def result(i):
    if i == 4:
        return None
    box = np.full((i, 4), i + 0.25)
    return {'img_id': i, 'box': box}, torch.arange(i), {'counts': b'x' * 70 * i}

def same(a, b):
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return np.array_equal(a, b)

class Keep(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results += data_samples

    def compute_metrics(self, results):
        return dict(count=len(results), last=results[-1][0]['img_id'])

# Padded as by mmengine's sampler; one more sample in the first process; no sample; and
# processes without samples.
CASES = [(10, [i % 10 for i in range(12)]), (11, range(11)), (0, []), (1, [0])]

def work(rank, folder, processes):
    os.mkdir(f'{folder}/host{rank}')
    os.chdir(f'{folder}/host{rank}')
    store = f'file://{folder}/store'
    dist.init_process_group('gloo', store, rank=rank, world_size=processes)
    for size, order in CASES:
        part = [result(i) for i in list(order)[rank::processes]]
        sent = collect_results.gather_results(part, size)
        read = through_folder(part, size, f'{folder}/shared')
        assert (sent is None) == (read is None) == (rank > 0)
        assert rank > 0 or same(sent, read), (size, sent, read)
    metric = Keep()
    metric.process(None, [result(i) for i in range(5, 10)[rank::processes]])
    assert metric.evaluate(5) == dict(count=5, last=9)
    end_process(0)

start_processes(work, (sys.argv[1], 3), 3, start_method='fork')
"""


def test_results_equal_those_of_a_shared_folder(tmp_path, root):
    """Three processes, so that one sends to another that does not want it."""
    done = subprocess.run(
        [sys.executable, '-c', SCRIPT, tmp_path],
        cwd=root,
        env={**os.environ, 'PYTHONPATH': str(root)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    # Neither `.dist_test` nor anything else.
    assert [list((tmp_path / f'host{rank}').iterdir()) for rank in range(3)] == [[]] * 3


def test_installed_once_where_metrics_look():
    compat.install()
    collect = mmengine.dist.collect_results_cpu
    compat.install()
    assert mmengine.dist.collect_results_cpu is collect
    assert metric.collect_results.__globals__['collect_results_cpu'] is collect
    assert collect([1, None, 3], 2) == [1, None]  # one process, as mmengine
