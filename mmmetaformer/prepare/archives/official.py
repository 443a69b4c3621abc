# SPDX-License-Identifier: Apache-2.0
"""What the official archives are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ['OFFICIAL', 'Archive', 'OfficialSet']


@dataclass(frozen=True)
class Archive:
    """A zip file and what is taken from it.

    Attributes:
        url: Its address.
        taken: The folders and files in it that are taken.
        counts: The number of files in folders of those, also below.
        size: In bytes, None if it is not known exactly.
        md5: None if it is not known.
        space: Roughly the bytes of what is taken, unpacked.
    """

    url: str
    taken: tuple[str, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    size: int | None = None
    md5: str | None = None
    space: int = 0

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.url.rpartition('/')[2]


@dataclass(frozen=True)
class OfficialSet:
    """A data set of some archives.

    Attributes:
        archives: In the order in which they are fetched, small ones first.
        target: The folder that they are unpacked in.
        data_root: The folder that a config reads, below `target`.
        config: A config for it.
        terms: Where its terms of use are.
    """

    archives: tuple[Archive, ...]
    target: str
    data_root: str
    config: str
    terms: str


# Neither project publishes hashes. The MD5 values and sizes are those on which the
# download scripts of many other projects agree; looked up in November 2026.
OFFICIAL = {
    'coco': OfficialSet(
        archives=(
            Archive(
                'http://images.cocodataset.org/annotations/annotations_trainval2017.zip',
                taken=(
                    'annotations/instances_train2017.json',
                    'annotations/instances_val2017.json',
                ),
                size=252_907_541,
                md5='f4bbac642086de4f52a3fdda2de5fa2c',
                space=490_000_000,
            ),
            Archive(
                'http://images.cocodataset.org/zips/val2017.zip',
                taken=('val2017',),
                counts={'val2017': 5000},
                size=815_585_330,
                md5='442b8da7639aecaf257c1dceb8ba8c80',
                space=815_000_000,
            ),
            Archive(
                'http://images.cocodataset.org/zips/train2017.zip',
                taken=('train2017',),
                counts={'train2017': 118_287},
                size=19_336_861_798,
                md5='cced6f7f71b7629ddf16f17bbcfab6b2',
                space=19_330_000_000,
            ),
        ),
        target='data/coco',
        data_root='',
        config='configs/mask_rcnn_convformer.py',
        terms='https://cocodataset.org/#termsofuse',
    ),
    'ade20k': OfficialSet(
        archives=(
            Archive(
                'http://data.csail.mit.edu/places/ADEchallenge/ADEChallengeData2016.zip',
                taken=('ADEChallengeData2016',),
                counts={
                    f'ADEChallengeData2016/{kind}/{split}': number
                    for kind in ('images', 'annotations')
                    for split, number in (('training', 20_210), ('validation', 2000))
                },
                md5='7328b3957e407ddae1d3cbf487f149ef',
                space=970_000_000,
            ),
        ),
        target='data/ade',
        data_root='ADEChallengeData2016',
        config='configs/upernet_convformer.py',
        terms='http://sceneparsing.csail.mit.edu',
    ),
}
