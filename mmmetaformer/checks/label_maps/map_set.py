# SPDX-License-Identifier: Apache-2.0
"""Which label map goes with which image, as the host's own data set pairs them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mmengine.registry import TRANSFORMS

from mmmetaformer.host import dicts_in

from .listed_files import ListedFiles

__all__ = ['MapSet', 'read_map_set', 'transform_of', 'transforms_of']


@dataclass(frozen=True)
class MapSet:
    """The images and label maps of a data set.

    Args:
        images: The image files.
        maps: The label map of each.
        files: Where they come from.
        loader: Config of the transform that loads the label maps as stored.
        whole_loader: The same, or the config of the transform around it that ignores
            labels.
        image_loader: Config of the transform that loads the images.
    """

    images: Sequence[str]
    maps: Sequence[str]
    files: ListedFiles
    loader: Mapping[str, Any]
    whole_loader: Mapping[str, Any]
    image_loader: Mapping[str, Any]

    @property
    def host(self) -> Any:
        """The host's data set, without a pipeline."""
        return self.files.host

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


def read_map_set(files: ListedFiles) -> MapSet | None:
    """Return what a data set pairs; None if its pipeline loads no label maps."""
    pipeline, scope = files.dataset.get('pipeline') or [], files.scope
    loader = transform_of(pipeline, 'LoadAnnotations', scope)
    if loader is None:
        return None
    entries = [entry for entry in files.host.data_list if entry.get('seg_map_path')]
    return MapSet(
        images=[entry['img_path'] for entry in entries],
        maps=[entry['seg_map_path'] for entry in entries],
        files=files,
        loader=loader,
        whole_loader=transform_of(pipeline, 'IgnoreLabels', scope) or loader,
        image_loader=transform_of(pipeline, 'LoadImageFromFile', scope) or {},
    )


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
