import cv2
import numpy as np
import pytest
from PIL import Image

from mmmetaformer.checks.images.expected import ExpectedImage, ExpectedImages
from mmmetaformer.checks.images.images import image_faults

MODEL = dict(
    backbone=dict(type='mmmetaformer.ConvFormer'),
    data_preprocessor=dict(mean=[123.0, 116.0, 103.0], std=[58.0, 57.0, 57.0]),
)
PREFIX = 'train_dataloader.dataset.data_prefix.img'


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path_factory.mktemp('cache')))


@pytest.fixture
def folder(tmp_path):
    """Four images of 30x20 pixels."""
    inside = tmp_path / 'data' / 'train2017'
    inside.mkdir(parents=True)
    for number in range(4):
        _image(inside / f'{number}.jpg')
    return inside


def _image(path, size=(30, 20), mode='RGB', orientation=1):
    pixels = np.random.default_rng(0).integers(0, 255, (*size[::-1], 3), np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).convert(mode).save(path, exif=exif)


def _faults(
    folder, names=None, size=(30, 20), loader=None, model=MODEL, scope='mmdet', more=()
):
    if names is None:
        names = sorted(path.name for path in folder.iterdir())
    return list(
        image_faults(
            ExpectedImages(
                [ExpectedImage(str(folder / name), *(size or ())) for name in names],
                source='train.json',
                folder=str(folder),
            ),
            dataset=dict(
                data_root=str(folder.parent),
                pipeline=[{'type': 'LoadImageFromFile', **(loader or {})}, *more],
            ),
            key='train_dataloader.dataset',
            pipeline_key='train_dataloader.dataset.pipeline',
            model=model,
            scope=scope,
        )
    )


def _text(folder, **arguments):
    faults = _faults(folder, **arguments)
    assert len(faults) == 1, faults
    return str(faults[0])


def test_sound_images(folder):
    assert _faults(folder) == []
    assert _faults(folder, size=None) == []


@pytest.mark.parametrize('mode', ['L', 'P', '1', 'LA', 'RGBA'])
def test_what_the_loader_converts_is_sound(folder, mode):
    _image(folder / 'other.png', mode=mode)
    assert _faults(folder) == []


def test_tiny_and_oddly_named_images_are_sound(folder):
    _image(folder / 'größe 猫.jpg', size=(1, 1))
    assert _faults(folder, names=['größe 猫.jpg'], size=(1, 1)) == []


def test_cmyk_is_sound(folder):
    _image(folder / '0.jpg', mode='CMYK')
    assert _faults(folder) == []


def test_missing_images(folder):
    (folder / '2.jpg').unlink()
    text = _text(folder, names=[f'{n}.jpg' for n in range(4)])
    assert f'1 of 4 images of train.json is missing in {folder}: 2.jpg.' in text
    text = _text(folder, names=[f'{n}.jpg' for n in range(12)])
    assert '9 of 12 images of train.json are missing' in text
    assert '2.jpg, 4.jpg, 5.jpg, 6.jpg, 7.jpg and 4 more' in text


def test_a_folder_and_a_broken_link_are_no_image(folder):
    (folder / 'a.jpg').mkdir()
    (folder / 'b.jpg').symlink_to(folder / 'absent.jpg')
    assert '2 of 3 images' in _text(folder, names=['0.jpg', 'a.jpg', 'b.jpg'])


def test_a_link_is_an_image(folder):
    (folder / 'b.jpg').symlink_to(folder / '0.jpg')
    assert _faults(folder, names=['b.jpg']) == []


@pytest.mark.parametrize('name', ['1.JPG', '1.png'])
def test_a_name_that_differs_a_little(folder, name):
    (folder / '1.jpg').rename(folder / name)
    assert f'1.jpg (the folder has {name})' in _text(folder, names=['0.jpg', '1.jpg'])


def test_all_names_differ_in_case(folder):
    text = _text(folder, names=['0.JPG', '1.JPG'])
    assert 'none of the 2 images' in text
    assert '0.JPG (the folder has 0.jpg). Rename the files' in text


def test_images_in_another_folder(folder):
    other = folder.parent / 'val2017'
    other.mkdir()
    text = _text(other, names=['0.jpg', '1.jpg'])
    assert f'none of the 2 images of train.json is in {other}: the first is' in text
    assert f'They are in {folder}: --cfg-options {PREFIX}=train2017' in text


def test_names_with_the_folder_in_front(folder):
    text = _text(folder, names=['train2017/0.jpg', 'train2017/1.jpg'])
    assert f'They are in {folder.parent}: --cfg-options {PREFIX}=' in text


