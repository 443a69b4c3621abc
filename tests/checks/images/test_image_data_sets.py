import json
import mmap

import pytest
from mmengine.config import Config
from mmseg.datasets import BaseSegDataset
from PIL import Image

from mmmetaformer.checks.data import data_faults
from mmmetaformer.run.tta import use_tta_pipeline


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path_factory.mktemp('cache')))


def _cfg(dataset, scope):
    return Config(
        dict(
            default_scope=scope,
            model=dict(backbone=dict(type='mmmetaformer.ConvFormer')),
            train_dataloader=dict(dataset=dataset),
        )
    )


@pytest.fixture
def coco(tmp_path):
    """A data set in COCO's format, of which one image is missing."""
    (tmp_path / 'train2017').mkdir()
    Image.new('RGB', (8, 6)).save(tmp_path / 'train2017' / '1.jpg')
    images = [
        dict(id=n, file_name=f'{n}.jpg', width=8, height=6, url='x') for n in (1, 2)
    ]
    content = dict(info={}, images=images, annotations=[dict(id=1)], categories=[])
    (tmp_path / 'a.json').write_text(json.dumps(content))
    return dict(
        type='CocoDataset',
        data_root=str(tmp_path),
        ann_file='a.json',
        data_prefix=dict(img='train2017/'),
        pipeline=[dict(type='LoadImageFromFile')],
    )


def _texts(dataset, scope='mmdet'):
    return [str(fault) for fault in data_faults(_cfg(dataset, scope), ['train'])]


def test_coco(coco, tmp_path):
    (text,) = [text for text in _texts(coco) if 'missing' in text]
    assert text.startswith(
        f'1 of 2 images of {tmp_path}/a.json is missing in {tmp_path}/train2017: 2.jpg'
    )


def test_a_wrapped_data_set_is_called_by_its_key(coco):
    coco['data_prefix'] = dict(img='')
    wrapped = dict(
        type='RepeatDataset',
        times=2,
        dataset=dict(type='ConcatDataset', datasets=[coco]),
    )
    (tmp,) = [text for text in _texts(wrapped) if 'none of the 2' in text]
    assert 'Set data_root' in tmp  # one is nowhere
    Image.new('RGB', (8, 6)).save(f'{coco["data_root"]}/train2017/2.jpg')
    (text,) = [text for text in _texts(wrapped) if 'none of the 2' in text]
    key = 'train_dataloader.dataset.dataset.datasets.0.data_prefix.img'
    assert f'--cfg-options {key}=train2017' in text


def test_advice_about_the_loader_of_the_views(coco, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in ('1.jpg', '2.jpg'):
        Image.new('RGB', (8, 6)).save(tmp_path / 'train2017' / name, exif=exif)
    cfg = _cfg({**coco, 'test_mode': True}, 'mmdet')
    cfg.test_dataloader = cfg.pop('train_dataloader')
    for key in ('test_dataloader.dataset.pipeline', 'tta_pipeline'):
        texts = [str(fault) for fault in data_faults(cfg, ['test'])]
        option = f'--cfg-options {key}.0.color_type=color_ignore_orientation'
        assert [text for text in texts if option in text]
        cfg.tta_model = dict(type='DetTTAModel')
        cfg.tta_pipeline = [dict(type='LoadImageFromFile')]
        use_tta_pipeline(cfg)


def test_remote_data_is_left_alone(coco):
    coco['backend_args'] = dict(backend='petrel')
    assert not [text for text in _texts(coco) if 'missing' in text]


def test_a_type_that_names_its_images_in_another_way(coco):
    coco['type'] = 'CocoPanopticDataset'
    assert not [text for text in _texts(coco) if 'missing' in text]


@pytest.fixture
def maps(tmp_path):
    """A data set with two label maps, and a list that has a third one."""
    for folder in ('images', 'maps'):
        (tmp_path / folder).mkdir()
        for name in 'ab':
            file = tmp_path / folder / f'{name}.png'
            Image.new('RGB' if folder == 'images' else 'L', (8, 6)).save(file)
    (tmp_path / 'split.txt').write_text('a\nb\nc\n')
    return dict(
        type='BaseSegDataset',
        data_root=str(tmp_path),
        ann_file='split.txt',
        data_prefix=dict(img_path='images', seg_map_path='maps'),
        img_suffix='.png',
        metainfo=dict(classes=('x', 'y')),
        pipeline=[dict(type='LoadImageFromFile'), dict(type='LoadAnnotations')],
    )


def test_a_list_of_label_maps_names_an_image_that_is_missing(maps, tmp_path):
    texts = [text for text in _texts(maps, 'mmseg') if 'images of' in text]
    assert texts == [
        f'1 of 3 images of {tmp_path}/split.txt is missing in {tmp_path}/images: '
        'c.png. Add the files, or remove their entries.'
    ]


def test_files_of_label_maps_are_listed_and_opened_once(maps, monkeypatch):
    maps['ann_file'] = ''
    calls = []

    def count(owner, name):
        whole = getattr(owner, name)

        def counted(first, *rest, **options):
            calls.append(first if name == 'open' else name)
            return whole(first, *rest, **options)

        monkeypatch.setattr(owner, name, counted)

    count(Image, 'open')
    count(BaseSegDataset, 'load_data_list')
    assert not [text for text in _texts(maps, 'mmseg') if 'cannot' in text]
    images = [f'{maps["data_root"]}/images/{name}.png' for name in 'ab']
    assert [calls.count(image) for image in images] == [1, 1]
    assert calls.count('load_data_list') == 1


@pytest.mark.parametrize(
    'content',
    [
        b'[]',
        b'{"images": [',
        b'\xef\xbb\xbf{}',
        b'{"images": [{"file_name": "\xe9"}]}',
    ],
)
def test_a_file_that_cannot_be_read_names_no_images(coco, tmp_path, content):
    (tmp_path / 'a.json').write_bytes(content)
    assert not [text for text in _texts(coco) if 'images of' in text]


def test_a_file_is_decoded_once(coco, monkeypatch):
    opened = []

    def open_map(*arguments, **options):
        opened.append(1)
        return whole(*arguments, **options)

    whole = mmap.mmap
    monkeypatch.setattr(mmap, 'mmap', open_map)
    for _ in range(2):
        assert [text for text in _texts(coco) if 'is missing' in text]
    assert len(opened) == 1
