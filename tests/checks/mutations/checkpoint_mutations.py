# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a checkpoint, or between it and the run."""

import functools
import shutil
import tempfile
from pathlib import Path

import torch
from bench import Bench
from mutation import Mutation
from until_first_step import start


@functools.cache
def trained():
    """Train the sound run of label maps to its end; return its work dir."""
    bench = Bench(Path(tempfile.mkdtemp(prefix='trained')), 'maps')
    outcome = start(bench.words(), to_the_end=True)
    assert (bench.work_dir / 'iter_4.pth').is_file(), outcome
    return bench.work_dir


def shorten(bench, steps):
    """Let the run and its schedule end after as many steps."""
    bench.cfg_options += [
        f'train_cfg.max_iters={steps}',
        f'param_scheduler.1.end={steps}',
    ]


def checkpoint(bench, change=lambda content: None):
    """Copy the work dir of the trained run at step 4, with its checkpoint changed."""
    shutil.copytree(trained(), bench.work_dir, ignore=lambda *_: ['iter_8.pth'])
    file = bench.work_dir / 'iter_4.pth'
    (bench.work_dir / 'last_checkpoint').write_text(str(file))
    content = torch.load(file, weights_only=False)
    change(content)
    torch.save(content, file)
    return file


def resumed(*words, steps=8, classes=None, change=lambda content: None, after=None):
    """Resume with another run.

    Args:
        words: After --cfg-options.
        steps: Length of run and schedule.
        classes: Other classes.
        change: Changes the checkpoint's content.
        after: Changes the bench at last.
    """

    def spoil(bench):
        checkpoint(bench, change)
        shorten(bench, steps)
        bench.cfg_options += words
        bench.classes = classes or bench.classes
        bench.options.append('--resume')
        if after:
            after(bench)

    return spoil


def loaded(classes=None, change=lambda content: None, after=None):
    """Start from the weights of a checkpoint, in another work dir."""

    def spoil(bench):
        file = checkpoint(bench, change).rename(bench.folder / 'iter_4.pth')
        shutil.rmtree(bench.work_dir)
        bench.cfg_options.append(f'load_from={file}')
        bench.classes = classes or bench.classes
        if after:
            after(file)

    return spoil


def absent(bench):
    bench.cfg_options.append(f'load_from={bench.folder / "absent.pth"}')


def cut(file):
    file.write_bytes(file.read_bytes()[:2000])


def lost(bench):
    (bench.work_dir / 'last_checkpoint').unlink()


def dangling(bench):
    (bench.work_dir / 'iter_4.pth').unlink()


def spoilt_bytes(bench):
    """Flip 64 bytes of the checkpoint, inside a tensor."""
    file = bench.work_dir / 'iter_4.pth'
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(
        byte ^ 255 for byte in content[middle : middle + 64]
    )
    file.write_bytes(content)


def not_finite(content):
    next(iter(content['state_dict'].values())).view(-1)[0] = float('nan')


def of_another_backbone(content):
    content['state_dict'] = {
        key: value[..., :1] if value.dim() == 4 else value
        for key, value in content['state_dict'].items()
    }