def test_names_with_a_foreign_folder_in_front(folder):
    text = _text(folder, names=['home/bob/0.jpg', 'home/bob/1.jpg'])
    assert "without 'home/bob/' in front" in text
    assert text.endswith(f'move them to {folder}/home/bob')


def test_a_foreign_folder_in_front_and_another_prefix(folder):
    text = _text(folder.parent, names=['home/bob/0.jpg', 'home/bob/1.jpg'])
    assert f'remove that from every name, and --cfg-options {PREFIX}=' in text
    assert text.endswith('/train2017')


def test_absolute_names_of_another_machine(folder):
    assert "without '/home/bob/' in front" in _text(folder, names=['/home/bob/0.jpg'])


def test_backslashes(folder):
    (folder / 'a').mkdir()
    (folder / '0.jpg').rename(folder / 'a' / '0.jpg')
    assert "with '/' where the names have '\\'" in _text(folder, names=['a\\0.jpg'])


def test_nowhere_to_be_found(folder):
    assert 'Set data_root' in _text(folder, names=['x.jpg'])


def test_one_size_differs(folder):
    _image(folder / '2.jpg', size=(31, 25))
    text = _text(folder)
    assert '1 of 4 images looked at do not have the size that train.json' in text
    assert '2.jpg is 31x25 (width x height), the file says 30x20' in text


@pytest.mark.parametrize('factor', [10, 0.5])
def test_a_common_factor(folder, factor):
    text = _text(folder, size=(int(30 * factor), int(20 * factor)))
    assert f'every size there is {factor:g} times that of the image' in text


def test_exchanged_width_and_height(folder):
    assert 'width and height are exchanged' in _text(folder, size=(20, 30))


def test_exif_turned_images_annotated_as_stored(folder):
    _image(folder / '1.jpg', orientation=6)
    text = _text(folder)
    assert '1.jpg has EXIF orientation 6 and is turned when loaded, to 20x30' in text
    key = 'train_dataloader.dataset.pipeline.0.color_type'
    assert f'--cfg-options {key}=color_ignore_orientation' in text
    assert _faults(folder, loader=dict(color_type='color_ignore_orientation')) == []


def test_exif_turned_images_annotated_as_seen(folder):
    _image(folder / '1.jpg', orientation=6)
    assert _faults(folder, names=['1.jpg'], size=(20, 30)) == []
    text = _text(
        folder,
        names=['1.jpg'],
        size=(20, 30),
        loader=dict(color_type='color_ignore_orientation'),
    )
    assert 'is not turned when loaded' in text
    assert 'color_type=color (in every split)' in text


def test_16_bits(folder):
    pixels = np.arange(600, dtype=np.uint16).reshape(20, 30) * 3
    for number in range(4):
        cv2.imwrite(str(folder / f'{number}.png'), pixels)
    names = [f'{number}.png' for number in range(4)]
    (fault,) = _faults(folder, names)
    assert not fault.stops
    assert '0.png (and 3 more like it) has 16 bits; the loader keeps the' in str(fault)
    assert 'values 0-7 of 255 here' in str(fault)


def test_16_bits_as_they_are(folder):
    cv2.imwrite(str(folder / '0.png'), np.full((20, 30, 3), 5000, np.uint16))
    (fault,) = _faults(folder, ['0.png'], loader=dict(color_type='unchanged'))
    assert not fault.stops
    assert 'has values up to 5000, but model.data_preprocessor.mean' in str(fault)


def test_16_bits_that_a_transform_cuts_off(folder):
    cv2.imwrite(str(folder / '0.png'), np.full((20, 30, 3), 600, np.uint16))
    text = _text(
        folder,
        names=['0.png'],
        loader=dict(color_type='unchanged'),
        scope='mmseg',
        more=[dict(type='PhotoMetricDistortion')],
    )
    assert 'values up to 600, but PhotoMetricDistortion sets all above 255' in text


@pytest.mark.parametrize(('limit', 'stops'), [(1, True), (2, False)])
def test_damaged_images_that_are_left_out(folder, limit, stops):
    for number in range(2):
        (folder / f'{number}.jpg').write_bytes(b'damaged')
    loader = dict(
        type='mmmetaformer.SkipUnreadable',
        loader=dict(type='LoadImageFromFile'),
        limit=limit,
        file='list.txt',
    )
    (fault,) = _faults(folder, loader=loader)
    assert fault.stops is stops
    assert '2 of 4 images of train.json looked at cannot be read' in str(fault)


