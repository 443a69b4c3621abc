from concurrent.futures import ProcessPoolExecutor

from mmmetaformer.datasets.unreadable_images import UnreadableImages


def test_names_are_kept_once_and_in_order(tmp_path):
    unreadable = UnreadableImages(tmp_path / 'new' / 'list.txt')
    assert unreadable.names() == []
    assert unreadable.add('b ü.jpg') == ['b ü.jpg']
    assert unreadable.add('a.jpg') == ['b ü.jpg', 'a.jpg']
    assert unreadable.add('b ü.jpg') == ['b ü.jpg', 'a.jpg']
    unreadable.clear()
    assert unreadable.names() == []
    unreadable.clear()


def _add(file, start):
    for number in range(start, start + 50):
        UnreadableImages(file).add(f'{number}.jpg')


def test_processes_share_the_list(tmp_path):
    file = tmp_path / 'list.txt'
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_add, [file, file], [0, 25]))
    assert len(UnreadableImages(file).names()) == 75
