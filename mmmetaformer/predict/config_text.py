# SPDX-License-Identifier: Apache-2.0
"""The config that a checkpoint carries: what is taken from it, and nothing else."""

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError

from .literals import read_literals
from .pipeline import LOADER, test_data_set, without_annotations
from .trusted_types import check_scope, check_types

__all__ = ['config_of_text']

WANTED = (
    'model',
    'default_scope',
    'test_dataloader',
    'val_dataloader',
    'test_pipeline',
    'tta_model',
    'tta_pipeline',
)
#: Keys of a model that name files or addresses to load, or that only training needs.
DROPPED = frozenset(
    (
        'batch_augments',
        'checkpoint',
        'init_cfg',
        'pretrained',
    )
)
#: Arguments of the image loader; others name a storage to read from.
LOADER_KEYS = ('type', 'color_type', 'imdecode_backend', 'to_float32')
#: Metainfo of a data set that is looked at.
METAINFO = ('classes', 'palette')


def config_of_text(text: str, name: str) -> Config:
    """Return what predicting needs of the config that a checkpoint carries.

    The text is parsed and not run. Taken are the model, without the files that its
    parts would load, the test pipeline, the parts of `--tta`, and classes and palette.
    Each type must be a registered one.

    Args:
        text: `meta['cfg']` of a checkpoint, or `config` of a published file.
        name: The checkpoint, for the message.

    Raises:
        ConfigError: The text is not plain data, or names what could run other code.
    """
    values = read_literals(text, name, WANTED)
    if not isinstance(values.get('model'), Mapping):
        raise ConfigError(
            f'the config in {name} has no model. Pass the config file: --config FILE'
        )
    scope = values.get('default_scope') or 'mmengine'
    check_scope(scope, name)
    parts: dict[str, Any] = {
        'default_scope': scope,
        'model': _without_files(values['model']),
    }
    check_types(parts['model'], scope, name)
    dataset = test_data_set(values)
    parts['test_dataloader'] = {
        'dataset': {
            'pipeline': _pipeline(
                dataset.get('pipeline') or values.get('test_pipeline'), scope, name
            ),
            'metainfo': _metainfo(dataset.get('metainfo')),
        }
    }
    if values.get('tta_model') and values.get('tta_pipeline'):
        parts['tta_model'] = _without_files(values['tta_model'])
        check_types(parts['tta_model'], scope, name)
        parts['tta_pipeline'] = _pipeline(values['tta_pipeline'], scope, name)
    return Config(parts)


def _pipeline(pipeline: Any, scope: str, name: str) -> Any:
    pipeline = _own_loader(without_annotations(pipeline or []))
    check_types(pipeline, scope, name, transforms=True)
    return pipeline


def _own_loader(node: Any) -> Any:
    if isinstance(node, list):
        return [_own_loader(one) for one in node]
    if isinstance(node, dict) and str(node.get('type')).rpartition('.')[2] == LOADER:
        return {key: node[key] for key in LOADER_KEYS if key in node}
    return node


def _without_files(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: _without_files(v) for k, v in node.items() if k not in DROPPED}
    if isinstance(node, (list, tuple)):
        return type(node)(_without_files(one) for one in node)
    return node


def _metainfo(metainfo: Any) -> dict[str, Any]:
    if not isinstance(metainfo, Mapping):
        return {}
    # Text would be the name of a file to read.
    return {
        key: metainfo[key]
        for key in METAINFO
        if isinstance(metainfo.get(key), (list, tuple))
    }
