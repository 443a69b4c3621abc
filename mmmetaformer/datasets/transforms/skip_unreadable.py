# SPDX-License-Identifier: Apache-2.0
"""Leave out images that cannot be read, up to a limit."""

from typing import Any

from mmmetaformer.datasets.unreadable_images import UnreadableImages
from mmmetaformer.errors import DataError
from mmmetaformer.registry import TRANSFORMS

__all__ = ['SkipUnreadable']


@TRANSFORMS.register_module()
class SkipUnreadable:
    """Load an image; if that fails, let the data set draw another sample.

    It stands where the loader stood, so an error of any other transform still stops the
    run.

    Args:
        loader: Config of the transform that loads the image.
        limit: Images that may be left out, over all processes; one more stops the run.
        file: Where they are listed.
    """

    def __init__(self, loader: dict[str, Any], limit: int, file: str) -> None:
        self.loader = TRANSFORMS.build(dict(loader))
        self.limit = limit
        self.unreadable = UnreadableImages(file)

    def __call__(self, results: dict[str, Any]) -> dict[str, Any] | None:
        """Load `img_path`; None if it cannot be read.

        Raises:
            DataError: More than `limit` images cannot be read.
        """
        try:
            return self.loader(results)
        # A missing folder or full memory is no damaged file.
        except (FileNotFoundError, PermissionError, MemoryError):
            raise
        except Exception as error:  # any: loaders raise many kinds on damaged files
            path = str(results['img_path'])
            names = self.unreadable.add(path)
            if len(names) <= self.limit:
                return None
            words = ' '.join(str(error).split()) or type(error).__name__
            raise DataError(
                f'{len(names)} images cannot be read, but --skip-unreadable allows '
                f'{self.limit}. The last: {path} ({words}). '
                f'{self.unreadable.file} lists all'
            ) from error

    def __repr__(self) -> str:
        return f'{type(self).__name__}({self.loader}, limit={self.limit})'
