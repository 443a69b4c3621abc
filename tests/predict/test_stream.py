# SPDX-License-Identifier: Apache-2.0
"""Loading and writing run beside the model, in bounds."""

import threading
import time

import cv2
import numpy as np
import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.predict import stream as stream_module
from mmmetaformer.predict.ahead import ahead
from mmmetaformer.predict.items import Item, items_of
from mmmetaformer.predict.predictor import Loaded
from mmmetaformer.predict.stream import stream


class Counter:
    """A model that notes what is in memory when it is called."""

    def __init__(self):
        self.loaded = 0
        self.written = 0
        self.most = 0
        self.threads = set()
        self.lock = threading.Lock()

    def load(self, file, tiles=None):
        with self.lock:
            self.loaded += 1
            self.threads.add(threading.get_ident())
        time.sleep(0.002)
        if file == 'bad':
            raise ConfigError('bad cannot be read')
        return Loaded(np.zeros((1, 1, 3), np.uint8), file, {})

    def prepare(self, image, file, tiles=None):
        return Loaded(image, file, {})

    def predict(self, batch, score, tiles):
        with self.lock:
            self.most = max(self.most, self.loaded - self.written)
        if any(one.path == 'worse' for one in batch):
            raise RuntimeError('a size that the model refuses')
        return [f'result of {one.path}' for one in batch]

    def write(self, item, result):
        time.sleep(0.002)
        with self.lock:
            self.written += 1
        return f'{item.name}: {result}'


def run(model, items, batch_size=1, threads=3):
    answers = stream(
        model,
        items,
        model.write,
        score=0.3,
        batch_size=batch_size,
        tiles=None,
        threads=threads,
    )
    return list(answers)


@pytest.mark.parametrize('batch_size', [1, 4])
def test_all_in_order_and_bad_ones_do_not_end_the_rest(batch_size):
    model = Counter()
    files = ['bad' if i % 7 == 3 else 'worse' if i == 5 else str(i) for i in range(30)]
    items = [Item(i, file, f'n{i}', pixels=10) for i, file in enumerate(files)]
    answers = run(model, iter(items), batch_size)
    assert [item.number for item, _ in answers] == list(range(30))
    for i, (item, answer) in enumerate(answers):
        if item.file == 'bad':
            assert answer.words == 'bad cannot be read'
        elif item.file == 'worse':
            assert 'a size that the model refuses' in answer.words
        else:
            assert answer == f'n{i}: result of {i}'
    assert len(model.threads) > 1


def test_large_images_are_alone(monkeypatch):
    monkeypatch.setattr(stream_module, 'IN_FLIGHT', 100)
    model = Counter()
    run(model, (Item(i, str(i), '', pixels=90) for i in range(8)))
    assert model.most == 1
    model = Counter()
    run(model, (Item(i, str(i), '', pixels=1000) for i in range(4)))
    assert model.most == 1
    model = Counter()
    run(model, (Item(i, str(i), '', pixels=10) for i in range(40)))
    assert 1 < model.most <= 10


def test_a_failed_write_is_told():
    model = Counter()
    model.write = lambda item, result: 1 / 0
    ((_, answer),) = run(model, [Item(0, 'a', '')])
    assert 'division by zero' in answer.words


def test_frames_of_a_video(tmp_path):
    path = str(tmp_path / 'clip.avi')
    video = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*'MJPG'), 10, (64, 48))
    for i in range(5):
        video.write(np.full((48, 64, 3), 40 * i, np.uint8))
    video.release()
    (tmp_path / 'empty.mp4').touch()
    files = [(0, path, 'clip'), (1, str(tmp_path / 'empty.mp4'), 'empty')]
    *frames, bad = items_of(files)
    assert [item.frame for item in frames] == [1, 2, 3, 4, 5]
    assert abs(int(frames[3].image.mean()) - 120) < 5
    assert 'no frame' in bad.error
    ((_, answer),) = run(Counter(), [bad])
    assert answer.words == bad.error


def test_items_are_made_beside_the_model():
    """As frames of a video are: the next ones are there when the model is done."""
    made, seen = [], []

    def items():
        for number in range(6):
            made.append(threading.get_ident())
            yield Item(number, f'{number}', f'{number}')

    for item in ahead(items(), 2):
        time.sleep(0.02)
        seen.append((item.number, len(made)))
    assert [number for number, _ in seen] == list(range(6))
    assert seen[0][1] == 3
    assert threading.get_ident() not in made


def test_what_items_raise_is_raised():
    def items():
        yield Item(0, 'a', 'a')
        raise OSError('gone')

    source = ahead(items(), 3)
    assert next(source).file == 'a'
    with pytest.raises(OSError, match='gone'):
        next(source)
