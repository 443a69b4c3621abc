# SPDX-License-Identifier: Apache-2.0
"""The example of docs/token_mixers.md, word for word."""

import re

from tiny_runs import SHORT


def test_a_mixer_in_a_file_of_the_users_own_trains(tool, root, sample, tmp_path):
    page = (root / 'docs/token_mixers.md').read_text()
    blocks = re.findall(r'```python\n# (\S+\.py)\n(.*?)```', page, flags=re.DOTALL)
    files = dict(blocks)
    assert set(files) == {'shift_mixer.py', 'upernet_shiftformer.py'}
    for name, text in files.items():
        text = text.replace("'configs/", f"'{root}/configs/")
        (tmp_path / name).write_text(text)
    done = tool(
        'train.py',
        tmp_path / 'upernet_shiftformer.py',
        '--sample-data',
        sample,
        '--work-dir',
        tmp_path / 'work',
        '--cfg-options',
        *SHORT['upernet'],
        'model.backbone.arch.depths=[1,1,1,1]',
        PYTHONPATH=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert 'mIoU' in done.stdout
