import pytest

from mmmetaformer.checks.images.header import Header
from mmmetaformer.checks.images.sizes import Measured, size_faults


def _measured(said, loaded, stored=None, orientation=1):
    header = Header('JPEG', stored or loaded, 'RGB', 8, 3, orientation)
    return Measured('1.jpg', said, header, loaded)


SOUND = _measured((64, 48), (64, 48))
TURNED = _measured((64, 48), (48, 64), (64, 48), 6)


@pytest.mark.parametrize(('sound', 'stops'), [(100, True), (2000, False)])
def test_a_few_turned_images_among_thousands_are_an_oddity(sound, stops):
    (fault,) = size_faults([SOUND] * sound + [TURNED], 'a.json', 'key')
    assert fault.stops is stops
    assert f'1 of {sound + 1} images' in str(fault)


def test_one_other_size_is_never_an_oddity():
    wrong = _measured((64, 40), (64, 48))
    (fault,) = size_faults([SOUND] * 5000 + [wrong], 'a.json', 'key')
    assert fault.stops


def test_each_reason_is_a_fault_of_its_own():
    wrong = _measured((64, 40), (64, 48))
    turned, other = size_faults([SOUND, TURNED, wrong], 'a.json', 'key')
    assert 'EXIF orientation 6' in str(turned)
    assert 'the sizes differ' in str(other)
    assert len(turned.entries) == len(other.entries) == 1


def test_a_factor_is_named_only_if_all_have_it():
    twice = [_measured((128, 96), (64, 48)), _measured((20, 200), (10, 100))]
    (fault,) = size_faults(twice, 'a.json', 'key')
    assert '2 times' in str(fault)
    assert 'divide width, height, bbox and segmentation by 2, and area by 4' in (
        str(fault)
    )
    (fault,) = size_faults([*twice, _measured((65, 48), (64, 48))], 'a.json', 'key')
    assert 'the sizes differ' in str(fault)
    (fault,) = size_faults([_measured((65, 48), (64, 48))], 'a.json', 'key')
    assert 'the sizes differ' in str(fault)
