# SPDX-License-Identifier: Apache-2.0
"""Write image files."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ['write_image']


def write_image(path: Path, image: NDArray[np.uint8]) -> None:
    """Write an image in the format of the file name's suffix.

    Args:
        path: A `.jpg` or `.png` file.
        image: (H, W, 3), BGR, or (H, W) for a label map.
    """
    # `cv2.imwrite` does not raise when the disk is full.
    _, data = cv2.imencode(path.suffix, image)
    path.write_bytes(data.tobytes())
