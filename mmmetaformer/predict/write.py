# SPDX-License-Identifier: Apache-2.0
"""Writing the predictions for images: pictures, label maps, objects."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mmmetaformer.errors import ConfigError

from .coco_results import objects_of
from .items import Item, frame_rate
from .outputs import Outputs
from .result import Result, write_image

__all__ = ['KINDS', 'Writer']

#: What can be written.
KINDS = ('pictures', 'labels', 'json')


class Writer:
    """Writes what is asked for. May be called from several threads.

    Args:
        outputs: The files.
        kinds: Some of KINDS.
        categories: COCO's number of each class.
    """

    def __init__(
        self, outputs: Outputs, kinds: Collection[str], categories: Sequence[Any]
    ) -> None:
        self._outputs = outputs
        self._kinds = kinds
        self._categories = categories
        self._video: tuple[str, Any] = ('', None)

    def __call__(self, item: Item, result: Result) -> dict[str, Any]:
        """Write the prediction for one image; return what the json has of it."""
        if 'pictures' in self._kinds:
            if item.frame is None:
                path = self._outputs.picture(item.name)
                path.parent.mkdir(parents=True, exist_ok=True)
                write_image(path, result.plot(legend=True))
            else:
                self._write_frame(item, result.plot())
        if 'labels' in self._kinds and result.label_map is not None:
            path = self._outputs.labels(item.name, item.frame)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_image(path, result.label_map)
        height, width = result.image.shape[:2]
        image = {'file_name': item.file, 'width': width, 'height': height}
        if item.frame is not None:
            image['frame'] = item.frame
        objects = []
        if 'json' in self._kinds and result.boxes is not None:
            objects = objects_of(result, self._categories)
        return {
            'place': [item.number, item.frame or 0],
            'image': image,
            'objects': objects,
        }

    def close(self) -> None:
        """Finish the last video."""
        if self._video[1] is not None:
            self._video[1].release()
        self._video = ('', None)

    def _write_frame(self, item: Item, picture: np.ndarray) -> None:
        """Append to the video of a name; the frames of a video come in order."""
        if self._video[0] != item.name:
            self.close()
            path = self._outputs.picture(item.name, '.mp4')
            path.parent.mkdir(parents=True, exist_ok=True)
            self._video = (item.name, _open(path, frame_rate(item.file), picture))
        self._video[1].write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


def _open(path: Path, rate: float, picture: np.ndarray) -> Any:
    code = cv2.VideoWriter.fourcc(*'mp4v')
    size = (picture.shape[1], picture.shape[0])
    video = cv2.VideoWriter(str(path), code, rate, size)
    if not video.isOpened():
        raise ConfigError(f'{path} cannot be written: this OpenCV writes no videos')
    return video
