# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.checks.files import check_files
from mmmetaformer.errors import ConfigError


def coco(root, **extra):
    return dict(
        type='CocoDataset',
        data_root=str(root),
        ann_file='annotations/train.json',
        data_prefix=dict(img='train2017/'),
        **extra,
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / 'annotations').mkdir()
    (tmp_path / 'annotations/train.json').write_text('{}')
    (tmp_path / 'train2017').mkdir()
    return tmp_path


def test_complete_data_passes(folder):
    check_files(coco(folder))
    check_files(dict(type='RepeatDataset', times=2, dataset=coco(folder)))
    check_files(coco(folder), [dict(ann_file=str(folder / 'annotations/train.json'))])


def test_absent_root_names_layout_and_sample_data(tmp_path):
    with pytest.raises(ConfigError) as error:
        check_files(coco(tmp_path / 'coco'))
    message = str(error.value)
    assert f'{tmp_path}/coco does not exist' in message
    assert 'annotations/instances_train2017.json' in message
    assert '--sample-data' in message


@pytest.mark.parametrize('absent', ['annotations/train.json', 'train2017'])
def test_absent_part(folder, absent):
    (folder / absent).rename(folder / 'elsewhere')
    wrapped = dict(type='ConcatDataset', datasets=[coco(folder)])
    with pytest.raises(
        ConfigError, match=f'{absent} does not exist; .*{folder} has .*elsewhere'
    ):
        check_files(wrapped)


def test_absent_file_of_the_evaluator(folder):
    metric = dict(type='CocoMetric', ann_file=str(folder / 'val.json'))
    words = r'val.json does not exist; the CocoMetric of val_evaluator reads it \(ann_f'
    with pytest.raises(ConfigError, match=words):
        check_files(coco(folder), [metric], 'val')


def test_other_backends_are_not_looked_into(tmp_path):
    check_files(coco(tmp_path / 'coco', backend_args=dict(backend='petrel')))


def test_unknown_type_has_no_layout(tmp_path):
    dataset = dict(type='MyDataset', data_root=str(tmp_path / 'mine'))
    with pytest.raises(
        ConfigError,
        match=r'the MyDataset of train_dataloader reads it \(data_root\).\nLink',
    ):
        check_files(dataset)
