# SPDX-License-Identifier: Apache-2.0
"""All checks of the images of a data set."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmmetaformer.checks.fault import Fault
from mmmetaformer.checks.thoroughness import SAMPLED, Thoroughness
from mmmetaformer.host import type_name
from mmmetaformer.text import shortened

from .decoding import decode_all
from .expected import ExpectedImage, ExpectedImages
from .header import Header
from .kinds import kind_faults
from .loader import LOADER, color_type_of, image_loader, load, loader_key
from .looks import look_at, sampled
from .presence import missing_images, presence_faults
from .sizes import Measured, size_faults
from .unreadable import undecodable

__all__ = ['image_faults']


def image_faults(
    expected: ExpectedImages,
    dataset: Mapping[str, Any],
    key: str,
    pipeline_key: str,
    model: Mapping[str, Any],
    scope: str | None,
    thorough: Thoroughness = SAMPLED,
) -> Iterator[Fault]:
    """Yield what is wrong with the images of a data set.

    All must exist. The headers of all are read if they are few, else of a sample unless
    `thorough`; one of each kind is decoded.

    Args:
        expected: Those that the data set names.
        dataset: The data set's config, not a wrapper.
        key: How `--cfg-options` calls it, such as `train_dataloader.dataset`.
        pipeline_key: How `--cfg-options` calls its pipeline.
        model: The model's config.
        scope: The config's default scope.
        thorough: How many of the images are read, and how far.
    """
    source, folder = expected.source, expected.folder
    local = [image for image in expected.images if '://' not in image.path]
    paths = [image.path for image in local]
    root = str(dataset.get('data_root') or '')
    prefix = 'img_path' if 'img_path' in (dataset.get('data_prefix') or {}) else 'img'
    prefix_key = f'{key}.data_prefix.{prefix}'
    missing = missing_images(paths)
    yield from presence_faults(missing, len(paths), source, folder, root, prefix_key)
    loader = image_loader(dataset)
    if loader is None:
        return
    gone = set(missing)
    present = [image for image in local if image.path not in gone]
    some = range(len(present)) if thorough.everything else sampled(len(present))
    chosen = [present[index] for index in some]
    looks = look_at([image.path for image in chosen], expected.read)

    seen = list(zip(chosen, looks, strict=True))
    suspects = [(image.path, look.problem) for image, look in seen if look.problem]
    bad = undecodable(suspects, lambda path: load(loader, path, scope))
    if thorough.decode:
        damage = decode_all([image.path for image, look in seen if look.header])
        damage = [one for one in damage if one[0] not in dict(bad)]
        refused = [one for one in damage if not _loads(loader, one[0], scope)]
        bad += refused
        loaded = [one for one in damage if one not in refused]
        if loaded:
            yield _damaged(loaded, len(chosen), source)
    if bad:
        yield _unreadable(bad, len(chosen), source, _allowed(dataset))
    damaged = {path for path, _ in bad}
    sound = [
        (image, look.header)
        for image, look in seen
        if look.header and image.path not in damaged
    ]
    called = loader_key(dataset, pipeline_key)
    yield from size_faults(_measured(sound, loader, folder), source, called)
    yield from kind_faults(
        [(image.path, header) for image, header in sound],
        dataset,
        called,
        model,
        scope,
    )


def _unreadable(
    bad: Sequence[tuple[str, str]], looked_at: int, source: str, allowed: int
) -> Fault:
    first, problem = bad[0]
    others = shortened((path for path, _ in bad[1:]), 4)
    return Fault(
        f'{len(bad)} of {looked_at} images of {source} looked at cannot be read: '
        f'{first} ({problem}){", " + others if others else ""}',
        'Replace them or remove their entries; or train without up to N of them: '
        '--skip-unreadable N.',
        stops=len(bad) > allowed,
        entries=tuple(f'image {path}: {words}' for path, words in bad),
    )


def _loads(loader: Mapping[str, Any], path: str, scope: str | None) -> bool:
    try:
        load(loader, path, scope)
    except Exception:  # any: the loader may be the user's
        return False
    return True


def _damaged(damage: Sequence[tuple[str, str]], looked_at: int, source: str) -> Fault:
    first, problem = damage[0]
    return Fault(
        f'{len(damage)} of {looked_at} images of {source} are damaged: {first} '
        f'({problem}). The loader takes them, with grey or wrong pixels for what is '
        'missing',
        'Copy or download them again.',
        stops=False,
        entries=tuple(f'image {path}: {words}' for path, words in damage),
    )


def _measured(
    sound: Sequence[tuple[ExpectedImage, Header]],
    loader: Mapping[str, Any],
    folder: str,
) -> list[Measured]:
    if type_name(loader) != LOADER:  # nobody knows whether another one turns images
        return []
    color_type, backend = color_type_of(loader)
    return [
        Measured(
            image.path.removeprefix(folder).lstrip('/'),
            (image.width, image.height),
            header,
            header.size_for(color_type, backend),
        )
        for image, header in sound
        if image.width is not None and image.height is not None
    ]


def _allowed(dataset: Mapping[str, Any]) -> int:
    """Return how many unreadable images the run leaves out."""
    limits = [
        transform['limit']
        for transform in dataset['pipeline']
        if type_name(transform) == 'SkipUnreadable'
    ]
    return max(limits, default=0)
