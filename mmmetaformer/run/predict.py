# SPDX-License-Identifier: Apache-2.0
"""Predicting, from the parsed command line to the files."""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from mmengine.dist import all_gather_object
from tqdm import tqdm

from mmmetaformer import compat
from mmmetaformer.checks.writable import check_folder_writable
from mmmetaformer.compat.slurm_launch import prepare_slurm_launch
from mmmetaformer.engine.agreement import in_first_process
from mmmetaformer.errors import ConfigError
from mmmetaformer.launchers import process_number, world_size_of
from mmmetaformer.predict.coco_results import CocoIds, join_parts
from mmmetaformer.predict.files import find_images
from mmmetaformer.predict.items import items_of
from mmmetaformer.predict.load import load_model
from mmmetaformer.predict.outputs import Outputs, names_for
from mmmetaformer.predict.predictor import Predictor, Tiles
from mmmetaformer.predict.stream import Failure, stream
from mmmetaformer.predict.write import Writer
from mmmetaformer.text import counted, shortened

__all__ = ['predict']

FAILED = 1  # exit status if some files could not be predicted on
#: Processes may finish at very different times.
PATIENCE = timedelta(days=7)
MOST_THREADS = 8


def predict(args: argparse.Namespace) -> None:
    """Predict on files and write pictures, label maps and objects.

    Args:
        args: The arguments of `tools/predict.py`.

    Raises:
        ConfigError: It cannot work as asked for; nothing was written.
        SystemExit: With status 1, if some files could not be predicted on.
    """
    compat.install()
    tiles = _tiles(args)
    outputs = Outputs(Path(args.out))
    check_folder_writable(outputs.folder, '--out')
    files = _without(find_images(args.files), outputs.folder)
    names = names_for(files, args.files)
    outputs.check(files, names)
    rank, processes = _start_processes(args.launcher)
    model = load_model(
        args.source,
        _device(args.device, args.launcher),
        args.config,
        checkpoint=args.checkpoint,
        tta=args.tta,
    )
    ids = CocoIds(model.names, args.ids)
    if args.ids:
        for number, file in enumerate(files, 1):
            ids.image(file, number)
    if rank == 0:
        kind = 'label maps' if model.segments else 'objects'
        print(
            f'{model.checkpoint}: {kind} of {len(model.names)} classes '
            f'({shortened(model.names, 3)}), on {model.device}'
        )
    outputs.folder.mkdir(parents=True, exist_ok=True)
    mine = list(zip(range(len(files)), files, names, strict=True))[rank::processes]
    writer = Writer(outputs, args.save, list(ids.categories.values()))
    start = time.monotonic()
    done, failed = _predict_all(model, mine, writer, outputs, rank, tiles, args)
    every = all_gather_object((done, failed))

    def finish() -> None:
        if 'json' in args.save:
            join_parts(outputs, processes, ids, not model.segments)
        else:
            for process in range(processes):
                outputs.part(process).unlink(missing_ok=True)
        _report(every, time.monotonic() - start, outputs)

    in_first_process(finish)
    if any(bad for _, bad in every):
        sys.exit(FAILED)


def _predict_all(
    model: Predictor,
    files: Sequence[tuple[int, str, str]],
    writer: Writer,
    outputs: Outputs,
    rank: int,
    tiles: Tiles | None,
    args: argparse.Namespace,
) -> tuple[int, list[str]]:
    """Return the number of images done, and the files that failed."""
    done, failed = 0, []
    answers = stream(
        model,
        items_of(files),
        writer,
        score=args.score,
        batch_size=args.batch_size,
        tiles=tiles,
        threads=min(MOST_THREADS, os.cpu_count() or 1),
    )
    last = -1
    with (
        closing(writer),
        outputs.part(rank).open('w', encoding='utf-8') as part,
        # In a file it would be many lines.
        tqdm(total=len(files), unit='file', disable=None if rank == 0 else True) as bar,
    ):
        for item, answer in answers:
            if item.number != last:
                bar.update()
                last = item.number
            if isinstance(answer, Failure):
                failed.append(item.file)
                tqdm.write(f'error: {_about(item.file, answer.words)}', file=sys.stderr)
                continue
            done += 1
            part.write(json.dumps(answer) + '\n')
    return done, failed


def _about(file: str, words: str) -> str:
    return words if file in words else f'{file}: {words}'


def _report(
    every: Sequence[tuple[int, list[str]]], seconds: float, to: Outputs
) -> None:
    done = sum(count for count, _ in every)
    failed = [file for _, files in every for file in files]
    rate = done / seconds if seconds else 0.0
    what = counted(done, 'image')
    print(f'{what} in {seconds:.1f} s ({rate:.2f} images/s): {to.folder}')
    if failed:
        print(
            f'error: {len(failed)} could not be predicted on: {shortened(failed, 5)}',
            file=sys.stderr,
        )


def _without(files: Sequence[str], folder: Path) -> list[str]:
    """Return the files that are not an earlier call's predictions."""
    inside = os.path.realpath(folder) + os.sep
    kept = [file for file in files if not os.path.realpath(file).startswith(inside)]
    if not kept:
        raise ConfigError(
            f'all files are in {folder}, where the predictions go. Choose another '
            'folder: --out'
        )
    return kept


def _tiles(args: argparse.Namespace) -> Tiles | None:
    if args.tile is None:
        if args.overlap is not None:
            raise ConfigError('--overlap is that of tiles: add --tile SIZE')
        return None
    return Tiles.of(args.tile, args.overlap)


def _start_processes(launcher: str) -> tuple[int, int]:
    """Connect the processes; return the number of this one and how many there are."""
    if launcher == 'none':
        if process_number() > 0:
            raise ConfigError(
                f'this is process {process_number()} of several, but --launcher is '
                'none: name what started them, --launcher pytorch or slurm'
            )
        return 0, 1
    if launcher == 'slurm':
        prepare_slurm_launch()
    if launcher == 'pytorch' and 'RANK' not in os.environ:
        raise ConfigError(
            '--launcher pytorch needs the variable RANK. Start with '
            'tools/dist_predict.sh'
        )
    # Nothing but the counts is sent.
    dist.init_process_group(
        'gloo',
        rank=process_number(),
        world_size=world_size_of(launcher),
        timeout=PATIENCE,
    )
    return dist.get_rank(), dist.get_world_size()


def _device(named: str | None, launcher: str) -> str | None:
    if named is not None or launcher == 'none' or not torch.cuda.is_available():
        return named
    local = os.environ.get('LOCAL_RANK') or os.environ.get('SLURM_LOCALID') or '0'
    return f'cuda:{int(local) % torch.cuda.device_count()}'
