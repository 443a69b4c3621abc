# SPDX-License-Identifier: Apache-2.0
"""Objects in COCO's format of results, collected by several processes."""

import heapq
import json
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any

from mmmetaformer.errors import ConfigError
from mmmetaformer.text import shortened

from .outputs import Outputs
from .result import Result

__all__ = ['CocoIds', 'join_parts', 'objects_of']


class CocoIds:
    """The numbers of images and categories in an annotation file.

    Without one, images count from 1 in the order of the command line, and categories
    from 1 in that of the names.

    Args:
        names: Of the classes.
        file: Annotations in COCO's format, None for none.

    Raises:
        ConfigError: It is not such a file, or does not have all names.
    """

    def __init__(self, names: Sequence[str], file: str | None = None) -> None:
        self.categories = {name: number for number, name in enumerate(names, 1)}
        self._images: dict[str, list[tuple[PurePath, Any]]] | None = None
        if file is None:
            return
        self._images = {}
        try:
            content = json.loads(Path(file).read_text(encoding='utf-8'))
            categories = {one['name']: one['id'] for one in content['categories']}
            for one in content['images']:
                path = PurePath(one['file_name'])
                self._images.setdefault(path.name, []).append((path, one['id']))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                f"--ids {file} is not an annotation file in COCO's format: "
                f'{type(error).__name__}: {error}'
            ) from error
        missing = [name for name in names if name not in categories]
        if missing:
            raise ConfigError(
                f'--ids {file} has no category {missing[0]!r}, which is one of the '
                f"model's {len(names)} classes"
            )
        self.categories = {name: categories[name] for name in names}

    def image(self, file: str, number: int) -> Any:
        """Return the id of an image.

        Args:
            file: Its path.
            number: Its place, from 1.

        Raises:
            ConfigError: It is not in the annotation file, or its name does not tell
                which one of it.
        """
        if self._images is None:
            return number
        path = PurePath(file)
        same = self._images.get(path.name, [])
        if len(same) > 1:  # of one name, in several folders
            same = [
                (one, id_)
                for one, id_ in same
                if path.parts[-len(one.parts) :] == one.parts
            ]
        if not same:
            raise ConfigError(f'{file} is not among the images of --ids')
        if len(same) > 1:
            raise ConfigError(
                f'{file} may be several of the images of --ids: '
                f'{shortened((one for one, _ in same), 3)}'
            )
        return same[0][1]


def objects_of(result: Result, categories: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the objects of an image in COCO's form, without the image's number.

    Args:
        result: Of a detector.
        categories: The number of the category of each class.
    """
    assert result.boxes is not None
    assert result.scores is not None
    assert result.labels is not None
    entries = []
    for box, score, label in zip(
        result.boxes.tolist(), result.scores.tolist(), result.labels, strict=True
    ):
        x1, y1, x2, y2 = (round(value, 2) for value in box)
        entries.append(
            {
                'category_id': categories[label],
                'bbox': [x1, y1, round(x2 - x1, 2), round(y2 - y1, 2)],
                'score': round(score, 5),
            }
        )
    if result.object_masks is not None:
        for entry, rle in zip(entries, result.object_masks.rles(), strict=True):
            entry['segmentation'] = rle
    return entries


def join_parts(outputs: Outputs, processes: int, ids: CocoIds, detects: bool) -> None:
    """Write `images.json`, and `results.json` of a detector, from the processes' parts.

    Args:
        outputs: Where they are; the parts are removed.
        processes: How many have written.
        ids: The numbers of images and categories.
        detects: Whether there are objects.

    Raises:
        ConfigError: A part is not there.
    """
    parts = [outputs.part(process) for process in range(processes)]
    for part in parts:
        if not part.is_file():
            raise ConfigError(
                f'{part} is not there: do all machines write to the same folder?'
            )
    images = []
    with _Json(outputs.results if detects else None) as results:
        lines = heapq.merge(*map(_lines, parts), key=lambda line: line['place'])
        for number, line in enumerate(lines, 1):
            image = ids.image(line['image']['file_name'], number)
            images.append({'id': image, **line['image']})
            for entry in line['objects']:
                results.add({'image_id': image, **entry})
    content = {
        'images': images,
        'categories': [
            {'id': number, 'name': name} for name, number in ids.categories.items()
        ],
    }
    outputs.images.write_text(json.dumps(content, indent=1), encoding='utf-8')
    for part in parts:
        part.unlink()


def _lines(part: Path) -> Iterator[dict[str, Any]]:
    with part.open(encoding='utf-8') as lines:
        for line in lines:
            yield json.loads(line)


class _Json:
    """Writes a list that need not fit into memory."""

    def __init__(self, path: Path | None) -> None:
        self._file = None if path is None else path.open('w', encoding='utf-8')
        self._before = '['

    def __enter__(self) -> '_Json':
        return self

    def add(self, entry: dict[str, Any]) -> None:
        """Write an entry."""
        assert self._file is not None
        self._file.write(f'{self._before}\n{json.dumps(entry)}')
        self._before = ','

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.write(('[' if self._before == '[' else '') + '\n]\n')
            self._file.close()
