# SPDX-License-Identifier: Apache-2.0
"""The files of a data set with label maps, as the host's own data set lists them."""

import inspect
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mmengine.registry import DATASETS

from mmmetaformer.checks.images.header import Header, read_header
from mmmetaformer.host import registered_data_set

__all__ = ['ListedFiles']

#: What keeps the host from doing more than listing files.
LIST_ONLY = dict(pipeline=[], serialize_data=False, lazy_init=False)


class ListedFiles:
    """The files of a data set, listed and opened once for all its checks.

    Args:
        dataset: Config of a data set that derives from mmseg's BaseSegDataset.
        scope: The config's default scope, in which the host looks up names.
    """

    def __init__(self, dataset: Mapping[str, Any], scope: str | None) -> None:
        self.dataset = dataset
        self.scope = scope
        self._headers: dict[str, Header] = {}

    @cached_property
    def host(self) -> Any:
        """The host's data set, which has listed its files and loads none.

        Raises:
            Exception: Whatever the host raises.
        """
        kind = registered_data_set(self.dataset, self.scope)
        parameters = inspect.signature(kind).parameters
        takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        spec = dict(self.dataset)
        for key, value in LIST_ONLY.items():
            if takes_any or key in parameters:
                spec[key] = value
        with DATASETS.switch_scope_and_registry(self.scope) as registry:
            return registry.build(spec)

    def header(self, image: str) -> Header:
        """Return the header of an image.

        Raises:
            HeaderError: It cannot be read.
        """
        if image not in self._headers:
            self._headers[image] = read_header(image)
        return self._headers[image]
