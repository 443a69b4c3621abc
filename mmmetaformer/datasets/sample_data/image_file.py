# SPDX-License-Identifier: Apache-2.0
"""Writing of image files."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ['write_image']


def write_image(path: Path, image: NDArray[np.uint8]) -> None:
    """Writes an image in the format of the file name's suffix.

    Args:
        path: File to write, `.jpg` or `.png`.
        image: `(H, W, 3)` in BGR order, or `(H, W)` for a label map.
    """
    # `cv2.imwrite` would report a full disk by no more than its return value.
    _, data = cv2.imencode(path.suffix, image)
    path.write_bytes(data.tobytes())
