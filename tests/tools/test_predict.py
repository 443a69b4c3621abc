# SPDX-License-Identifier: Apache-2.0
"""tools/predict.py, as a user calls it."""

import json
import shutil

import cv2
import numpy as np
import pytest

from mmmetaformer.commands import run_command

PHOTOS = ('a.jpg', 'b.png', 'in/a.jpg')


@pytest.fixture(scope='module')
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp('photos')
    rng = np.random.default_rng(0)
    for name in PHOTOS:
        (folder / name).parent.mkdir(exist_ok=True)
        image = cv2.blur(rng.integers(0, 255, (60, 90, 3), np.uint8), (5, 5))
        cv2.imwrite(str(folder / name), image)
    return folder


def call(*words):
    """Return the exit status."""
    try:
        run_command('predict', [*map(str, words), '--device', 'cpu'])
    except SystemExit as stop:
        return stop.code
    return 0


def test_a_segmentor(work_dirs, photos, tmp_path, capsys):
    out = tmp_path / 'out'
    (tmp_path / 'bad.jpg').write_text('no image')
    source = work_dirs['upernet'] / 'last'
    assert call(source, photos, tmp_path / 'bad.jpg', '--out', out) == 1
    said = capsys.readouterr()
    assert 'iter_2.pth: label maps of 3 classes (cat, dog, Füchsin), on cpu' in said.out
    assert '3 images in' in said.out
    assert said.err.count('bad.jpg') == 2
    for name in ('a', 'b', 'in/a'):
        labels = cv2.imread(str(out / f'labels/{name}.png'), cv2.IMREAD_UNCHANGED)
        assert labels.shape == (60, 90)
        assert labels.max() <= 2
        picture = cv2.imread(str(out / f'pictures/{name}.jpg'))
        assert picture.shape[0] == 60
        assert picture.shape[1] > 90  # the legend
    content = json.loads((out / 'images.json').read_text())
    assert [one['id'] for one in content['images']] == [1, 2, 3]
    assert not (out / 'results.json').exists()
    assert sorted(path.name for path in out.iterdir()) == [
        'images.json',
        'labels',
        'pictures',
    ]
    # Again into the same folder, inside the one with the photos.
    photos = shutil.copytree(photos, tmp_path / 'photos')
    assert call(source, photos, '--out', photos / 'out', '--save', 'pictures') == 0
    assert call(source, photos, '--out', photos / 'out', '--save', 'pictures') == 0
    assert '3 images in' in capsys.readouterr().out


def test_a_detector_in_tiles_writes_coco_results(work_dirs, photos, tmp_path, capsys):
    from pycocotools.coco import COCO

    truth = tmp_path / 'truth.json'
    names = ('Füchsin', 'dog', 'cat')
    content = dict(
        images=[
            dict(id=70 + i, file_name=name, height=60, width=90)
            for i, name in enumerate(('b.png', 'a.jpg'))
        ],
        categories=[dict(id=10 * i, name=name) for i, name in enumerate(names, 1)],
        annotations=[],
    )
    truth.write_text(json.dumps(content))
    words = (
        work_dirs['mask_rcnn'], photos / 'a.jpg', photos / 'b.png', '--score', '0',
        '--ids', truth, '--out', tmp_path / 'out', '--batch-size', '2',
    )  # fmt: skip
    for more in ((), ('--tile', '48', '--overlap', '8')):
        assert call(*words, *more) == 0
        results = json.loads((tmp_path / 'out/results.json').read_text())
        assert {one['image_id'] for one in results} == {70, 71}
        assert {one['category_id'] for one in results} <= {10, 20, 30}
        # pycocotools reads them.
        loaded = COCO(str(truth)).loadRes(str(tmp_path / 'out/results.json'))
        assert loaded.annToMask(loaded.loadAnns([1])[0]).shape == (60, 90)
    capsys.readouterr()


@pytest.mark.parametrize(
    ('words', 'said'),
    [
        (('nowhere.pth', 'a.jpg'), 'there is no nowhere.pth'),
        (('last', 'z.jpg'), 'there is no image'),
        (('last', 'a.jpg', '--overlap', '3'), 'add --tile SIZE'),
        (('last', 'a.jpg', '--tile', '64', '--overlap', '60'), 'overlap by 0 to 32'),
        (('last', 'a.jpg', '--device', 'cuda:77'), 'device cuda:77 cannot be used'),
        (('last', 'a.jpg', '--checkpoint', 'x'), 'is no config file'),
        (('last', 'a.jpg', '--launcher', 'pytorch'), 'dist_predict.sh'),
        (('last', 'a.jpg', '--ids', 'a.jpg'), 'annotation file'),
        (('last', 'a.jpg', '--out', 'a.jpg'), 'a.jpg cannot be written'),
        (('last', 'a.jpg', '--score', '2'), 'from 0 to 1'),
        (('configs/upernet_conformer.py', 'a.jpg'), 'Did you mean'),
        (('upernet_poolformerv2_s36', 'a.jpg'), 's36.py has no work dir'),
    ],
)
def test_mistakes_are_one_line(work_dirs, photos, tmp_path, capsys, words, said, root):
    places = {
        'last': work_dirs['upernet'] / 'last',
        'a.jpg': photos / 'a.jpg',
        'configs/upernet_conformer.py': root / 'configs/upernet_conformer.py',
    }
    words = ['--out', tmp_path / 'out', *(places.get(word, word) for word in words)]
    try:
        run_command('predict', [*map(str, words)])
        status = 0
    except SystemExit as stop:
        status = stop.code
    error = capsys.readouterr().err
    assert status == 2
    assert said in error
    assert len(error.strip().splitlines()[-3:]) <= 3
    assert not (tmp_path / 'out').exists()


@pytest.mark.slow
def test_two_processes_share_the_files(work_dirs, photos, tmp_path, tool):
    out = tmp_path / 'out'
    one = tool(
        'predict.py', work_dirs['mask_rcnn'], photos, '--score', '0', '--out', out
    )
    assert one.returncode == 0, one.stderr
    alone = json.loads((out / 'results.json').read_text())
    done = tool(
        'dist_predict.sh', work_dirs['mask_rcnn'], '2', photos, '--score', '0',
        '--out', tmp_path / 'two',
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((tmp_path / 'two/results.json').read_text()) == alone
    assert len(list((tmp_path / 'two/pictures').rglob('*.jpg'))) == 3
    (tmp_path / 'bad.jpg').write_text('no image')
    done = tool(
        'dist_predict.sh', work_dirs['mask_rcnn'], '2', photos, tmp_path / 'bad.jpg',
        '--out', tmp_path / 'two',
    )  # fmt: skip
    assert done.returncode == 1
    assert '1 could not be predicted on' in done.stderr


@pytest.mark.slow
def test_a_video_becomes_a_video(work_dirs, tmp_path):
    path = tmp_path / 'clip.avi'
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'MJPG'), 10, (64, 48))
    for i in range(6):
        video.write(np.full((48, 64, 3), 40 * i, np.uint8))
    video.release()
    assert call(work_dirs['upernet'], path, '--out', tmp_path / 'out') == 0
    capture = cv2.VideoCapture(str(tmp_path / 'out/pictures/clip.mp4'))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 6
    assert len(list((tmp_path / 'out/labels/clip').iterdir())) == 6
