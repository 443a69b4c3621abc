# SPDX-License-Identifier: Apache-2.0
"""All faults of a run's annotation files in COCO's format."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from mmengine.config import Config

from mmmetaformer.checks.fault import Fault
from mmmetaformer.host import type_name

from .classes import class_fault, disagreement
from .enough import check_enough, check_image_sizes
from .facts import CocoFacts, Left, Question, Selection
from .read_facts import read_facts
from .uses import Use, uses_of

__all__ = ['Answers', 'coco_facts', 'coco_faults', 'training_images']

Answers = dict[Path, tuple[Question, CocoFacts]]


def coco_facts(uses: Iterable[Use], everything: bool = False) -> Answers:
    """Read each file once, also if several data sets use it.

    Args:
        uses: What the run does with files.
        everything: List all entries of a fault, not the first ones.

    Returns:
        What was asked about each file and what it holds, by its absolute path.
    """
    by_file: dict[Path, list[Use]] = {}
    for use in uses:
        by_file.setdefault(use.file.resolve(), []).append(use)
    answers: Answers = {}
    for path, of_file in by_file.items():
        selections: dict[Selection, None] = {use.selection: None for use in of_file}
        question = Question(any(use.masks for use in of_file), tuple(selections))
        facts = read_facts(path, question)
        if everything and any(fault.entries_left_out for fault in facts.faults):
            question = msgspec.structs.replace(question, all_entries=True)
            facts = read_facts(path, question)
        answers[path] = question, facts
    return answers


def coco_faults(uses: Sequence[Use], answers: Answers) -> Iterator[Fault]:
    """Yield what is wrong with the annotation files of a run.

    Args:
        uses: What the run does with files.
        answers: Its `coco_facts`.
    """
    facts_of = {use: answers[use.file.resolve()][1] for use in uses}
    read = [use for use in uses if not facts_of[use].unreadable]
    for use in read:
        if use.trains:
            yield from check_image_sizes(facts_of[use], use, _left(answers, use))
    yield from _file_faults(uses, answers)
    wrong = list(_class_faults(read, facts_of))
    yield from wrong
    if wrong:
        return
    seen = set()
    for use in read:
        facts = facts_of[use]
        if any(fault.stops for fault in facts.faults):
            continue
        for fault in check_enough(facts, use, _left(answers, use)):
            if fault not in seen:
                seen.add(fault)
                yield fault
    yield from _metric_faults(read, facts_of)


def training_images(cfg: Config) -> int | None:
    """Return how many images a run trains on, without reading the file again.

    None if that is not known: of another data set than one of type CocoDataset.

    Args:
        cfg: The run's config, after the checks of its training and validation data.
    """
    dataset = cfg.train_dataloader.dataset
    if type_name(dataset) != 'CocoDataset' or dataset.get('indices') is not None:
        return None
    # As in the checks: the answer to the same question is remembered.
    uses = list(uses_of(cfg, ('train', 'val')))
    train = next((use for use in uses if use.trains), None)
    return None if train is None else _left(coco_facts(uses), train).images


def _left(answers: Answers, use: Use) -> Left:
    question, facts = answers[use.file.resolve()]
    return facts.left[question.selections.index(use.selection)]


def _file_faults(uses: Sequence[Use], answers: Answers) -> Iterator[Fault]:
    """Yield the faults of each file, with its name as the config has it."""
    names = {use.file.resolve(): use.file for use in reversed(uses)}
    for path, (_, facts) in answers.items():
        if facts.unreadable:
            yield Fault(f'{names[path]} cannot be read as JSON: {facts.unreadable}')
        for fault in facts.faults:
            yield dataclasses.replace(fault, what=f'{names[path]}: {fault.what}')


def _class_faults(
    uses: Sequence[Use], facts_of: Mapping[Use, CocoFacts]
) -> Iterator[Fault]:
    """Yield one fault for each file whose categories are not the run's classes."""
    train = next((use for use in uses if use.split == 'train'), None)
    seen = set()
    for use in uses:
        fault = class_fault(facts_of[use], use)
        if fault and train and use.split != 'train':
            pair = (train, facts_of[train]), (use, facts_of[use])
            fault = disagreement(*pair) or fault
        if fault and (use.file, fault.way_out) not in seen:
            seen.add((use.file, fault.way_out))
            yield fault


def _metric_faults(
    uses: Sequence[Use], facts_of: Mapping[Use, CocoFacts]
) -> Iterator[Fault]:
    """Yield evaluators whose file has other images than their data set."""
    for metric in (use for use in uses if use.by_metric):
        scored = [u for u in uses if u.split == metric.split and not u.by_metric]
        if len(scored) != 1 or scored[0].file.resolve() == metric.file.resolve():
            continue
        if facts_of[scored[0]].image_ids != facts_of[metric].image_ids:
            yield Fault(
                f'{metric.file} of {metric.split}_evaluator has other images than '
                f'{scored[0].file} of {metric.split}_dataloader',
                f'Name that file: {metric.split}_evaluator.ann_file={scored[0].file}',
            )