def test_float_images(folder):
    cv2.imwrite(str(folder / '0.tif'), np.zeros((20, 30), np.float32))
    text = _text(folder, names=['0.tif'])
    assert '32-bit pixels' in text
    assert 'color_type=unchanged' in text


def test_float_images_that_only_the_loader_knows(folder):
    cv2.imwrite(str(folder / '0.tif'), np.zeros((20, 30, 3), np.float32))
    assert _faults(folder, ['0.tif'], loader=dict(color_type='unchanged')) == []


def test_mixed_channels(folder):
    _image(folder / '1.png', mode='RGBA')
    text = _text(folder, names=['0.jpg', '1.png'], loader=dict(color_type='unchanged'))
    assert '1.png is loaded with 4 channels, but model.backbone takes 3' in text
    assert 'color_type=color' in text


def test_grey_images_for_one_channel(folder):
    model = dict(backbone=dict(type='mmmetaformer.ConvFormer', in_channels=1))
    assert _faults(folder, loader=dict(color_type='grayscale'), model=model) == []


@pytest.mark.parametrize('keep', [0, 30, 800])
def test_damaged_images(folder, keep):
    path = folder / '1.jpg'
    path.write_bytes(path.read_bytes()[:keep])
    text = _text(folder)
    assert f'1 of 4 images of train.json looked at cannot be read: {path}' in text


def test_damaged_png(folder):
    _image(folder / '1.png')
    path = folder / '1.png'
    path.write_bytes(path.read_bytes()[:800])
    assert f'cannot be read: {path} (it ends too early' in _text(folder)


def test_a_changed_file_is_looked_at_again(folder):
    assert _faults(folder) == []
    (folder / '1.jpg').write_bytes(b'<html>')
    assert 'a web page' in _text(folder)


def test_other_loaders_are_left_alone(folder):
    (folder / '1.jpg').write_bytes(b'my own format')
    assert _faults(folder, loader=dict(type='LoadMyFormat')) == []


def test_addresses_are_left_alone(folder):
    expected = ExpectedImages([ExpectedImage('s3://bucket/1.jpg')], 'a', 'b')
    faults = image_faults(expected, {}, 'key', 'key', MODEL, 'mmdet')
    assert list(faults) == []


def test_an_image_that_goes_and_comes_back(folder):
    names = [f'{number}.jpg' for number in range(4)]
    assert _faults(folder, names) == []
    (folder / '1.jpg').rename(folder.parent / '1.jpg')
    assert '1 of 4' in _text(folder, names=names)
    assert '1 of 4' in _text(folder, names=names)
    (folder.parent / '1.jpg').rename(folder / '1.jpg')
    assert _faults(folder, names) == []


def test_the_file_behind_a_link_appears(folder):
    (folder / '1.jpg').rename(folder.parent / '1.jpg')
    (folder / '1.jpg').symlink_to(folder.parent / 'later.jpg')
    assert '1 of 2' in _text(folder, names=['0.jpg', '1.jpg'])
    (folder.parent / '1.jpg').rename(folder.parent / 'later.jpg')
    assert _faults(folder, ['0.jpg', '1.jpg']) == []


def test_many_images_are_sampled(folder, monkeypatch):
    monkeypatch.setattr('mmmetaformer.checks.images.looks.MOST_FILES', 2)
    looked_at = []
    from mmmetaformer.checks.images import images

    real = images.look_at
    monkeypatch.setattr(
        images, 'look_at', lambda p, read: looked_at.append(p) or real(p, read)
    )
    for _ in range(2):
        assert _faults(folder) == []
    assert len(looked_at[0]) == 2
    assert looked_at[0] == looked_at[1]


@pytest.mark.parametrize(
    ('there', 'named'), [('Cat.jpg', 'cat.jpg'), ('u\u0308.jpg', '\xfc.jpg')]
)
def test_a_name_in_other_letters(folder, there, named):
    (folder / '1.jpg').rename(folder / there)
    assert f'{named} (the folder has {there})' in _text(folder, names=['0.jpg', named])


def test_the_key_of_a_loader_inside_another_transform(folder):
    loader = dict(
        type='mmmetaformer.SkipUnreadable',
        loader=dict(type='LoadImageFromFile', color_type='unchanged'),
        limit=1,
        file='list.txt',
    )
    _image(folder / '1.png', mode='RGBA')
    text = _text(folder, names=['1.png'], loader=loader)
    assert 'train_dataloader.dataset.pipeline.0.loader.color_type=color' in text
