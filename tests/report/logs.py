# SPDX-License-Identifier: Apache-2.0
"""Work dirs as training leaves them, without training."""

import json


def training_line(step, loss=1.0, **more):
    return dict(loss=loss, lr=0.1, base_lr=0.1, time=0.5, iter=step, step=step, **more)


def write_start(work_dir, name, lines, facts=None):
    """Write the log folder of a start and return it."""
    folder = work_dir / name
    (folder / 'vis_data').mkdir(parents=True)
    text = ''.join(f'{json.dumps(line)}\n' for line in lines)
    (folder / 'vis_data/scalars.json').write_text(text)
    if facts is not None:
        (folder / 'facts.json').write_text(json.dumps(facts))
    return folder