CHECKPOINTS = [
    Mutation('no such file', 'maps', absent, ('absent.pth',)),
    Mutation('a checkpoint cut off', 'maps', loaded(after=cut), ('iter_4.pth',)),
    Mutation(
        'a file of text',
        'maps',
        loaded(after=lambda file: file.write_text('see release page')),
        ('iter_4.pth',),
    ),
    Mutation(
        'a list of weights',
        'maps',
        loaded(after=lambda file: torch.save([torch.zeros(3)], file)),
        ('iter_4.pth',),
    ),
    Mutation(
        'weights of another backbone',
        'maps',
        loaded(change=of_another_backbone),
        (
            'iter_4.pth',
            'backbone',
        ),
    ),
    Mutation(
        'start from classes in another order',
        'maps',
        loaded(['crop', 'soil', 'weed']),
        ('iter_4.pth', 'soil, crop, weed'),
        ('warn',),
    ),
    Mutation(
        'resume with classes in another order',
        'maps',
        resumed(classes=['crop', 'soil', 'weed']),
        ('iter_4.pth', 'soil, crop, weed', 'crop, soil, weed'),
    ),
    Mutation(
        'resume with classes of other names',
        'maps',
        resumed(classes=['soil', 'crop', 'stone']),
        ('iter_4.pth', 'weed', 'stone'),
    ),
    Mutation(
        'resume with one more class',
        'maps',
        resumed(classes=['soil', 'crop', 'weed', 'stone']),
        ('iter_4.pth',),
    ),
    Mutation(
        'resume to a longer schedule',
        'maps',
        resumed(steps=16),
        ('iter_4.pth', 'schedul|PolyLR|end'),
        ('refuse', 'work'),
        # From step 2 to 16 the rate falls from 1e-4 to 0; this is the fifth.
        lambda outcome: 7e-5 < outcome.lr < 9.9e-5,
    ),
    Mutation(
        'resume with another rate',
        'maps',
        resumed('optim_wrapper.optimizer.lr=0.01'),
        ('iter_4.pth', r'\blr\b'),
        ('refuse', 'warn', 'work'),
        lambda outcome: 2e-3 < outcome.lr <= 1e-2,
    ),
    Mutation(
        'resume beyond the end',
        'maps',
        resumed(steps=4),
        (r'\b4\b', 'max_iters|end|finished|complete'),
        ('refuse', 'warn'),
    ),
    Mutation(
        'resume where last_checkpoint is lost',
        'maps',
        resumed(after=lost),
        ('last_checkpoint|iter_8.pth',),
        ('refuse', 'work'),
        lambda outcome: outcome.printed.count('resume') > 0,
    ),
    Mutation(
        'resume where the checkpoint is lost',
        'maps',
        resumed(after=dangling),
        ('iter_4.pth',),
    ),
    Mutation(
        'resume where nothing is',
        'maps',
        lambda bench: bench.options.append('--resume'),
        ('work', 'no checkpoint|nothing|resume'),
        ('refuse', 'warn'),
    ),
    Mutation(
        'resume from a checkpoint with flipped bytes',
        'maps',
        resumed(after=spoilt_bytes),
        ('iter_4.pth', 'damaged'),
    ),
    Mutation(
        'resume from weights that are not finite',
        'maps',
        resumed(change=not_finite),
        ('iter_4.pth', 'NaN'),
    ),
    Mutation(
        'start over an earlier run',
        'maps',
        lambda bench: checkpoint(bench),
        ('iter_4.pth', '--resume', '--overwrite', '--work-dir'),
    ),
    Mutation(
        'start over an earlier run and resume it',
        'maps',
        resumed(after=lambda bench: bench.options.append('--overwrite')),
        ('--resume', '--overwrite'),
    ),
    Mutation(
        'start from the weights that are overwritten',
        'maps',
        lambda bench: (
            bench.cfg_options.append(f'load_from={checkpoint(bench)}'),
            bench.options.append('--overwrite'),
        ),
        ('load_from', 'iter_4.pth', '--work-dir'),
    ),
    Mutation(
        'resume from weights alone',
        'maps',
        resumed(change=lambda content: content.pop('optimizer')),
        ('iter_4.pth', 'load_from'),
    ),
    Mutation(
        'resume with another optimizer',
        'maps',
        resumed(
            after=lambda bench: setattr(
                bench,
                'config',
                bench.config + '\noptim_wrapper = dict(optimizer=dict(_delete_=True, '
                "type='SGD', lr=0.01, momentum=0.9))",
            )
        ),
        ('iter_4.pth', 'SGD|optimizer'),
    ),
    Mutation(
        'weights of the backbone that are not there',
        'maps',
        lambda bench: setattr(
            bench,
            'config',
            bench.config.replace(
                'init_cfg=None', "init_cfg=dict(type='Pretrained', checkpoint='no.pth')"
            ),
        ),
        ('no.pth',),
    ),
]
