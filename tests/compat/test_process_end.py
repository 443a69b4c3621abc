# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys

import pytest

from mmmetaformer.compat.process_end import end_process

SCRIPT = """
import atexit, sys
import torch.distributed as dist
from mmmetaformer.compat.process_end import end_process


class AbortsWhenFreed:
    def __del__(self):
        print('freed')


store = f'file://{sys.argv[1]}'
dist.init_process_group('gloo', init_method=store, rank=0, world_size=1)
sys.modules['__main__'].held = AbortsWhenFreed()
atexit.register(print, 'at exit')
print('done')
end_process(int(sys.argv[2]))
"""


@pytest.mark.parametrize('status', [0, 75])
def test_runs_what_is_registered_and_frees_nothing(status, tmp_path):
    words = [str(tmp_path / 'store'), str(status)]
    done = subprocess.run(
        [sys.executable, '-c', SCRIPT, *words], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (status, '')
    assert done.stdout.split('\n') == ['done', 'at exit', '']


def test_other_processes_go_on():
    end_process(0)
