# SPDX-License-Identifier: Apache-2.0
import json

import pytest

from mmmetaformer.checks.coco.facts import Question
from mmmetaformer.checks.coco.find_facts import find_facts


@pytest.fixture
def entries_of(tmp_path):
    """Return what the pass over a file with this text finds of its images."""

    def find(text):
        (tmp_path / 'a.json').write_text(text)
        return find_facts(tmp_path / 'a.json', Question()).image_entries

    return find


def test_names_and_sizes(entries_of):
    images = [
        {},
        dict(file_name=3, width=4, height=5),
        dict(file_name='a', width='8', height=0),
        dict(file_name='b', width=8.0, height=True),
        dict(file_name='c', width=10**30, height=2),
        dict(file_name='half of a pair \ud83d', width=1, height=2),
        dict(file_name='größe 猫', width=1, height=2),
    ]
    assert entries_of(json.dumps(dict(images=images))) == [
        ('a', None, None),
        ('b', None, None),
        ('c', None, 2),
        ('größe 猫', 1, 2),
    ]


def test_numbers_that_only_python_reads(entries_of):
    text = '{"images": [{"file_name": "a", "width": 3, "score": NaN}, 7]}'
    assert entries_of(text) == [('a', 3, None)]


def test_a_file_without_images(entries_of):
    assert entries_of('{}') == []
