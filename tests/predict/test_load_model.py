# SPDX-License-Identifier: Apache-2.0
"""Models from work dirs predict what the host's own test step predicts."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmcv.transforms import LoadImageFromFile
from mmengine.dataset import Compose
from mmengine.registry import MODELS, DefaultScope

from mmmetaformer import load_model
from mmmetaformer.errors import ConfigError
from mmmetaformer.weights.files import read_checkpoint
from mmmetaformer.weights.publish import publish


@pytest.fixture(scope='module')
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp('photo') / 'photo.png'
    image = np.random.default_rng(0).integers(0, 255, (70, 110, 3), np.uint8)
    cv2.imwrite(str(path), cv2.blur(image, (9, 9)))
    return str(path)


@pytest.fixture(scope='module')
def models(work_dirs):
    return {m: load_model(d / 'last', device='cpu') for m, d in work_dirs.items()}


def host_answer(model, photo, pack):
    """What the host's pipeline and test step say about an image."""
    with DefaultScope.overwrite_default_scope(pack.scope):
        pipeline = Compose(
            [
                dict(type='LoadImageFromFile'),
                dict(type='Resize', scale=(128, 64), keep_ratio=True),
                dict(type=pack.type),
            ]
        )
        data = pipeline(dict(img_path=photo, img_id=0))
        data = {key: [value] for key, value in data.items()}
        with torch.no_grad():
            return model.test_step(data)[0]


class SegPack:
    scope, type = 'mmseg', 'PackSegInputs'


class DetPack:
    scope, type = 'mmdet', 'PackDetInputs'


def test_a_segmentor_says_what_mmseg_says(models, photo):
    model = models['upernet']
    expected = host_answer(model.model, photo, SegPack).pred_sem_seg.data[0].numpy()
    result = model(photo)
    assert result.label_map.dtype == np.uint8
    assert (result.label_map == expected).mean() > 0.999
    assert result.boxes is None
    assert result.masks is None
    assert result.names == ('cat', 'dog', 'Füchsin')
    assert result.palette[0] == (255, 0, 0)


def test_a_detector_says_what_mmdet_says(models, photo):
    model = models['mask_rcnn']
    expected = host_answer(model.model, photo, DetPack).pred_instances
    result = model(photo, score=0)
    assert len(result) == len(expected) > 0
    assert np.allclose(result.boxes, expected.bboxes.numpy(), atol=1e-3)
    assert np.array_equal(result.labels, expected.labels.numpy())
    assert np.array_equal(result.masks, expected.masks.numpy())
    assert result.label_map is None
    # --score leaves out the others.
    middle = float(np.median(result.scores))
    assert len(model(photo, score=middle)) == (result.scores >= middle).sum()


def test_tta_says_what_mmseg_says(work_dirs, photo):
    model = load_model(work_dirs['upernet'], device='cpu', tta=True)
    with DefaultScope.overwrite_default_scope('mmseg'):
        views = [
            [dict(type='Resize', scale=(2 * s, s), keep_ratio=True) for s in (48, 64)],
            [dict(type='RandomFlip', prob=0.0), dict(type='RandomFlip', prob=1.0)],
            [dict(type='PackSegInputs')],
        ]
        load = dict(type='LoadImageFromFile')
        data = Compose([load, dict(type='TestTimeAug', transforms=views)])(
            dict(img_path=photo)
        )
        host = MODELS.build(dict(type='mmseg.SegTTAModel', module=model.model)).eval()
        with torch.no_grad():
            data = {key: [[one] for one in value] for key, value in data.items()}
            (expected,) = host.test_step(data)
    same = model(photo).label_map == expected.pred_sem_seg.data.squeeze().numpy()
    assert same.mean() > 0.999
    assert model(photo, tile=48).label_map.shape == same.shape


def test_tta_of_masks_is_refused(work_dirs):
    with pytest.raises(ConfigError, match='--tta'):
        load_model(work_dirs['mask_rcnn'], device='cpu', tta=True)


