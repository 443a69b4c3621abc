# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from PIL import Image

AS_STORED = 'train_dataloader.dataset.pipeline.0.color_type=color_ignore_orientation'


def test_sound_maps_have_no_fault(own_maps):
    assert own_maps.faults() == []
    assert own_maps.faults(split='val') == []
    assert own_maps.faults(everything=True) == []


@pytest.mark.parametrize('mode', ['P', 'I;16', '1'])
def test_palettes_bilevel_and_16_bits_with_small_labels(own_maps, mode):
    for file in own_maps.maps():
        labels = np.array(Image.open(file))
        if mode == 'P':
            image = Image.fromarray(labels)
            image.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
        elif mode == '1':
            image = Image.fromarray(labels == 2)
        else:
            image = Image.fromarray(labels.astype(np.uint16))
        image.save(file)
    options = ('--labels-from', 0) if mode == '1' else ()
    assert own_maps.faults('--classes', 'bg', 'fg', *options) == []


@pytest.mark.parametrize(('mode', 'channels'), [('RGB', 3), ('RGBA', 4), ('LA', 2)])
def test_pictures_are_refused(own_maps, mode, channels):
    for file in own_maps.maps():
        Image.open(file).convert(mode).save(file)
    message = own_maps.fault()
    assert f'000.png is a picture with {channels} channels' in message
    assert 'one channel with the class number in each pixel' in message
    assert '4 of 4' in message


def test_one_of_many_is_named(own_maps):
    bad = own_maps.maps()[2]
    Image.open(bad).convert('RGB').save(bad)
    message = own_maps.fault()
    assert f'{bad} is a picture' in message
    assert '1 of 4' in message


def test_a_jpeg_by_another_name_is_refused(own_maps):
    for file in own_maps.maps():
        Image.open(file).save(file, format='JPEG')
    assert 'is a JPEG, which changes the labels' in str(own_maps.faults()[0])


def test_a_broken_map_is_named(own_maps):
    bad = own_maps.maps()[1]
    bad.write_bytes(bad.read_bytes()[:48])
    message = own_maps.fault()
    assert f'{bad} cannot be read' in message
    assert '1 of 4' in message
    bad.write_bytes(b'')
    assert f'{bad} cannot be read: it is empty' in own_maps.fault()


def test_wide_labels_are_refused(own_maps):
    bad = own_maps.maps()[3]
    Image.fromarray(np.array(Image.open(bad)).astype(np.uint16) + 255).save(bad)
    assert '16-bit values from 256 to 257' in own_maps.fault()


def test_grey_of_4_bits_is_stretched(own_maps):
    for file in own_maps.maps():
        Image.open(file).save(file, bits=4)
    message = own_maps.fault()
    assert 'has 4 bits a pixel, which Pillow stretches' in message


def test_palettes_of_4_bits_are_sound(own_maps):
    for file in own_maps.maps():
        image = Image.fromarray(np.array(Image.open(file)))
        image.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
        image.save(file, bits=4)
    assert own_maps.faults() == []


def test_arrays_are_left_to_their_own_loader(own_maps):
    for file in own_maps.maps():
        file.rename(file.with_suffix('.npy'))
    option = 'train_dataloader.dataset.seg_map_suffix=.npy'
    words = ('--classes', 'bg', 'fg', '--cfg-options', option)
    assert own_maps.faults(*words) == []


def test_other_names_are_named(own_maps):
    own_maps.rename(lambda file: f'{file.parents[1].name}_{file.name}')
    message = own_maps.fault()
    assert '4 of 4 images have no label map' in message
    assert 'images_000.png' in message
    assert 'there are 4 .png, first annotations_000.png' in message


def test_the_size_of_the_image(own_maps):
    for file in own_maps.maps():
        Image.open(file).resize((12, 8)).save(file)
    message = own_maps.fault()
    assert '000.png is 12x8, but its image' in message
    assert '000.jpg is 24x16' in message
    for file in own_maps.maps():
        Image.open(file).resize((16, 24)).save(file)
    assert 'is 16x24' in own_maps.fault()


def orient(own_maps, orientation, size=(24, 16)):
    for file in own_maps.images():
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.new('RGB', size).save(file, exif=exif)


def test_a_turned_image_is_refused_or_loaded_as_stored(own_maps):
    orient(own_maps, 6)
    message = own_maps.fault()
    assert 'loaded as 16x24: its EXIF orientation is 6' in message
    assert 'color_ignore_orientation' in message
    options = ('--classes', 'bg', 'fg', '--cfg-options', AS_STORED)
    assert own_maps.faults(*options) == []


def test_maps_drawn_on_the_turned_image_are_sound(own_maps):
    orient(own_maps, 8, size=(16, 24))
    assert own_maps.faults() == []


@pytest.mark.parametrize('orientation', [2, 3])
def test_a_turn_that_sizes_do_not_show_is_a_warning(own_maps, orientation):
    orient(own_maps, orientation)
    message = own_maps.fault(stops=False)
    assert f'EXIF orientation {orientation}' in message


def test_a_square_image_that_is_turned_is_a_warning(own_maps):
    orient(own_maps, 6, size=(20, 20))
    for file in own_maps.maps():
        Image.open(file).resize((20, 20)).save(file)
    assert 'EXIF orientation 6' in own_maps.fault(stops=False)


def test_missing_maps_are_counted(own_maps):
    for file in own_maps.maps()[:2]:
        file.unlink()
    message = own_maps.fault()
    assert '2 of 4 images have no label map' in message
    assert '000.png, 001.png' in message


def test_maps_without_an_image_are_a_warning(own_maps):
    own_maps.images()[0].unlink()
    assert '1 label maps' in own_maps.fault(stops=False)


def test_images_of_another_suffix_are_not_left_out(own_maps):
    file = own_maps.images()[0]
    file.rename(file.with_suffix('.JPG'))
    message = own_maps.fault()
    assert '1 of 4 images' in message
    assert '000.JPG' in message
    # The same image in another format as well is nobody's mistake.
    Image.new('RGB', (24, 16)).save(file)
    assert own_maps.faults() == []


def test_empty_folders(own_maps):
    for file in own_maps.images():
        file.unlink()
    assert 'there is no image in' in own_maps.fault()


def test_names_of_a_list_have_no_suffix(own_maps):
    own_maps.write(below='päckchen/')
    listed = own_maps.data / 'train.txt'
    words = ('--classes', 'bg', 'fg', '--cfg-options')
    option = 'train_dataloader.dataset.ann_file=train.txt'
    listed.write_text('000\npäckchen/001\n')
    assert own_maps.faults(*words, option) == []
    listed.write_text('000.jpg\n001.jpg\n')
    assert 'without .jpg' in own_maps.fault(*words, option)
