# SPDX-License-Identifier: Apache-2.0
"""Whether the classes of a config are those of a file in COCO's format."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import data_sets
from mmmetaformer.text import did_you_mean

__all__ = ['check_categories']


def check_categories(dataset: Mapping[str, Any]) -> None:
    """Refuse classes that a COCO-format file does not have, or has in another order.

    mmdet labels the categories in the order of the file. With another order in the
    config, every name would silently stand for another class.

    Args:
        dataset: The data set's config, wrapped or not, with `metainfo.classes`. A data
            set without such a file is not checked.

    Raises:
        ConfigError: A name is not in the file (the message has the nearest), or the
            order differs (the message has the right one).
    """
    for inner in data_sets(dataset):
        file = Path(inner.get('data_root') or '', inner.get('ann_file') or '')
        classes = (inner.get('metainfo') or {}).get('classes')
        if not classes or file.suffix != '.json' or not file.is_file():
            continue
        with file.open(encoding='utf-8') as stream:
            categories = json.load(stream).get('categories', [])
        names = [category['name'] for category in categories]
        for name in classes:
            if name not in names:
                raise ConfigError(
                    f'{file} has no category {name!r}.{did_you_mean(name, names)} '
                    f'Its categories: {", ".join(names)}'
                )
        ordered = [name for name in names if name in classes]
        if ordered != list(classes):
            raise ConfigError(
                f'the classes must be in the order of {file}, in which mmdet labels '
                f'them: {" ".join(map(repr, ordered))}'
            )
