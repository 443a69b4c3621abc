# SPDX-License-Identifier: Apache-2.0
"""Print how many mutations are caught, and how many sound runs are refused.

python tests/checks/mutations/report.py [PATTERN] [--markdown]
"""

import os
import re
import sys
import tempfile
import time
from pathlib import Path

from checkpoint_mutations import CHECKPOINTS
from coco_mutations import COCO
from config_mutations import CONFIGS
from image_mutations import IMAGES
from label_mutations import LABELS
from mutation import refused_though_sound, try_mutation
from sound_variations import SOUND

from mmmetaformer import compat
from mmmetaformer.text import table

PARTS = {
    'COCO files': COCO,
    'label maps': LABELS,
    'images': IMAGES,
    'configs': CONFIGS,
    'checkpoints': CHECKPOINTS,
}


def summary(pattern=''):
    """Try all whose names match; print each failure; return rows of numbers."""
    rows = [('part', 'mutations', 'caught', 'missed')]
    for part, mutations in PARTS.items():
        chosen = [m for m in mutations if re.search(pattern, f'{part}: {m.name}')]
        missed = sum(bool(_told(part, m, try_mutation)) for m in chosen)
        rows.append((part, len(chosen), len(chosen) - missed, missed))
    totals = [sum(column) for column in list(zip(*rows[1:], strict=True))[1:]]
    rows.append(('all', *totals))
    chosen = [v for v in SOUND if re.search(pattern, f'sound: {v.name}')]
    refused = sum(bool(_told('sound', v, refused_though_sound)) for v in chosen)
    return rows, len(chosen), refused


def _told(part, mutation, attempt):
    begin = time.time()
    with tempfile.TemporaryDirectory() as folder:
        outcome, wrong = attempt(mutation, Path(folder))
    seconds = time.time() - begin
    verbose = '--verbose' in sys.argv
    if wrong or verbose:
        message = wrong or outcome.error or '\n'.join(outcome.warnings)
        mark = 'FAULT' if wrong else 'good'
        print(f'{mark} {part}: {mutation.name} ({seconds:.1f} s)\n    {message}\n')
        sys.stdout.flush()
    return wrong


def main():
    """Print the table."""
    os.environ['XDG_CACHE_HOME'] = tempfile.mkdtemp()
    compat.install()
    words = [word for word in sys.argv[1:] if not word.startswith('--')]
    rows, sound, refused = summary(*words)
    print('\n'.join(table(rows)))
    print(f'{sound} sound runs, {refused} refused or warned about')


if __name__ == '__main__':
    main()
