import pickle

import pytest
from mmengine.dataset import BaseDataset
from mmengine.registry import TRANSFORMS
from PIL import Image

from mmmetaformer.datasets.unreadable_images import UnreadableImages
from mmmetaformer.errors import DataError


class _Images(BaseDataset):
    def load_data_list(self):
        return [dict(img_path=path) for path in self.metainfo['paths']]


@pytest.fixture
def paths(tmp_path):
    """Six images, of which the first three are damaged."""
    paths = [str(tmp_path / f'{number}.jpg') for number in range(6)]
    for number, path in enumerate(paths):
        Image.new('RGB', (8, 6)).save(path)
        if number < 3:
            with open(path, 'wb') as stream:
                stream.write(b'damaged')
    return paths


def _data_set(paths, limit, tmp_path, *more):
    skip = dict(
        type='mmmetaformer.SkipUnreadable',
        loader=dict(type='LoadImageFromFile'),
        limit=limit,
        file=str(tmp_path / 'work' / 'list.txt'),
    )
    return _Images(pipeline=[skip, *more], metainfo=dict(paths=paths))


def test_another_sample_is_drawn(paths, tmp_path):
    data_set = _data_set(paths, 3, tmp_path)
    for index in (0, 1, 2, 1, 5):
        assert data_set[index]['img'].shape == (6, 8, 3)
    # Which ones are drawn instead is up to chance, and those may be damaged, too.
    names = UnreadableImages(tmp_path / 'work' / 'list.txt').names()
    assert sorted(names) == paths[:3]


def test_one_too_many_stops(paths, tmp_path):
    data_set = _data_set(paths, 2, tmp_path)
    words = '3 images cannot be read.*allows 2.*The last: .*jpg .*list.txt lists all'
    with pytest.raises(DataError, match=words):
        [data_set[index] for index in range(3)]


def test_one_image_counts_once(paths, tmp_path):
    data_set = _data_set([paths[0], paths[4]], 1, tmp_path)
    for _ in range(5):
        assert data_set[0]['img_path'] == paths[4]


def test_errors_of_other_transforms_are_not_skipped(paths, tmp_path):
    def broken(results):
        raise ValueError('a bug')

    data_set = _data_set(paths[4:], 3, tmp_path, broken)
    with pytest.raises((ValueError, DataError), match='a bug'):
        data_set[0]
    assert not (tmp_path / 'work').exists()


def test_it_can_be_sent_to_a_worker(paths, tmp_path):
    data_set = _data_set(paths, 3, tmp_path)
    skip = pickle.loads(pickle.dumps(data_set.pipeline.transforms[0]))
    assert skip(dict(img_path=paths[0])) is None
    assert TRANSFORMS.get('mmmetaformer.SkipUnreadable') is type(skip)


def test_a_missing_image_is_not_skipped(paths, tmp_path):
    data_set = _data_set([str(tmp_path / 'none.jpg')], 3, tmp_path)
    with pytest.raises(DataError, match='none.jpg'):
        data_set[0]
    assert UnreadableImages(tmp_path / 'work' / 'list.txt').names() == []
