# SPDX-License-Identifier: Apache-2.0
"""What is spoiled in a sound run, and what must come of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bench import Bench
from until_first_step import Outcome, start

#: The ways of a sound run that may print a warning.
WARN = ('work', 'warn')


def nothing(bench):
    """Leave the data as it is."""


@dataclass(frozen=True)
class Mutation:
    """One way to spoil a run.

    Args:
        name: What is wrong, unique.
        base: The run that is spoiled: 'masks', 'boxes' or 'maps'.
        spoil: Changes the bench.
        says: Patterns that the message must have, all of them; case does not matter.
        ways: How it may end: 'refuse', 'warn', 'work'. To work is to do what the user
            meant, with no more ado.
        proof: Takes the outcome of a run that started, returns whether it does what the
            user meant.
    """

    name: str
    base: str
    spoil: Callable[[Bench], object] = nothing
    says: tuple[str, ...] = ()
    ways: tuple[str, ...] = ('refuse',)
    proof: Callable[[Outcome], bool] = lambda outcome: True


def options(*words):
    """Spoil by words after --cfg-options."""
    return lambda bench: bench.cfg_options.extend(words)


def config(text):
    """Spoil by lines at the end of the config."""

    def spoil(bench):
        bench.config += '\n' + text

    return spoil


def try_mutation(mutation, folder):
    """Spoil a run in an empty folder and start it.

    Returns:
        The outcome, and '' if it was caught, else what is wrong with the outcome.
    """
    bench = Bench(folder, mutation.base)
    mutation.spoil(bench)
    outcome = start(bench.words())
    return outcome, verdict(mutation, outcome)


def verdict(mutation, outcome):
    """Return '' if the outcome is one that the mutation allows, else what is wrong."""
    ways, how = mutation.ways, outcome.how
    if how in ('crashed', 'left'):
        return f'{how}: {_last_line(outcome)}'
    if how == 'refused':
        if 'refuse' not in ways:
            return f'refused: {outcome.error}'
        lines = outcome.error.strip().splitlines()
        if not lines or len(lines) > 4 or 'Traceback (most' in outcome.error:
            return f'{len(lines)} lines of error: {outcome.error}'
        return _lacks(mutation.says, outcome.error)
    if 'work' in ways and mutation.proof(outcome):
        return ''
    text = '\n'.join(outcome.warnings)
    if 'warn' in ways and text:
        return _lacks(mutation.says, text)
    return f'missed; warnings: {text or "none"}'


def _last_line(outcome):
    return outcome.error.strip().splitlines()[-1][:300]


def _lacks(patterns, text):
    absent = [p for p in patterns if not re.search(p, text, re.IGNORECASE)]
    return f'without {" and ".join(map(repr, absent))}: {text}' if absent else ''


def refused_though_sound(variation, folder):
    """Start a run that must pass, and be silent unless 'warn' is among its ways.

    Returns:
        The outcome, and '' if it is as it should be.
    """
    bench = Bench(folder, variation.base)
    variation.spoil(bench)
    outcome = start(bench.words())
    if outcome.how != 'started':
        return outcome, f'{outcome.how}: {_last_line(outcome)}'
    if outcome.warnings and 'warn' not in variation.ways:
        return outcome, f'warned: {" ".join(outcome.warnings)}'
    if not variation.proof(outcome):
        return outcome, 'not what was meant'
    return outcome, ''
