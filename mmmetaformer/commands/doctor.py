# SPDX-License-Identifier: Apache-2.0
"""Check the environment: versions, operators, clashes, and what mends them."""

import argparse
import sys

from mmmetaformer.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.epilog = 'exit status: 0 if no problem was found, else 1'


def run(args: argparse.Namespace) -> None:
    """Check; exit with status 1 if there is a problem.

    Raises:
        ConfigError: The package that compares versions is not installed.
    """
    try:
        from mmmetaformer.doctor.clashes import find_clashes
    except ModuleNotFoundError as error:
        raise ConfigError(
            f'doctor needs {error.name}: pip install {error.name}'
        ) from error
    from mmmetaformer.doctor.facts import collect
    from mmmetaformer.doctor.failures import find_failures
    from mmmetaformer.doctor.report import describe

    facts = collect()
    findings = [*find_clashes(facts), *find_failures(facts)]
    print('\n'.join(describe(facts, findings)))
    sys.exit(1 if findings else 0)
