# SPDX-License-Identifier: Apache-2.0
"""Which label map goes with which image, as the host's own data set pairs them."""

import inspect
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mmengine.registry import DATASETS, TRANSFORMS

from mmmetaformer.host import dicts_in, registered_data_set

__all__ = ['MapSet', 'build_data_set', 'read_map_set', 'transform_of', 'transforms_of']

#: What keeps the host from doing more than listing files.
LIST_ONLY = dict(pipeline=[], serialize_data=False, lazy_init=False)


@dataclass(frozen=True)
class MapSet:
    """The images and label maps of a data set.

    Args:
        images: The image files.
        maps: The label map of each.
        host: The host's data set, without a pipeline.
        loader: Config of the transform that loads the label maps as stored.
        whole_loader: The same, or the config of the transform around it that ignores
            labels.
        image_loader: Config of the transform that loads the images.
        scope: In which the host looks up names.
    """

    images: Sequence[str]
    maps: Sequence[str]
    host: Any
    loader: Mapping[str, Any]
    whole_loader: Mapping[str, Any]
    image_loader: Mapping[str, Any]
    scope: str | None

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Image and label map of each entry whose files both exist."""
        return [
            (image, labels)
            for image, labels in zip(self.images, self.maps, strict=True)
            if os.path.isfile(labels) and os.path.isfile(image)
        ]

    @property
    def classes(self) -> list[str] | None:
        """The names of the classes in the order of their numbers; None if unknown."""
        names = self.host.metainfo.get('classes')
        return None if names is None else list(names)

    @property
    def image_folder(self) -> str:
        """Where the images are."""
        return self.host.data_prefix.get('img_path') or '.'

    @property
    def map_folder(self) -> str:
        """Where the label maps are."""
        return self.host.data_prefix.get('seg_map_path') or '.'


def read_map_set(dataset: Mapping[str, Any], scope: str | None) -> MapSet | None:
    """Return what a data set pairs; None if its pipeline loads no label maps.

    Args:
        dataset: Config of a data set that derives from mmseg's BaseSegDataset.
        scope: The config's default scope.
    """
    pipeline = dataset.get('pipeline') or []
    loader = transform_of(pipeline, 'LoadAnnotations', scope)
    if loader is None:
        return None
    host = build_data_set(dataset, scope)
    entries = [entry for entry in host.data_list if entry.get('seg_map_path')]
    return MapSet(
        images=[entry['img_path'] for entry in entries],
        maps=[entry['seg_map_path'] for entry in entries],
        host=host,
        loader=loader,
        whole_loader=transform_of(pipeline, 'IgnoreLabels', scope) or loader,
        image_loader=transform_of(pipeline, 'LoadImageFromFile', scope) or {},
        scope=scope,
    )


def build_data_set(
    dataset: Mapping[str, Any], scope: str | None, **changes: Any
) -> Any:
    """Build the host's data set, which lists its files and loads none.

    Args:
        dataset: The data set's config.
        scope: The config's default scope.
        changes: Arguments to replace; one that the type does not have is left out.
    """
    kind = registered_data_set(dataset, scope)
    parameters = inspect.signature(kind).parameters
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    spec = dict(dataset)
    for key, value in {**LIST_ONLY, **changes}.items():
        if takes_any or key in parameters:
            spec[key] = value
    with DATASETS.switch_scope_and_registry(scope) as registry:
        return registry.build(spec)


def transform_of(
    pipeline: Sequence[Any], kind: str, scope: str | None
) -> Mapping[str, Any] | None:
    """Return the first of `transforms_of`, None if there is none."""
    return next(transforms_of(pipeline, kind, scope), None)


def transforms_of(
    pipeline: Sequence[Any], kind: str, scope: str | None
) -> Iterator[Any]:
    """Yield the configs of a pipeline's transforms of a kind.

    Args:
        pipeline: Configs of transforms, also nested ones.
        kind: The name of a class; classes derived from it count.
        scope: The config's default scope.
    """
    with TRANSFORMS.switch_scope_and_registry(scope) as registry:
        for node in dicts_in(list(pipeline)):
            name = node.get('type')
            found = registry.get(name) if isinstance(name, str) else name
            if kind in [base.__name__ for base in getattr(found, '__mro__', ())]:
                yield node
