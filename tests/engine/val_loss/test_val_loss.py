# SPDX-License-Identifier: Apache-2.0
"""The loss of validation images is what training would compute for them."""

import copy
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import DATASETS, MODELS, init_default_scope
from tiny_runs import TINY_MODELS

from mmmetaformer.datasets.sample_data import ADE20K, write_coco
from mmmetaformer.engine.val_loss import ValLossHook, use_val_loss
from mmmetaformer.errors import ConfigError

SIZE = 96
SMALL = {
    'upernet': dict(write=ADE20K.write, scale=SIZE, classes=6),
    # Objects have to be scaled from the file to the image.
    'mask_rcnn': dict(write=write_coco, scale=128, classes=5),
}


@pytest.fixture(scope='module', params=SMALL)
def setting(request, root, tmp_path_factory):
    """The config of a tiny model with two small images, and the model."""
    folder = tmp_path_factory.mktemp(request.param)
    path = folder / 'config.py'
    path.write_text(TINY_MODELS[request.param].format(root=root, family='poolformer'))
    small = SMALL[request.param]
    small['write'](folder / 'data', num_train=1, num_val=2, image_size=SIZE, seed=1)
    cfg = Config.fromfile(path)
    scale = (small['scale'],) * 2
    loader = cfg.val_dataloader
    loader.dataset.data_root = str(folder / 'data')
    for step in loader.dataset.pipeline:
        if step['type'] == 'Resize':
            step['scale'] = scale
    if request.param == 'upernet':
        cfg.model.decode_head.channels = cfg.model.auxiliary_head.channels = 16
        cfg.model.data_preprocessor.size = scale
    init_default_scope(cfg.default_scope)
    torch.manual_seed(1)
    model = MODELS.build(cfg.model)
    model.eval()
    return cfg, model


def dataset_of(cfg, labels_first=False):
    """Build the validation data, with labels after Resize, or before as in training."""
    spec = copy.deepcopy(cfg.val_dataloader.dataset)
    if labels_first:
        load, resize, labels, *rest = spec.pipeline
        spec.pipeline = [load, labels, resize, *rest]
    return DATASETS.build(spec)


def measured(cfg, model, batches, size=1):
    """Let the hook see these batches; return the metrics it adds."""
    use_val_loss(cfg)
    hook = ValLossHook(cfg.custom_hooks[-1]['fit_objects'])
    loader = SimpleNamespace(
        batch_sampler=SimpleNamespace(batch_size=size), sampler=None, dataset=[0, 0]
    )
    runner = SimpleNamespace(model=model, val_dataloader=loader)
    hook.before_val_epoch(runner)
    for index, batch in enumerate(batches):
        hook.after_val_iter(runner, index, batch)
    metrics = {}
    hook.after_val_epoch(runner, metrics)
    return metrics


def test_equals_the_loss_of_training(setting):
    cfg, model = setting
    batches = [pseudo_collate([sample]) for sample in dataset_of(cfg)]
    state = torch.random.get_rng_state()
    found = measured(cfg, model, batches)
    assert torch.equal(state, torch.random.get_rng_state())
    expected = {}
    for sample in dataset_of(cfg, labels_first=True):
        data = model.data_preprocessor(pseudo_collate([sample]), True)
        torch.manual_seed(0)
        with torch.no_grad():
            losses = model.loss(data['inputs'], data['data_samples'])
        for name, value in model.parse_losses(losses)[1].items():
            if 'loss' in name:
                key = f'val_{name}'
                expected[key] = expected.get(key, 0) + value.item() / 2
    assert set(found) == set(expected) >= {'val_loss'}
    assert len(found) > 2
    assert found == pytest.approx(expected, rel=1e-3)
    assert found['val_loss'] > 0


def test_the_batch_size_does_not_matter(setting):
    cfg, model = setting
    samples = list(dataset_of(cfg))
    one_by_one = measured(cfg, model, [pseudo_collate([one]) for one in samples])
    together = measured(cfg, model, [pseudo_collate(samples)], size=2)
    assert together == pytest.approx(one_by_one, rel=1e-3)


def test_a_run_without_labels_of_validation(setting):
    cfg = copy.deepcopy(setting[0])
    pipeline = cfg.val_dataloader.dataset.pipeline
    cfg.val_dataloader.dataset.pipeline = [pipeline[0], pipeline[-1]]
    with pytest.raises(ConfigError, match='--val-loss needs LoadAnnotations'):
        use_val_loss(cfg)
    cfg.val_cfg = None
    with pytest.raises(ConfigError, match='validation is off'):
        use_val_loss(cfg)
