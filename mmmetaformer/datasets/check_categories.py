# SPDX-License-Identifier: Apache-2.0
"""Whether the classes of a config are those of a file in COCO's format."""

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmmetaformer.errors import ConfigError

from .innermost import innermost

__all__ = ['check_categories']


def check_categories(dataset: Mapping[str, Any]) -> None:
    """Refuse classes that a COCO-format file lacks, or has in another order.

    mmdet takes the categories that have one of the names in the order of the file,
    and labels them by that order: with another one in the config, every name would
    stand for another class, in silence.

    Args:
        dataset: The data set's config, wrapped or not, with `metainfo.classes`. One
            without such a file is not checked.

    Raises:
        ConfigError: A name is not in the file (names the nearest), or the order
            differs (tells the right one).
    """
    for inner in innermost(dataset):
        file = Path(inner.get('data_root') or '', inner.get('ann_file') or '')
        classes = (inner.get('metainfo') or {}).get('classes')
        if not classes or file.suffix != '.json' or not file.is_file():
            continue
        with file.open(encoding='utf-8') as stream:
            categories = json.load(stream).get('categories', [])
        names = [category['name'] for category in categories]
        for name in classes:
            if name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                hint = f' Did you mean {near[0]!r}?' if near else ''
                raise ConfigError(
                    f'{file} has no category {name!r}.{hint} It has: {", ".join(names)}'
                )
        ordered = [name for name in names if name in classes]
        if ordered != list(classes):
            raise ConfigError(
                f'the classes are to be in the order of {file}, by which mmdet labels '
                f'them: {" ".join(map(repr, ordered))}'
            )
