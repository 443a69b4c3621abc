# SPDX-License-Identifier: Apache-2.0
import logging
import signal
from collections import Counter
from pathlib import Path

import pytest
import torch
from mmengine.logging import MMLogger
from page_shell import PageShell

from mmmetaformer import compat

compat.install()

ROOT = Path(__file__).parents[1]
# The folders with the longest files, the longest first: so no process waits for another
# one at the end.
LONGEST = ('tools', 'configs', 'checks', 'benchmark')


def pytest_collection_modifyitems(items):
    def place(item):
        folder = item.path.relative_to(ROOT / 'tests').parts[0]
        return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)

    items.sort(key=place)


def pytest_terminal_summary(terminalreporter, config):
    """Print the table of docs/reliability.md, if the tests of faults were asked for."""
    if config.option.markexpr != 'faults':
        return
    counts = {}
    for outcome in ('passed', 'failed', 'error', 'skipped'):
        for report in terminalreporter.getreports(outcome):
            if not isinstance(report, pytest.TestReport):
                continue  # a file that is skipped as a whole
            for name, row in report.user_properties:
                if name == 'fault':
                    counts.setdefault(row, Counter())[outcome] += 1
    terminalreporter.section('faults')
    for row, count in sorted(counts.items()):
        skipped = f', {count["skipped"]} skipped' if count['skipped'] else ''
        tried = count.total() - count['skipped']
        terminalreporter.line(f'| {row} | {count["passed"]} of {tried}{skipped} |')


@pytest.fixture(autouse=True)
def _fault(request, record_property):
    """Note the row of that table to which a test belongs."""
    marker = request.node.get_closest_marker('faults')
    if marker is not None:
        record_property('fault', *marker.args)


@pytest.fixture(autouse=True, scope='session')
def _ctrl_c():
    """Handle Ctrl-C here and in what is started, though a background job ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.fixture(autouse=True, scope='session')
def _own_cache(tmp_path_factory):
    """Let the checks remember in a folder of the tests, not in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('XDG_CACHE_HOME', str(tmp_path_factory.mktemp('cache')))
        yield


@pytest.fixture(scope='session')
def root():
    """The folder of the repository."""
    return ROOT


@pytest.fixture
def shell(tmp_path, root):
    """Run scripts in an empty folder, where the command `mmmetaformer` is short."""
    return PageShell(tmp_path, root)


@pytest.fixture
def logged():
    """What mmengine's current logger says, without what earlier tests did to theirs."""

    class Keep(logging.Handler):
        def emit(self, record):
            messages.append(record.getMessage())

    messages = []
    MMLogger.get_instance('of_one_test').handlers[:] = [Keep(logging.INFO)]
    yield messages
    del MMLogger._instance_dict['of_one_test']
