# SPDX-License-Identifier: Apache-2.0
import io
import sys

import pytest

from mmmetaformer.compat import pycocotools_output


def test_what_pycocotools_prints_goes_to_the_log(capsys, monkeypatch, logged):
    coco = pytest.importorskip('pycocotools.coco')
    monkeypatch.delitem(vars(coco), 'print', raising=False)
    pycocotools_output.install()
    api = coco.COCO()
    api.dataset = dict(images=[], annotations=[], categories=[])
    api.createIndex()
    assert logged == ['creating index...', 'index created!']
    assert capsys.readouterr().out == ''
    # mmdet reads a table of results in this way.
    monkeypatch.setattr(sys, 'stdout', io.StringIO())
    api.createIndex()
    assert 'index created!' in sys.stdout.getvalue()
