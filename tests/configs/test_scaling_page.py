# SPDX-License-Identifier: Apache-2.0
"""The bytes on docs/scaling.md are those of the configs and backbones."""

import re

import torch
from leaves import FILES, MAPS
from mmengine.fileio import load

from mmmetaformer import models

FAMILY = re.compile(r'\w+Former(?:V2)?')
#: The methods of each column after the backbone's, with what ends the names.
COLUMNS = [
    [('semantic_fpn', ''), ('retinanet', '')],
    [('upernet', '')],
    [('mask_rcnn', '')],
    [('cascade_mask_rcnn', '_3x')],
]


def rows(root):
    """Yield family, size and cells of each row of the table of gradients."""
    page = (root / 'docs/scaling.md').read_text()
    families = []
    for line in page.partition('| gradients, MB |')[2].splitlines()[2:]:
        if not line.startswith('|'):
            return
        first, *cells = [cell.strip() for cell in line.strip('|').split('|')]
        families = FAMILY.findall(first) or families
        for family in families:
            yield family, re.search(r'[SMB]\d\d', first)[0].lower(), cells


def megabytes(count):
    return f'{4 * count / 1e6:.1f}'


def test_gradients_of_every_size(root):
    zoo = [load(path) for path in (root / 'configs/metafiles').glob('*.yml')]
    counts = {
        model['Name']: model['Metadata']['Parameters']
        for one in zoo
        for model in one['Models']
    }
    seen = set()
    for family, size, (backbone, *cells) in rows(root):
        kind = getattr(models, family)
        with torch.device('meta'):
            parameters = list(kind(size).parameters())
        trained = sum(p.numel() for p in parameters if p.requires_grad)
        frozen = sum(p.numel() for p in parameters) - trained
        assert backbone == megabytes(trained), (family, size)
        is_smallest = size == next(iter(kind.arch_settings))
        middle = family.lower() + ('' if is_smallest else f'_{size}')
        for methods, cell in zip(COLUMNS, cells, strict=True):
            names = [f'{method}_{middle}{end}' for method, end in methods]
            names = [name for name in names if name in FILES]
            expected = [megabytes(counts[name] - frozen) for name in names]
            assert cell == ', '.join(expected), (family, size, methods)
            seen.update(names)
    methods = ('semantic_fpn_', 'retinanet_', 'upernet_', 'mask_rcnn_')
    ours = {name for name in FILES if name.startswith(methods) and 'former' in name}
    others = ('_640', '_3x', *(f'_{data}' for data in MAPS))
    assert {name for name in ours if not name.endswith(others)} <= seen
