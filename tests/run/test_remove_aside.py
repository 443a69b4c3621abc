# SPDX-License-Identifier: Apache-2.0
from types import SimpleNamespace

from mmengine.config import Config

from mmmetaformer.engine.checkpoints import CheckpointFiles
from mmmetaformer.run.remove_aside import RemoveAsideHook

REMOVED = ['iter_8.pth.aside', 'epoch_2_iter_9.pth.aside', 'step-0012.pth.aside']
OTHERS = ['notes.pth.aside', 'iter_8.pth', 'labels.aside', '.aside', 'iter_.pth.aside']


def test_only_checkpoints_that_were_set_aside(tmp_path):
    hook = dict(
        type='CheckpointHook',
        filename_tmpl='step-{:04d}.pth',
        out_dir=str(tmp_path / 'out'),
    )
    cfg = Config(
        dict(work_dir=str(tmp_path / 'work'), default_hooks=dict(checkpoint=hook))
    )
    folders = [tmp_path / 'work', tmp_path / 'out/work']
    for folder in folders:
        folder.mkdir(parents=True)
        for name in (*REMOVED, *OTHERS):
            (folder / name).touch()
    start = f'{tmp_path}/out/../work/{REMOVED[0]}'
    runner = SimpleNamespace(_load_from=start)
    RemoveAsideHook(CheckpointFiles.of(cfg)).before_train(runner)
    left = [{path.name for path in folder.iterdir()} for folder in folders]
    assert left == [{*OTHERS, REMOVED[0]}, set(OTHERS)]
