# SPDX-License-Identifier: Apache-2.0
import json
import math
import re
from html.parser import HTMLParser

import pytest
from logs import training_line, write_start
from records import detector_record, image_file, segmentor_record

from mmmetaformer.engine.val_record.file import write_record
from mmmetaformer.report import write_report

EVIL = '</script><script>alert(1)</script>'
FACTS = dict(
    started='2026-01-01T00:00:00+00:00',
    command='python tools/train.py config.py',
    folder='/home/me',
    config='configs/upernet_convformer.py',
    model='EncoderDecoder',
    parameters=1_234_567,
    plan='4 images per step',
    dtype='float32',
    warnings=['the batch is small'],
    passes=4,
    images_per_pass=8,
    by_epoch=False,
    steps_per_epoch=10,
    first_step=0,
    total_steps=40,
    loaded_from=None,
    resumed=False,
    groups=[['lr', 'of'], ['0.1', 'backbone']],
    weights=[
        dict(
            part='backbone',
            checkpoint='sail:x',
            source='layout sail',
            counts='198 matched',
            problems='',
            change=1.0,
        )
    ],
    environment=dict(torch='2.11.0'),
)


@pytest.fixture(autouse=True)
def _no_charts(monkeypatch):
    """Leave out the chart library: bundling it takes seconds."""
    monkeypatch.setattr('mmmetaformer.report.page.vega_script', lambda: '')


class Page(HTMLParser):
    """Text, tags and the specs of charts in a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.specs, self.text, self._inside = [], [], '', ''
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._inside = f'{tag} {dict(attrs).get("type")}'

    def handle_endtag(self, tag):
        self._inside = ''

    def handle_data(self, data):
        if self._inside == 'script application/json':
            self.specs.append(json.loads(data, parse_constant=self.fail))
        elif not self._inside.startswith(('script', 'style')):
            self.text += f' {data}'

    def fail(self, name):
        raise AssertionError(f'{name} is no JSON')


def page_of(work_dir, state=None):
    path = write_report(work_dir, state)
    assert path == work_dir / 'report.html'
    return Page(path.read_text())


def test_run_of_a_segmentor(tmp_path):
    lines = [training_line(s) for s in range(10, 50, 10)]
    lines.append(dict(mIoU=20.0, val_loss=0.5, step=40, time=1.0))
    facts = {**FACTS, 'finished': 'now', 'last_step': 40}
    folder = write_start(tmp_path, '20260101_000000', lines, facts)
    record = segmentor_record(image_file(tmp_path), ('sky', 'sea', 'sand'), step=40)
    write_record(folder, record)
    page = page_of(tmp_path)
    titles = [spec['description'] for spec in page.specs]
    assert 'Loss over the iterations: loss, val_loss' in titles
    assert 'Confusion matrix: 3 classes' in titles
    assert page.tags.count('img') == 3 * 12 + 1
    for text in (
        'finished',
        '40 of 40',
        'one in 4 iterations',
        '0.5 s (16 images/s)',
        '4 images per step; computed in float32.',
        'the batch is small',
        'python tools/train.py config.py',
        '198 matched',
        '2.11.0',
        'upernet_convformer',
        'sand',
    ):
        assert text in page.text, text


def test_run_of_a_detector(tmp_path):
    lines = [training_line(20, epoch=1)]
    lines.append({'coco/bbox_mAP': 0.25, 'coco/cat_precision': 0.125, 'step': 1})
    folder = write_start(tmp_path, '20260101_000000', lines)
    write_record(folder, detector_record(image_file(tmp_path), ('cat', 'dog')))
    page = page_of(tmp_path)
    (kinds,) = [s for s in page.specs if s['description'].startswith('Error kinds')]
    assert kinds['data']['values'].startswith('name,value\nClassification,')
    # The result of a class is in the table of classes, not among the metrics.
    assert 'cat_precision' not in page.text
    assert '12.5' in page.text
    assert 'no facts.json' in re.sub(r'\s+', ' ', page.text)


def test_run_without_validation_and_one_without_a_line(tmp_path):
    write_start(tmp_path, '20260101_000000', [])
    page = page_of(tmp_path, 'running')
    assert 'No validation yet' in page.text
    assert 'Nothing was logged yet' in page.text
    write_start(tmp_path, '20260101_000001', [training_line(1)], FACTS)
    assert 'running' in page_of(tmp_path, 'running').text


def test_values_that_are_not_finite(tmp_path):
    lines = [training_line(1, loss=math.nan), training_line(2, loss=math.inf)]
    lines += [training_line(3), dict(mIoU=math.nan, step=3)]
    write_start(tmp_path, '20260101_000000', lines)
    page = page_of(tmp_path)
    assert 'loss: 2 values are not finite.' in page.text
    assert page.specs[0]['data']['values'].splitlines()[1] == '1,,loss,,'
    # A metric that never had a value has a row, and neither a best step nor a curve.
    assert re.search(r'mIoU\s+-\s+-\s+-\s', page.text)
    assert 'mIoU: 1 value' not in page.text


def test_words_of_others_are_text(tmp_path):
    """Names of classes, files, losses and folders may hold anything."""
    work_dir = tmp_path / '<img src=x>'
    line = training_line(1, **{f'loss_{EVIL}': 1.0})
    facts = {**FACTS, 'command': EVIL, 'environment': {EVIL: EVIL}, 'model': EVIL}
    folder = write_start(work_dir, '20260101_000000', [line], facts)
    (folder / 'vis_data/config.py').write_text(EVIL)
    path = image_file(tmp_path, '<b>.png')
    write_record(folder, segmentor_record(path, (EVIL, 'sea'), step=1))
    page = page_of(work_dir)
    plain = tmp_path / 'plain'
    folder = write_start(
        plain, '20260101_000000', [training_line(1, loss_x=1.0)], FACTS
    )
    (folder / 'vis_data/config.py').write_text('x')
    write_record(folder, segmentor_record(path, ('sky', 'sea'), step=1))
    assert page.tags == page_of(plain).tags
    assert page.text.count(EVIL) > 4
    assert 'alert(1)' in page.specs[-1]['data']['values']


def test_page_loads_nothing(tmp_path):
    write_start(tmp_path, '20260101_000000', [training_line(1)], FACTS)
    text = write_report(tmp_path).read_text()
    assert "default-src 'none'" in text
    assert not re.search(r'(src|href)="(?!#|data:)', text)


def test_pictures_that_are_gone(tmp_path):
    folder = write_start(tmp_path, '20260101_000000', [training_line(30)], FACTS)
    write_record(folder, segmentor_record('/nowhere/cat.jpg', ('sky', 'sea')))
    page = page_of(tmp_path)
    assert page.tags.count('img') == 1
    assert '12 images could not be read' in page.text


def test_record_of_a_step_that_was_repeated_is_left_out(tmp_path):
    """It belongs to weights that no longer exist."""
    folder = write_start(tmp_path, '20260101_000000', [training_line(40)], FACTS)
    write_record(folder, segmentor_record('/nowhere', ('sky', 'sea'), step=40))
    again = {**FACTS, 'first_step': 20}
    write_start(tmp_path, '20260102_000000', [training_line(30)], again)
    assert 'Results by class' not in page_of(tmp_path).text
