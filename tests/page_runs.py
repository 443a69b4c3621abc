# SPDX-License-Identifier: Apache-2.0
"""How the blocks of each page are run, and which commands are left out, and why."""

from collections.abc import Callable
from dataclasses import dataclass, field

import page_sets
from page_own_data import own_data

SETS_UP = 'sets a machine up: tests/fresh_machine.sh, tests/installed.sh'
TESTS = 'these are the tests themselves'
HOSTS = 'needs root, or packages of the system'

TINY_ARCH = 'arch=dict(depths=(1,) * 4, dims=(32,) * 4)'


@dataclass(frozen=True)
class Page:
    """How a page is run.

    Args:
        given: Writes what the page takes as given.
        before: A script of what its sentences say to do before.
        swaps: What the page says, and what is run instead: names that it leaves to the
            reader, sizes and lengths.
        not_run: The starts of commands that are left out, and why.
        settings: The config that Python blocks without an import change.
        sections: Each section starts from what is given, not from the one before.
        needs: Packages without which the page is skipped.
    """

    given: Callable = page_sets.nothing
    before: str = ''
    swaps: dict[str, str] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)
    settings: str = ''
    sections: bool = False
    needs: tuple[str, ...] = ()


RUN = {
    'README.md': Page(
        page_sets.archives,
        swaps={
            'mask_rcnn_convformer.py 8': 'mask_rcnn_convformer.py 2',
            'CHECKPOINT': 'work_dirs/upernet_convformer/last',
            "arch='s18'": TINY_ARCH,
            "dict(type='Pretrained', checkpoint='sail:caformer_s18_in21ft1k')": 'None',
            'in_channels=[64, 128, 320, 512]': 'in_channels=[32] * 4',
        },
        not_run={
            'git clone ': SETS_UP,
            'make ': SETS_UP,
            'source .venv/bin/activate': SETS_UP,
        },
        settings='mask_rcnn_convformer',
    ),
    'docs/predict.md': Page(
        page_sets.predict,
        swaps={
            '/last 8 photos/': '/last 2 photos/',
            "'work_dirs/x/epoch_12.pth'": "'work_dirs/detector/iter_2.pth'",
            "device='cuda:1'": "device='cpu'",
            'model(array)': 'model(result.image)',
        },
    ),
    'docs/training.md': Page(
        page_sets.archives,
        swaps={
            '--length 80000': '--length 2',
            '--length 20e': '--length 1e',
            'CONFIG': 'configs/upernet_convformer.py',
        },
        not_run={
            'pip install ': SETS_UP,
            'tensorboard ': 'a server that goes on until it is stopped',
        },
        settings='upernet_convformer',
        sections=True,
        needs=('tensorboard',),
    ),
    'docs/data.md': Page(
        own_data,
        swaps={
            'CONFIG --data-root FOLDER --classes NAME ...': (
                'configs/faster_rcnn_convformer.py --data-root data/mine'
                ' --classes data/mine/classes.txt'
            ),
            'CONFIG': 'configs/upernet_convformer.py',
            '--image-size 192': '--image-size 64',
            '--image-size 128': '--image-size 64',
            '--length 6e': '--length 1e',
            '--length 200': '--length 2',
            '/path/to/CamVid': '$PWD/CamVid',
            '# now move some of both to': (
                'for kind in images annotations; do\n'
                'mv data/voc/$kind/training/im0.* data/voc/$kind/validation; done\n#'
            ),
            'aeroplane ... tv/monitor': (
                'aeroplane bicycle bird boat bottle bus car cat chair cow diningtable'
                " dog horse motorbike person 'potted plant' sheep sofa train tv/monitor"
            ),
            'data/mine --classes cat': 'named --classes cat',
            'data/mine/val.json': 'named/val.json',
        },
        not_run={
            'python tools/prepare_data.py coco': (
                'downloads 20 GB: tests/prepare/test_archives.py has a small archive'
            ),
            'python tools/prepare_data.py ade20k': (
                'downloads 1 GB: tests/prepare/test_archives.py has a small archive'
            ),
        },
        sections=True,
    ),
    'docs/export.md': Page(
        page_sets.checkpoint,
        swaps={
            'python tools/export.py configs/upernet_convformer.py CHECKPOINT': (
                'python tools/train.py configs/upernet_convformer.py --sample-data'
                ' --length 2 --work-dir work_dirs/sample\n'
                'python tools/export.py configs/upernet_convformer.py'
                ' work_dirs/sample/last'
            ),
            '--images 16': '--images 2',
        },
        not_run={'pip install ': SETS_UP},
        needs=('onnx', 'onnxruntime', 'onnxscript'),
    ),
    'docs/resume.md': Page(
        page_sets.archives,
        before="""
python tools/train.py configs/upernet_convformer.py
rm work_dirs/upernet_convformer/{iter_2.pth,finished}
cp work_dirs/upernet_convformer/iter_1.pth .
""",
        swaps={
            'CHECKPOINT': 'iter_1.pth --work-dir work_dirs/another',
            '--cfg-options randomness': (
                '--work-dir work_dirs/deterministic --cfg-options randomness'
            ),
            'train.py CONFIG': 'train.py configs/upernet_convformer.py',
        },
    ),
    'docs/weights.md': Page(
        page_sets.weights,
        swaps={
            "arch='s18'": TINY_ARCH,
            "arch='b36'": TINY_ARCH,
            '(3, 3, 9, 3), dims=(64, 128, 320, 512)': '(1,) * 4, dims=(32,) * 4',
            'sail:caformer_s18_in21ft1k': 'caformer.pth',
            'surgenet:caformer_s18_xl': 'surgenet.pth',
            'weights/caformer_s18.pth': 'caformer.pth',
            "weights/caformer_b36.dbv4-full'": "caformer.pth'",
            'FILE': 'caformer.pth',
            'SRC DST': 'caformer.pth caformer_timm.pth',
            'iter_160000': 'iter_2',
        },
        not_run={
            'pip install ': SETS_UP,
            'hf ': 'needs an account that has accepted conditions',
        },
        settings='upernet_convformer',
    ),
    'docs/report.md': Page(
        page_sets.archives,
        before='python tools/train.py configs/upernet_convformer.py --no-report',
    ),
    'docs/launching.md': Page(
        page_sets.archives,
        swaps={
            'NNODES=2 NODE_RANK=0 MASTER_ADDR=10.0.0.1 PORT=29500': (
                'NNODES=1 NODE_RANK=0 MASTER_ADDR=127.0.0.1'
            ),
            '    tools/dist_train.sh configs/upernet_convformer.py 8': (
                '    tools/dist_train.sh configs/upernet_convformer.py 2'
                ' --work-dir work_dirs/two_machines'
            ),
            'configs/upernet_convformer.py 8': 'configs/upernet_convformer.py 2',
            'CHECKPOINT 8': 'work_dirs/upernet_convformer/last 2',
        },
        not_run={
            'tools/slurm_train.sh': 'needs Slurm: tests/multi_node/slurm_preempt.sh'
        },
    ),
    'docs/scaling.md': Page(
        page_sets.archives,
        swaps={
            'NNODES=2 NODE_RANK=0 MASTER_ADDR=10.0.0.1 PORT=29500': (
                'NNODES=1 NODE_RANK=0 MASTER_ADDR=127.0.0.1'
            ),
            'configs/upernet_convformer.py 8': 'configs/upernet_convformer.py 2',
            '/shared/run': 'shared/run',
        },
    ),
    'docs/stock_configs.md': Page(
        swaps={
            "arch='s18'": 'arch=dict(depths=(1,) * 4, dims=(64, 128, 320, 512))',
            '--sample-data': (
                '--sample-data --length 1e --cfg-options'
                ' train_dataloader.dataset.indices=4'
            ),
        },
    ),
    'docs/config_zoo.md': Page(
        not_run={'python tests/configs/': 'takes half an hour, and writes the page'},
    ),
    'docs/token_mixers.md': Page(
        swaps={
            '(3, 3, 9, 3), dims=(64, 128, 320, 512)': '(1,) * 4, dims=(32,) * 4',
            '--sample-data': '--sample-data --length 2',
        },
    ),
    'docs/mmcv_ops.md': Page(
        not_run={
            'pip ': SETS_UP,
            'mim install ': SETS_UP,
            'python tests/compat/mmcv_ops/compare_with_compiled.py DIR': (
                'needs a compiled mmcv'
            ),
        },
    ),
    'docs/benchmarks.md': Page(
        page_sets.swin,
        swaps={
            'convformer_s18:plain': (
                'convformer_s18:plain --size 64x64 --rounds 1 --warm-up 1'
            ),
            '--size 800x1344': '--size 64x64 --rounds 1 --warm-up 1',
        },
        not_run={'pip install ': SETS_UP},
        needs=('timm',),
    ),
    'docs/install.md': Page(
        not_run={
            'pip install ': SETS_UP,
            'pip uninstall ': SETS_UP,
            'bash ': 'the script of an installed package: tests/installed.sh',
        },
        needs=('shtab',),
    ),
    'docs/safe_checkpoints.md': Page(
        page_sets.checkpoint,
        swaps={
            'https://example.org/model-1a2b3c4d.pth': (
                'work_dirs/upernet_convformer/last'
            ),
        },
    ),
    'docs/reliability.md': Page(not_run={'make test-faults': TESTS}),
    'CONTRIBUTING.md': Page(
        not_run={
            'make ': TESTS,
            'sudo ': HOSTS,
            '.venv/bin/pip install ': SETS_UP,
            '.venv/bin/python -m pytest ': TESTS,
            'tests/installed.sh ': 'installs 5 GB into an empty environment',
            'tests/first_hour.sh ': 'takes half an hour, and data sets of others',
        },
    ),
}
# A test of its own runs this page.
ELSEWHERE = {'docs/five_minutes.md'}