def test_files_of_all_kinds_are_read_as_in_training(models, tmp_path):
    from PIL import Image

    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 255, (40, 60, 3), np.uint8))
    turned = Image.Exif()
    turned[0x0112] = 6  # turn by 90 degrees
    image.save(tmp_path / 'turned.jpg', exif=turned)
    image.convert('L').save(tmp_path / 'grey.png')
    image.convert('P').save(tmp_path / 'palette.png')
    image.convert('RGBA').save(tmp_path / 'alpha.png')
    deep = rng.integers(0, 2**16, (40, 60), np.uint16)
    cv2.imwrite(str(tmp_path / 'deep.png'), deep)
    for path in sorted(tmp_path.iterdir()):
        result = models['upernet'](path)
        shape = (60, 40) if path.name == 'turned.jpg' else (40, 60)
        assert result.label_map.shape == shape, path
        as_trained = LoadImageFromFile()(dict(img_path=str(path)))['img']
        assert np.array_equal(result.image, as_trained[..., ::-1]), path


@pytest.mark.parametrize('content', [b'', b'text', b'\x89PNG\r\n\x1a\n'])
def test_files_that_are_no_images(models, tmp_path, content):
    path = tmp_path / 'a.png'
    path.write_bytes(content)
    with pytest.raises(ConfigError, match='cannot be read as an image'):
        models['upernet'](path)


def test_arrays_and_pil_images_are_rgb(models, photo):
    from PIL import Image

    model = models['upernet']
    from_file = model(photo)
    image = Image.open(photo)
    for given in (image, np.asarray(image), from_file.image):
        again = model(given)
        assert np.array_equal(again.label_map, from_file.label_map)
        assert np.array_equal(again.image, np.asarray(image))


def test_a_list_is_a_list(models, photo):
    model = models['upernet']
    small = np.zeros((40, 50, 3), np.uint8)
    results = model([photo, small, photo], batch_size=3)
    assert [r.label_map.shape for r in results] == [(70, 110), (40, 50), (70, 110)]
    assert np.array_equal(results[0].label_map, results[2].label_map)


@pytest.mark.parametrize('what', ['iter_1.pth', '', 'last', 'upernet.py'])
def test_what_can_be_named(work_dirs, what, monkeypatch):
    folder = work_dirs['upernet']
    arguments = {}
    if what.endswith('.py'):
        arguments['checkpoint'] = folder
    model = load_model(folder / what, device='cpu', **arguments)
    assert model.checkpoint.endswith('iter_1.pth' if '1' in what else 'iter_2.pth')


def test_a_checkpoint_is_read_once(work_dirs, monkeypatch):
    reads = []

    def read(path, *arguments):
        reads.append(str(path))
        return read_checkpoint(path, *arguments)

    monkeypatch.setattr('mmmetaformer.checks.checkpoint.contents.read_checkpoint', read)
    load_model(work_dirs['upernet'], device='cpu')
    assert [Path(one).name for one in reads] == ['iter_2.pth']


def test_a_published_file(work_dirs, tmp_path, models, photo):
    publish(str(work_dirs['upernet'] / 'iter_2.pth'), str(tmp_path / 'a.safetensors'))
    model = load_model(tmp_path / 'a.safetensors', device='cpu')
    assert model.names == models['upernet'].names
    assert model.palette == models['upernet'].palette
    expected = models['upernet'](photo).label_map
    assert np.array_equal(model(photo).label_map, expected)


def test_a_damaged_newest_checkpoint_is_passed_over(work_dirs, tmp_path, capsys):
    for name in ('iter_1.pth', 'iter_2.pth'):
        content = (work_dirs['upernet'] / name).read_bytes()
        (tmp_path / name).write_bytes(content[: len(content) // int(name[5])])
    model = load_model(tmp_path, device='cpu')
    assert model.checkpoint.endswith('iter_1.pth')
    assert 'iter_2.pth' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('what', 'said'),
    [
        ('best', 'has no best checkpoint'),
        ('iter_9.pth', 'there is no'),
        ('base', 'Expected a checkpoint'),
    ],
)
def test_what_is_not_there(work_dirs, what, said):
    with pytest.raises(ConfigError, match=said):
        load_model(work_dirs['upernet'] / what)


def test_weights_alone_need_a_config(work_dirs, tmp_path):
    folder = work_dirs['upernet']
    weights = torch.load(folder / 'iter_2.pth', weights_only=True)['state_dict']
    torch.save(dict(state_dict=weights), tmp_path / 'alone.pth')
    with pytest.raises(ConfigError, match='carries no config.*--config FILE'):
        load_model(tmp_path / 'alone.pth')
    model = load_model(tmp_path / 'alone.pth', 'cpu', folder / 'upernet.py')
    assert len(model.names) == 150  # those of the config's data set


def test_importing_the_package_does_not_import_torch():
    code = 'import mmmetaformer, sys; assert "torch" not in sys.modules'
    subprocess.run([sys.executable, '-c', code], check=True)
