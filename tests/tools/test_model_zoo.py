# SPDX-License-Identifier: Apache-2.0
import copy
import importlib.util

import modelindex
import pytest

from mmmetaformer.complexity.count import count_complexity
from mmmetaformer.errors import ConfigError
from mmmetaformer.run.config import load_config

COUNTED_HERE = (
    'upernet_caformer_s36',
    'cascade_mask_rcnn_convformer_3x',
    'semantic_fpn_poolformer',
    'retinanet_resnet_50',
    'rtmdet_ins_convformer',
)


@pytest.fixture(scope='module')
def zoo(root):
    spec = importlib.util.spec_from_file_location('zoo', root / 'tools/model_zoo.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def files(zoo):
    return zoo.load_metafiles()


def models_of(files):
    return {m['Name']: m for content in files.values() for m in content['Models']}


def test_the_page_is_what_the_metafiles_say(zoo, files):
    assert zoo.PAGE.read_text() == zoo.render(files)


def test_another_figure_is_another_page(zoo, files):
    page = zoo.render(files)
    for change in ('Published', 'Metadata', 'Results'):
        changed = copy.deepcopy(files)
        model = models_of(changed)['upernet_caformer']
        if change == 'Published':
            model['Published'][0]['Value'] += 0.1
        elif change == 'Metadata':
            model['Metadata']['MACs'] += 1e9
        else:
            model['Results'][0]['Metrics']['mIoU'] = 47.9
        assert zoo.render(changed) != page


@pytest.mark.parametrize(
    ('key', 'value'),
    [('Source', ''), ('Recipe', None), ('Mode', 'SS'), ('Mode', None), ('Metric', '')],
)
def test_an_unlabelled_figure_is_refused(zoo, key, value):
    figure = dict(
        Metric='mIoU', Mode='single scale', Value=47.5, Source='a paper', Recipe='its'
    )
    zoo.check_label('a model', figure)
    with pytest.raises(ConfigError, match='a model'):
        zoo.check_label('a model', {**figure, key: value})


def test_every_config_is_in_one_metafile(files, root):
    listed = [m['Config'] for content in files.values() for m in content['Models']]
    there = [path.relative_to(root) for path in root.glob('configs/**/*.py')]
    runs = [str(path) for path in there if path.parts[1] != '_base_']
    assert sorted(listed) == sorted(runs)
    assert sorted(files) == sorted(root.glob('configs/metafiles/*'))


def test_metafiles_say_what_the_configs_do(files, root):
    for name, model in models_of(files).items():
        path = root / model['Config']
        cfg = load_config(str(path))
        data = model['Metadata']
        assert path.stem == name
        assert data['Batch Size'] == cfg.auto_scale_lr.base_batch_size
        length = cfg.train_cfg.get('max_epochs') or cfg.train_cfg.max_iters // 1000
        assert data['Schedule'].startswith(f'{length}')
        is_21k = 'in21k' in str(cfg.model.backbone.init_cfg)
        assert data['Pretraining'] == ('ImageNet-21K' if is_21k else 'ImageNet-1K')


def count_again(zoo, files, names, root):
    for name in names:
        model = models_of(files)[name]
        cfg = load_config(str(root / model['Config']))
        result = count_complexity(cfg, zoo.input_size(cfg))
        assert model['Metadata']['Input'] == 'x'.join(map(str, result.shape))
        assert model['Metadata']['Parameters'] == result.parameters, name
        macs = None if result.not_counted else result.macs
        assert model['Metadata']['MACs'] == macs, name


def test_some_counts_are_still_true(zoo, files, root):
    count_again(zoo, files, COUNTED_HERE, root)


@pytest.mark.slow
def test_all_counts_are_still_true(zoo, files, root):
    count_again(zoo, files, models_of(files), root)


def test_openmmlabs_own_reader_takes_it(files, root, monkeypatch):
    monkeypatch.chdir(root)
    index = modelindex.load('model-index.yml')
    index.build_models_with_collections()
    assert sorted(m.name for m in index.models) == sorted(models_of(files))
    assert index.check(silent=True) == []
