# SPDX-License-Identifier: Apache-2.0
import ast
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmmetaformer.datasets.sample_data import ADE20K
from mmmetaformer.datasets.sample_data.spec import SampleSpec

NUMBERS = {'num_train': 10, 'num_val': 4, 'image_size': 64, 'seed': 1}
SPLITS = {'train': 'training', 'val': 'validation'}
LABELS = {'wall': 1, 'floor': 4, 'box': 42, 'light': 83, 'ball': 120, 'flag': 150}


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('ade') / 'ade'
    ADE20K.write(root, **NUMBERS)
    return root


@pytest.fixture(scope='module')
def ade_metainfo():
    """Return `ADE20KDataset.METAINFO` without an import, which needs mmcv's ops."""
    spec = find_spec('mmseg')
    if spec is None:
        pytest.skip('mmsegmentation is not installed')
    source = Path(spec.origin).with_name('datasets') / 'ade.py'
    for node in ast.walk(ast.parse(source.read_text('utf-8'))):
        if isinstance(node, ast.Assign) and node.targets[0].id == 'METAINFO':
            keywords = node.value.keywords
            return {word.arg: ast.literal_eval(word.value) for word in keywords}
    raise AssertionError(f'no METAINFO in {source}')


def read_labels(root, split):
    folder = root / 'annotations' / SPLITS[split]
    return [
        cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in sorted(folder.iterdir())
    ]


def files(root):
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob('*')
        if path.is_file()
    }


def test_classes_labels_and_palette_are_those_of_ade20k(ade_metainfo):
    assert len(ade_metainfo['classes']) == 150
    indices = [ade_metainfo['classes'].index(name) for name in ADE20K.classes]
    assert indices == sorted(indices)
    assert dict(zip(ADE20K.classes, (k + 1 for k in indices), strict=True)) == LABELS
    colors = [tuple(ade_metainfo['palette'][k]) for k in indices]
    assert colors == list(ADE20K.classes.values())


def test_every_image_has_its_label_map(root):
    for split, folder in SPLITS.items():
        stems = [f'ADE_{split}_{k + 1:08d}' for k in range(NUMBERS[f'num_{split}'])]
        pictures = sorted((root / 'images' / folder).iterdir())
        maps = sorted((root / 'annotations' / folder).iterdir())
        assert [path.name for path in pictures] == [f'{stem}.jpg' for stem in stems]
        assert [path.name for path in maps] == [f'{stem}.png' for stem in stems]
        for picture, labels in zip(pictures, read_labels(root, split), strict=True):
            assert labels.dtype == np.uint8
            assert cv2.imread(str(picture)).shape == (*labels.shape, 3)


def test_label_maps_have_only_the_labels_of_the_classes(root):
    for split in SPLITS:
        seen = set(np.unique(read_labels(root, split)).tolist())
        assert seen - {0} == set(LABELS.values())
    assert any((labels == 0).any() for labels in read_labels(root, 'train'))


def test_label_maps_match_the_scene(root):
    spec = SampleSpec(**NUMBERS)
    for split in SPLITS:
        for index, labels in enumerate(read_labels(root, split)):
            scene = spec.scene(split, index, with_other=True)
            ground = np.where(scene.wall, LABELS['wall'], LABELS['floor'])
            for instance in scene.instances:
                assert (labels[instance.mask] == LABELS[instance.name]).all()
                ground[instance.mask] = LABELS[instance.name]
            assert (labels[scene.other] == 0).all()
            np.testing.assert_array_equal(labels[~scene.other], ground[~scene.other])


def test_same_seed_writes_the_same_bytes(root, tmp_path):
    ADE20K.write(tmp_path / 'again', **NUMBERS)
    assert files(tmp_path / 'again') == files(root)


def test_another_seed_writes_other_images_and_labels(root, tmp_path):
    ADE20K.write(tmp_path / 'other', **{**NUMBERS, 'seed': 6})
    one, other = files(root), files(tmp_path / 'other')
    assert one.keys() == other.keys()
    assert all(one[name] != other[name] for name in one)


def test_files_do_not_depend_on_the_number_of_images(root, tmp_path):
    ADE20K.write(tmp_path / 'few', **{**NUMBERS, 'num_train': 2, 'num_val': 1})
    few, many = files(tmp_path / 'few'), files(root)
    pairs = [name for name in few if name.startswith(('images', 'annotations'))]
    assert len(pairs) == 6
    assert all(few[name] == many[name] for name in pairs)


def test_splits_have_no_image_in_common(root):
    pictures = [path.read_bytes() for path in (root / 'images').rglob('*.jpg')]
    assert len(set(pictures)) == len(pictures) == 14
