# SPDX-License-Identifier: Apache-2.0
"""Labels of a user's own that are no class."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmmetaformer.host import IGNORED_LABEL
from mmmetaformer.registry import TRANSFORMS

__all__ = ['IgnoreLabels']

LABELS = 256  # mmseg casts label maps to uint8


@TRANSFORMS.register_module()
class IgnoreLabels:
    """Load a label map, and set the pixels of some labels to one that is ignored.

    It stands where the loader stood, also in the nested lists of `TestTimeAug`, where a
    transform of its own would be one more view.

    Args:
        loader: Config of the transform that loads the label map.
        labels: The labels as stored, each from 0 to 255.
        ignored: The label that losses and metrics leave out.
    """

    def __init__(
        self,
        loader: dict[str, Any],
        labels: Sequence[int],
        ignored: int = IGNORED_LABEL,
    ) -> None:
        self.loader = TRANSFORMS.build(dict(loader))
        self.labels = list(labels)
        self.ignored = ignored

    def __call__(self, results: dict[str, Any]) -> dict[str, Any]:
        """Load `gt_seg_map`; `reduce_zero_label` says whether labels were shifted."""
        results = self.loader(results)
        shift = 1 if results.get('reduce_zero_label') else 0
        becomes = np.arange(LABELS, dtype=np.uint8)
        # Label 0 is ignored already where labels were shifted.
        labels = [label - shift for label in self.labels if label >= shift]
        becomes[labels] = self.ignored
        results['gt_seg_map'] = becomes[results['gt_seg_map']]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}({self.loader}, labels={self.labels})'
