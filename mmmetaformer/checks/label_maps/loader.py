# SPDX-License-Identifier: Apache-2.0
"""The host's own loader of label maps, which says what a stored label becomes."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import TRANSFORMS
from PIL import Image

from .map_set import MapSet

__all__ = ['LABELS', 'MapLoader']

LABELS = 256  # mmseg casts label maps to uint8


class MapLoader:
    """Loads label maps as a data set's pipeline does.

    Args:
        map_set: The data set.
    """

    def __init__(self, map_set: MapSet) -> None:
        self.host = map_set.host
        self.scope = map_set.files.scope
        self.whole_loader = map_set.whole_loader
        self._as_stored = self._build(map_set.loader)

    def load(self, file: str) -> np.ndarray:
        """Load a label map with the labels as stored: (height, width) of uint8."""
        return self._run(self._as_stored, file, reduce_zero_label=False)

    def what_labels_become(self) -> list[int]:
        """Return what the model sees for each of the 256 labels that a map can have."""
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder, 'labels.png'))
            Image.fromarray(np.arange(LABELS, dtype=np.uint8)[None]).save(file)
            labels = self._run(
                self._build(self.whole_loader),
                file,
                reduce_zero_label=self.host.reduce_zero_label,
                label_map=self.host.label_map,
            )
        return labels.ravel().tolist()

    def _build(self, spec: Mapping[str, Any]) -> Any:
        with TRANSFORMS.switch_scope_and_registry(self.scope) as registry:
            return registry.build(_unreduced(spec))

    @staticmethod
    def _run(
        transform: Any,
        file: str,
        reduce_zero_label: bool,
        label_map: Mapping[int, int] | None = None,
    ) -> np.ndarray:
        entry = dict(
            seg_map_path=file,
            reduce_zero_label=reduce_zero_label,
            label_map=label_map,
            seg_fields=[],
        )
        return transform(entry)['gt_seg_map']


def _unreduced(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a loader's config without `reduce_zero_label`, also that of an inner one.

    It is then taken from the data set, and the host does not warn about it once more.
    """
    return {
        key: _unreduced(value) if key == 'loader' else value
        for key, value in spec.items()
        if key != 'reduce_zero_label'
    }
