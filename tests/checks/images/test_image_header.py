import pickle

import cv2
import mmcv
import numpy as np
import pytest
from PIL import Image

from mmmetaformer.checks.images.header import HeaderError, read_header

PIXELS = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)
FORMATS = ('jpg', 'png', 'tif', 'webp')
COLOR_TYPES = (
    'color',
    'grayscale',
    'unchanged',
    'color_ignore_orientation',
    'grayscale_ignore_orientation',
)


def turned(path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(PIXELS).save(path, exif=exif)


@pytest.mark.parametrize('color_type', COLOR_TYPES)
@pytest.mark.parametrize('backend', ['cv2', 'pillow'])
@pytest.mark.parametrize('orientation', [1, 3, 6, 8])
@pytest.mark.parametrize('suffix', FORMATS)
def test_size_is_the_one_that_mmcv_loads(
    tmp_path, suffix, orientation, backend, color_type
):
    path = tmp_path / f'image.{suffix}'
    turned(path, orientation)
    header = read_header(path)
    assert header.size == (30, 20)
    assert header.orientation == orientation
    loaded = mmcv.imread(path, flag=color_type, backend=backend)
    assert header.size_for(color_type, backend) == loaded.shape[1::-1]


@pytest.mark.parametrize('suffix', ['png', 'tif'])
@pytest.mark.parametrize('channels', [1, 3, 4])
@pytest.mark.parametrize('bits', [8, 16])
def test_bits_and_channels(tmp_path, suffix, channels, bits):
    path = tmp_path / f'image.{suffix}'
    pixels = np.zeros((20, 30, channels), np.uint16 if bits == 16 else np.uint8)
    cv2.imwrite(str(path), pixels)
    header = read_header(path)
    assert (header.bits, header.channels) == (bits, channels)


def test_float_tiff(tmp_path):
    path = tmp_path / 'image.tif'
    cv2.imwrite(str(path), np.zeros((20, 30), np.float32))
    assert read_header(path).bits == 32


@pytest.mark.parametrize('mode', ['1', 'L', 'P', 'LA', 'RGBA'])
def test_modes(tmp_path, mode):
    Image.fromarray(PIXELS).convert(mode).save(tmp_path / 'image.png')
    header = read_header(tmp_path / 'image.png')
    assert header.mode == mode
    assert header.bits == (1 if mode == '1' else 8)


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (b'', 'it is empty'),
        (b'<!DOCTYPE html><p>404', 'a web page'),
        (b'version https://git-lfs.github.com/spec/v1', 'git lfs pull'),
        (b'\x00\x01\x02\x03' * 20, 'format is unknown'),
        (b'\xff\xd8\xff\xe0\x00\x10JFIF', 'damaged|Truncated'),
    ],
)
def test_unreadable(tmp_path, content, reason):
    path = tmp_path / 'image.jpg'
    path.write_bytes(content)
    with pytest.raises(HeaderError, match=reason) as caught:
        read_header(path)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert str(path) in str(copy)


def test_missing_file(tmp_path):
    with pytest.raises(HeaderError, match='no such file'):
        read_header(tmp_path / 'image.jpg')


def test_a_header_is_picklable(tmp_path):
    turned(tmp_path / 'image.jpg', 6)
    header = read_header(tmp_path / 'image.jpg')
    assert pickle.loads(pickle.dumps(header)) == header
