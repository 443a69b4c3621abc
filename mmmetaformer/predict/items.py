# SPDX-License-Identifier: Apache-2.0
"""The images of a command line one by one, frames of videos among them."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from mmmetaformer.errors import ConfigError

from .files import is_video

__all__ = ['Item', 'frame_rate', 'items_of']

#: Pixels of an image whose header cannot be read.
UNKNOWN = 10**7
#: Of one that PIL does not open because it is so large.
VAST = 10**9


@dataclass(frozen=True)
class Item:
    """An image to predict on.

    Attributes:
        number: That of its file.
        file: The image, or the video.
        name: That of its outputs.
        frame: Its number in the video from 1; None for an image.
        image: The frame, in BGR.
        pixels: About how many it has.
        error: Why it cannot be read, if that is known.
    """

    number: int
    file: str
    name: str
    frame: int | None = None
    image: np.ndarray | None = None
    pixels: int = UNKNOWN
    error: str = ''


def items_of(files: Sequence[tuple[int, str, str]]) -> Iterator[Item]:
    """Yield images and the frames of videos, in order.

    Args:
        files: Number, path and name of the outputs of each.
    """
    for number, file, name in files:
        if is_video(file):
            yield from _frames(number, file, name)
        else:
            yield Item(number, file, name, pixels=_pixels(file))


def _frames(number: int, file: str, name: str) -> Iterator[Item]:
    frame = 0
    for frame, image in enumerate(_decoded(file), 1):
        pixels = image.shape[0] * image.shape[1]
        yield Item(number, file, name, frame, image, pixels)
    if not frame:
        why = f'{file} cannot be read as a video: OpenCV finds no frame in it'
        yield Item(number, file, name, error=why)


def _decoded(file: str) -> Iterator[np.ndarray]:
    """Yield the frames of a video, in BGR."""
    capture = cv2.VideoCapture(file)
    try:
        while True:
            good, image = capture.read()
            if not good:
                return
            yield image
    finally:
        capture.release()


def frame_rate(file: str) -> float:
    """Return the frames per second of a video.

    Raises:
        ConfigError: It cannot be read.
    """
    capture = cv2.VideoCapture(file)
    try:
        if not capture.isOpened():
            raise ConfigError(f'{file} cannot be read as a video')
        return capture.get(cv2.CAP_PROP_FPS) or 25.0
    finally:
        capture.release()


def _pixels(file: str) -> int:
    """Return the pixels of an image by its header, without decoding it."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # of large images
            with Image.open(file) as image:
                return image.size[0] * image.size[1]
    except Image.DecompressionBombError:
        return VAST
    # The loader says what is wrong.
    except Exception:
        return UNKNOWN
