# SPDX-License-Identifier: Apache-2.0
"""The published checkpoints, with their addresses.

Sources: `default_cfgs` in https://github.com/sail-sg/metaformer, release v1.0 of
https://github.com/sail-sg/poolformer, the hub names in timm's `metaformer.py`, and the
table of https://github.com/TimJaspers0801/SurgeNet. None of them publishes file sizes
or hashes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mmmetaformer.errors import check_choice

__all__ = ['APACHE', 'CATALOGUE', 'Entry', 'find_entry', 'guess_entry']

SAIL = 'https://huggingface.co/sail/dl/resolve/main'
POOLFORMER = 'https://github.com/sail-sg/poolformer/releases/download/v1.0'
TIMM = 'https://huggingface.co/timm'

PLAIN_ARCHS = ('s12', 's24', 's36', 'm36', 'm48')
STRONG_ARCHS = ('s18', 's36', 'm36', 'b36')
IN1K, IN21K = 1000, 21841
APACHE, NON_COMMERCIAL = 'Apache-2.0', 'CC-BY-NC-SA-4.0'

# Pretrained by DINO on frames of surgical videos: a variant's suffix here, and the
# beginning of its file name there.
SURGENET = 'https://huggingface.co/TimJaspersTue/SurgeNetModels/resolve/main'
SURGENET_VARIANTS = (
    ('', 'SurgeNet'),
    ('_xl', 'SurgeNetXL'),
    ('_small', 'SurgeNetSmall'),
    ('_cholec', 'CHOLEC'),
    ('_ramie', 'RAMIE'),
    ('_rarp', 'RARP'),
    ('_public', 'Public'),
)
# A CAFormer-S18 with ReLU in place of StarReLU (SurgeNet's `metaformer.py`).
SURGENET_BACKBONE = {
    'type': 'mmmetaformer.MetaFormer',
    'arch': {'depths': (3, 3, 9, 3), 'dims': (64, 128, 320, 512)},
    'token_mixers': (
        {'type': 'sep_conv', 'act': 'relu'},
        {'type': 'sep_conv', 'act': 'relu'},
        'attention',
        'attention',
    ),
    'act': 'relu',
}

# A variant's suffix at sail-sg, its tag in timm, its input size and its classes.
VARIANTS = (
    ('', 'sail_in1k', 224, IN1K),
    ('_384', 'sail_in1k_384', 384, IN1K),
    ('_in21ft1k', 'sail_in22k_ft_in1k', 224, IN1K),
    ('_384_in21ft1k', 'sail_in22k_ft_in1k_384', 384, IN1K),
    ('_in21k', 'sail_in22k', 224, IN21K),
)


@dataclass(frozen=True)
class Entry:
    """A published checkpoint.

    Attributes:
        name: The value for `checkpoint=`: `sail:NAME`, `timm:TAG` or `surgenet:NAME`.
        url: Address of the file.
        family: Backbone class, such as 'CAFormer'.
        arch: Size, such as 's18'.
        input_size: Side in pixels of the images in the last stage of training, None if
            that is not published.
        num_classes: Number of classes of the classifier in the file, 0 for none.
        layout: A key of LAYOUTS.
        license: As published with the file.
        own_backbone: Config of the backbone, if it is not the published family's.
    """

    name: str
    url: str
    family: str
    arch: str
    input_size: int | None
    num_classes: int
    layout: str
    license: str = APACHE
    own_backbone: Mapping[str, Any] | None = None

    @property
    def backbone(self) -> Mapping[str, Any]:
        """Config of the backbone that the weights are for."""
        family = {'type': f'mmmetaformer.{self.family}', 'arch': self.arch}
        return self.own_backbone or family

    @property
    def file_name(self) -> str:
        """Name of the file in the cache."""
        name = self.url.rsplit('/', 1)[-1]
        if self.name.startswith('timm:'):  # every file is model.safetensors
            return self.name.removeprefix('timm:') + '.safetensors'
        return name


def _entries() -> Iterator[Entry]:
    for family in ('IdentityFormer', 'RandFormer', 'PoolFormerV2'):
        for arch in PLAIN_ARCHS:
            yield _sail(family, arch, '', 224, IN1K)
    for family in ('ConvFormer', 'CAFormer'):
        for arch in STRONG_ARCHS:
            for variant, _, pixels, classes in VARIANTS:
                yield _sail(family, arch, variant, pixels, classes)
    for arch in PLAIN_ARCHS:
        url = f'{POOLFORMER}/poolformer_{arch}.pth.tar'
        yield Entry(
            f'sail:poolformer_{arch}', url, 'PoolFormer', arch, 224, IN1K, 'poolformer'
        )
    for family in ('PoolFormer', 'PoolFormerV2'):
        for arch in PLAIN_ARCHS:
            yield _timm(family, arch, 'sail_in1k', 224, IN1K)
    for family in ('ConvFormer', 'CAFormer'):
        for arch in STRONG_ARCHS:
            for _, tag, pixels, classes in VARIANTS:
                yield _timm(family, arch, tag, pixels, classes)
    for variant, start in SURGENET_VARIANTS:
        yield _surgenet(variant, start)


def _sail(family: str, arch: str, variant: str, pixels: int, classes: int) -> Entry:
    name = f'{family.lower()}_{arch}{variant}'
    url = f'{SAIL}/{family.lower()}/{name}.pth'
    return Entry(f'sail:{name}', url, family, arch, pixels, classes, 'sail')


def _timm(family: str, arch: str, tag: str, pixels: int, classes: int) -> Entry:
    name = f'{family.lower()}_{arch}.{tag}'
    url = f'{TIMM}/{name}/resolve/main/model.safetensors'
    return Entry(f'timm:{name}', url, family, arch, pixels, classes, 'timm')


def _surgenet(variant: str, start: str) -> Entry:
    return Entry(
        f'surgenet:caformer_s18{variant}',
        f'{SURGENET}/{start}_checkpoint_epoch0050_teacher.pth',
        'CAFormer',
        's18',
        input_size=None,
        num_classes=0,
        layout='sail',
        license=NON_COMMERCIAL,
        own_backbone=SURGENET_BACKBONE,
    )


#: Every published checkpoint, by name.
CATALOGUE = {entry.name: entry for entry in _entries()}


def find_entry(name: str) -> Entry:
    """Return the published checkpoint with this name.

    Args:
        name: `sail:NAME`, `timm:TAG` or `surgenet:NAME`.

    Raises:
        ConfigError: There is no such checkpoint; the message lists those of its kind.
    """
    kind = name.split(':')[0]
    names = [known for known in CATALOGUE if known.startswith(f'{kind}:')]
    check_choice('checkpoint', name, names)
    return CATALOGUE[name]


def guess_entry(file_name: str = '', url: str = '') -> Entry | None:
    """Return the published checkpoint with this file name or address, if any."""
    found = (
        entry
        for entry in CATALOGUE.values()
        if file_name == entry.file_name or url == entry.url
    )
    return next(found, None)
