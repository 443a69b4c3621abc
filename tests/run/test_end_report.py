# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.end_report import report_at_end, use_report
from mmmetaformer.stop_request import STOPPED


@pytest.fixture
def written(monkeypatch, tmp_path):
    states = []
    monkeypatch.setattr(
        'mmmetaformer.report.write_report',
        lambda folder, state: states.append((folder, state)),
    )
    return states


def config(tmp_path):
    return Config(dict(work_dir=str(tmp_path)))


def test_run_that_is_complete(written, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr('mmmetaformer.run.end_report.say', said.append)
    with report_at_end(config(tmp_path), True):
        assert written == []
    assert written == [(tmp_path, 'finished')]
    assert len(said) == 1
    assert said[0].startswith('Report: ')


@pytest.mark.parametrize('error', [SystemExit(STOPPED), ValueError('x')])
def test_run_that_does_not_end_has_no_report(written, tmp_path, error):
    with pytest.raises(type(error)), report_at_end(config(tmp_path), True):
        raise error
    assert written == []


def test_no_report(written, tmp_path):
    with report_at_end(config(tmp_path), False):
        pass
    with pytest.raises(SystemExit), report_at_end(config(tmp_path), False):
        raise SystemExit(STOPPED)
    assert written == []


def test_run_is_good_without_its_report(monkeypatch, tmp_path, capsys):
    def fail(folder, state):
        raise ValueError('out of ideas')

    monkeypatch.setattr('mmmetaformer.report.write_report', fail)
    with report_at_end(config(tmp_path), True):
        pass
    message = capsys.readouterr().err
    assert 'the report was not written: out of ideas' in message
    assert 'out of ideas' in (tmp_path / 'error.txt').read_text()


def test_package_that_is_missing(monkeypatch, tmp_path, capsys):
    def fail(folder, state):
        raise ConfigError("pip install 'mmmetaformer[report]'")

    monkeypatch.setattr('mmmetaformer.report.write_report', fail)
    with report_at_end(config(tmp_path), True):
        pass
    message = capsys.readouterr().err
    assert "no report was written: pip install 'mmmetaformer[report]'" in message
    assert not (tmp_path / 'error.txt').exists()


def test_hooks_of_the_report():
    cfg = Config(dict())
    use_report(cfg)
    kinds = [hook['type'] for hook in cfg.custom_hooks]
    assert kinds == ['mmmetaformer.FactsHook', 'mmmetaformer.ValidationRecordHook']
