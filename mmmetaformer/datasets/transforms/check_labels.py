# SPDX-License-Identifier: Apache-2.0
"""Whether a label map fits its image and the classes, as it is loaded."""

from collections.abc import Sequence
from typing import Any

from mmmetaformer.errors import DataError
from mmmetaformer.host import IGNORED_LABEL
from mmmetaformer.registry import TRANSFORMS
from mmmetaformer.text import shortened

__all__ = ['CheckLabels']


@TRANSFORMS.register_module()
class CheckLabels:
    """Refuse a label map of another size than its image, or with unknown labels.

    It stands after mmseg's `LoadAnnotations` and changes nothing.

    Args:
        num_classes: Classes of the data set; None to check only the size.
        ignored: Labels that losses or metrics leave out.
    """

    def __init__(
        self, num_classes: int | None, ignored: Sequence[int] = (IGNORED_LABEL,)
    ) -> None:
        self.num_classes = num_classes
        self.ignored = tuple(ignored)

    def __call__(self, results: dict[str, Any]) -> dict[str, Any]:
        """Check `gt_seg_map` against `ori_shape`, the image's size before any change.

        Raises:
            DataError: The label map does not fit; the message names it.
        """
        labels = results['gt_seg_map']
        image = results.get('ori_shape')
        if image is not None and labels.shape[:2] != tuple(image[:2]):
            raise DataError(
                f'{_file(results)} is {labels.shape[1]}x{labels.shape[0]} (width x '
                f'height), but its image {results.get("img_path", "")} is '
                f'{image[1]}x{image[0]} as loaded'
            )
        classes = self.num_classes
        if classes is not None and labels.max(initial=0) >= classes:
            known = labels < classes
            for label in self.ignored:
                known |= labels == label
            if not known.all():
                raise DataError(
                    f'{_file(results)} has label {labels[~known].max()} after loading, '
                    f'but the {classes} classes are 0 to {classes - 1}, and '
                    f'{shortened(self.ignored) or "none"} is ignored'
                )
        return results

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(num_classes={self.num_classes}, '
            f'ignored={self.ignored})'
        )


def _file(results: dict[str, Any]) -> str:
    return str(results.get('seg_map_path') or 'the label map')
