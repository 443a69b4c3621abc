# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.commands import run_command


@pytest.fixture
def prepare(capsys):
    """Run the command; return its output, or what it says as an error."""

    def call(*words):
        try:
            run_command('prepare-data', [str(word) for word in words])
        except SystemExit:
            return capsys.readouterr().err
        return capsys.readouterr().out

    return call
