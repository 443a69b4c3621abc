# SPDX-License-Identifier: Apache-2.0
"""A backbone is found by its scoped name, with nothing imported by the user."""

import subprocess
import sys

import pytest

BUILD = """
{imports}
model = {registry}.build(dict(
    type='mmmetaformer.CAFormer',
    arch=dict(depths=(1, 1, 1, 1), dims=(32, 32, 32, 32)),
))
import torch
assert [tuple(f.shape) for f in model(torch.zeros(1, 3, 32, 32))] == [
    (1, 32, 8, 8), (1, 32, 4, 4), (1, 32, 2, 2), (1, 32, 1, 1)
]
"""
WITH_OPS = 'from mmmetaformer import compat; compat.install()\n'


def run(code):
    return subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)


@pytest.mark.parametrize(
    ('imports', 'registry'),
    [
        ('from mmengine.registry import MODELS', 'MODELS'),
        (WITH_OPS + 'from mmdet.registry import MODELS', 'MODELS'),
        (WITH_OPS + 'from mmseg.registry import MODELS', 'MODELS'),
    ],
    ids=['mmengine', 'mmdet', 'mmseg'],
)
def test_builds_from_the_registries_of_the_stack(imports, registry):
    done = run(BUILD.format(imports=imports, registry=registry))
    assert done.returncode == 0, done.stderr


def test_importing_the_package_imports_none_of_the_stack():
    done = run(
        'import mmmetaformer, sys\n'
        "heavy = {'torch', 'mmengine', 'mmcv', 'mmdet', 'mmseg', 'timm'}\n"
        'assert not heavy & set(sys.modules), heavy & set(sys.modules)'
    )
    assert done.returncode == 0, done.stderr


def test_backbones_need_neither_mmcv_nor_mmdet_nor_mmseg():
    done = run(
        'import sys\n'
        "for name in ('mmcv', 'mmdet', 'mmseg', 'timm'):\n"
        '    sys.modules[name] = None\n'
        'from mmmetaformer.models import CAFormer\n'
        "CAFormer('s18')"
    )
    assert done.returncode == 0, done.stderr


def test_a_backbone_imports_torch_and_mmengine_only():
    done = run(
        'import sys\n'
        'import torch, mmengine.model, mmengine.registry\n'
        'before = set(sys.modules)\n'
        'model = mmengine.registry.MODELS.build(\n'
        "    dict(type='mmmetaformer.ConvFormer', arch='s18')\n"
        ')\n'
        'model.init_weights()\n'
        'new = {name.partition(".")[0] for name in set(sys.modules) - before}\n'
        'new = {n for n in new if n[0] != "_"} - set(sys.stdlib_module_names)\n'
        "assert new <= {'mmmetaformer', 'torch', 'triton', 'mmengine'}, new\n"
        'rooms = {".".join(n.split(".")[:2]) for n in sys.modules if "mmmeta" in n}\n'
        "others = ('weights', 'detection', 'segmentation', 'engine', 'datasets')\n"
        "assert not rooms & {f'mmmetaformer.{room}' for room in others}, rooms\n"
        "assert 'mmmetaformer.models.decode_heads' not in sys.modules\n"
    )
    assert done.returncode == 0, done.stderr


def test_every_mixer_of_the_package_is_registered_by_name():
    from mmmetaformer.models import token_mixers
    from mmmetaformer.registry import TOKEN_MIXERS

    names = {'attention', 'identity', 'pooling', 'random_mixing', 'sep_conv'}
    assert names <= set(TOKEN_MIXERS.module_dict)
    classes = {getattr(token_mixers, n) for n in token_mixers.__all__ if n[0].isupper()}
    assert classes == {TOKEN_MIXERS.get(name) for name in names}


@pytest.mark.parametrize(
    ('registry', 'name'),
    [
        ('HOOKS', 'StartReportHook'),
        ('HOOKS', 'Float32PredictionsHook'),
        ('OPTIM_WRAPPER_CONSTRUCTORS', 'ParamwiseConstructor'),
    ],
)
def test_looking_up_what_a_runner_needs_imports_the_engine_alone(registry, name):
    done = run(
        'import sys\n'
        f'from mmengine.registry import {registry}\n'
        f"assert {registry}.get('mmmetaformer.{name}')\n"
        "print(*(m for m in sys.modules if m.startswith('mmmetaformer.')))"
    )
    assert done.returncode == 0, done.stderr
    imported = {name.split('.')[1] for name in done.stdout.split()}
    rooms = {'registry', 'engine', 'host', 'compat', 'datasets', 'weights'}
    names = {'checkpoint_names', 'launch', 'launchers', 'stop_request', 'version'}
    words = {'boxes', 'disk', 'errors', 'say', 'text', 'tracebacks'}
    assert imported <= rooms | names | words
