import pytest
import torch
from mmengine.dataset import BaseDataset, pseudo_collate

from mmmetaformer.compat import data_errors
from mmmetaformer.errors import ConfigError, DataError


class _Data(BaseDataset):
    def load_data_list(self):
        return [dict(img_path='a/1.jpg', seg_map_path='b/1.png')]


class _Broken:
    def __call__(self, results):
        raise ValueError('two\nlines')


class _Sound:
    def __call__(self, results):
        return results


def _refused(results):
    raise DataError('this file')


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    monkeypatch.setattr(BaseDataset, 'prepare_data', BaseDataset.prepare_data)
    data_errors.install()


@pytest.mark.parametrize('workers', [0, 1])
def test_an_error_names_the_files_also_from_a_worker(workers):
    loader = torch.utils.data.DataLoader(
        _Data(pipeline=[_Sound(), _Broken()]),
        num_workers=workers,
        collate_fn=pseudo_collate,
    )
    with pytest.raises(DataError) as caught:
        next(iter(loader))
    text = str(caught.value)
    assert text.startswith(
        'a/1.jpg with b/1.png cannot be loaded. _Broken raised ValueError: two lines '
        '(test_data_errors.py:'
    )
    assert text.endswith(', in __call__)')
    assert isinstance(caught.value, ConfigError)  # so that the tools print one line


@pytest.mark.parametrize('workers', [0, 1])
def test_an_error_that_names_its_file_stays(workers):
    loader = torch.utils.data.DataLoader(
        _Data(pipeline=[_refused]), num_workers=workers, collate_fn=pseudo_collate
    )
    with pytest.raises(DataError, match='^this file$'):
        next(iter(loader))


def test_installing_again_changes_nothing():
    before = BaseDataset.prepare_data
    data_errors.install()
    assert BaseDataset.prepare_data is before
