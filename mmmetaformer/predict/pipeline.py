# SPDX-License-Identifier: Apache-2.0
"""From an image to the input of a model, as the model's test data are prepared."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.registry import TRANSFORMS, DefaultScope

from mmmetaformer.checks.images.loader import LOADER, loaded_channels
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import dicts_in, type_name
from mmmetaformer.tracebacks import words_of

__all__ = ['LOADER', 'Pipeline', 'test_data_set', 'without_annotations']

#: Transforms that read or change annotations, which an own image does not have.
ON_ANNOTATIONS = frozenset(
    (
        'CheckLabels',
        'FilterAnnotations',
        'IgnoreLabels',
        'LoadAnnotations',
        'LoadEmptyAnnotations',
        'LoadPanopticAnnotations',
    )
)


def without_annotations(node: Any) -> Any:
    """Return a pipeline without the transforms that need annotations.

    Args:
        node: A list of transforms; lists in it are those of `TestTimeAug`.
    """
    if isinstance(node, (list, tuple)):
        kept = [without_annotations(one) for one in node if not _on_annotations(one)]
        return [one for one in kept if one != []]
    if isinstance(node, Mapping):
        return {key: _inside(key, value) for key, value in node.items()}
    return node


def _inside(key: str, value: Any) -> Any:
    return without_annotations(value) if key == 'transforms' else value


def _on_annotations(node: Any) -> bool:
    return isinstance(node, Mapping) and type_name(node) in ON_ANNOTATIONS


class Pipeline:
    """Loads images and prepares them for a model.

    Args:
        cfg: The config of the model.
        tta: Whether to prepare the views of the config's `tta_pipeline`.

    Raises:
        ConfigError: The config has no test pipeline that loads an image file.
    """

    def __init__(self, cfg: Config, tta: bool = False) -> None:
        steps = without_annotations(cfg.tta_pipeline if tta else _test_pipeline(cfg))
        loaders = [step for step in dicts_in(steps[:1]) if type_name(step) == LOADER]
        if not loaders:
            raise ConfigError(
                f'the test pipeline of the config does not begin with {LOADER}, so it '
                'cannot load an image of your own'
            )
        #: Whether images are loaded with three channels.
        self.color = loaded_channels(loaders[0]) == 3
        scope = cfg.get('default_scope', 'mmengine')
        with (
            DefaultScope.overwrite_default_scope(scope),
            TRANSFORMS.switch_scope_and_registry(scope) as registry,
        ):
            self._loader = registry.build(dict(loaders[0]))
            self._steps = [registry.build(dict(step)) for step in steps[1:]]

    def load(self, path: str) -> np.ndarray:
        """Load an image file as training and testing do.

        Returns:
            (H, W, channels) or (H, W), BGR if it has colors.

        Raises:
            ConfigError: It does not exist, or is not an image.
        """
        if not os.path.isfile(path):
            raise ConfigError(f'there is no image {path}')
        try:
            return self._loader(dict(img_path=path))['img']
        # Decoders raise anything for files that are no images.
        except Exception as error:
            raise ConfigError(
                f'{path} cannot be read as an image: {_reason(path, error)}'
            ) from error

    def prepare(self, image: np.ndarray, path: str = '') -> dict[str, Any]:
        """Return the input of the model, and what is known about it.

        Args:
            image: As `load` returns it.
            path: Its file, if any.
        """
        size = image.shape[:2]
        results: Any = dict(
            img=image, img_path=path, img_id=0, img_shape=size, ori_shape=size
        )
        for step in self._steps:
            results = step(results)
        return results


def _reason(path: str, error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if not os.path.getsize(path):
        return 'it is empty'
    if isinstance(error, AssertionError):
        return 'it is damaged, or in a format that OpenCV does not know'
    return words_of(error)


def test_data_set(cfg: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the config of the test data set, else of the validation's, else {}.

    Args:
        cfg: A config. Of several data sets in wrappers, it is the first one.
    """
    for split in ('test', 'val'):
        loader = cfg.get(f'{split}_dataloader')
        node = loader.get('dataset') if isinstance(loader, Mapping) else None
        while isinstance(node, Mapping):
            inner = node.get('dataset') or node.get('datasets')
            if isinstance(inner, (list, tuple)):
                inner = inner[0] if inner else None
            if not isinstance(inner, Mapping):
                return node
            node = inner
    return {}


def _test_pipeline(cfg: Config) -> Any:
    pipeline = test_data_set(cfg).get('pipeline') or cfg.get('test_pipeline')
    if not pipeline:
        raise ConfigError(
            'the config has no test pipeline (test_dataloader.dataset.pipeline), which '
            'says how an image is prepared'
        )
    return pipeline
