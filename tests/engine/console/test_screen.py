# SPDX-License-Identifier: Apache-2.0
import io
import sys

from mmmetaformer.engine.console.pace import Pace, duration
from mmmetaformer.engine.console.scores import score_table
from mmmetaformer.engine.console.screen import Screen


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Terminal(io.StringIO):
    def isatty(self):
        return True


def times_of_progress(seconds):
    """When a run of this length would write progress to a file."""
    clock = Clock()
    screen = Screen(clock)
    found = []
    while clock.now < seconds:
        if screen.due():
            screen.progress('Training', 1, 2, '')
            found.append(clock.now)
        clock.now += 10
    return found


def test_plain_progress_is_moderate():
    assert times_of_progress(120) == [30, 60, 90]
    assert len(times_of_progress(3600)) < 65
    day = times_of_progress(24 * 3600)
    assert len(day) < 400
    assert day[-1] - day[-2] == 300


def use_terminal(monkeypatch, kind):
    # Not a fixture: pytest replaces stdout between set-up and test.
    stream = Terminal()
    monkeypatch.setattr(sys, 'stdout', stream)
    monkeypatch.setenv('TERM', kind)
    monkeypatch.setenv('COLUMNS', '100')
    return stream


def test_lines_stand_above_the_progress_of_a_terminal(monkeypatch):
    terminal = use_terminal(monkeypatch, 'xterm')
    screen = Screen(Clock())
    screen.progress('Training', 1000, 2000, 'loss [1.5]')
    screen.line('[a line]')
    screen.close()
    said = terminal.getvalue()
    assert 'Training' in said
    assert '1,000/2,000  loss [1.5]' in said
    assert '[a line]' in said
    assert said.rstrip().endswith('\x1b[2K')  # the progress is gone
    screen.line('later')
    assert terminal.getvalue().endswith('later\n')


def test_no_control_codes_on_a_dumb_terminal(monkeypatch):
    terminal = use_terminal(monkeypatch, 'dumb')
    screen = Screen(Clock())
    screen.progress('Training', 1, 2, 'loss 1.5')
    screen.close()
    assert '\x1b' not in terminal.getvalue()
    assert terminal.getvalue().endswith('Training 1/2  loss 1.5\n')


def test_pace_leaves_out_what_is_between_steps():
    clock = Clock()
    pace = Pace(clock)
    pace.start()
    for seconds in (2, 4):
        clock.now += seconds
        pace.step()
    clock.now += 1000  # a validation
    pace.start()
    clock.now += 3
    pace.step()
    assert pace.seconds_per_step() == 3
    assert duration(3723.4) == '1:02:03'


def test_boxes_and_masks_are_rows():
    metrics = {'coco/bbox_mAP': 0.25, 'coco/bbox_mAP_50': 0.5, 'coco/segm_mAP': 0.125}
    lines = score_table([('this', metrics), ('best', metrics)])
    assert [line.split() for line in lines] == [
        ['mAP', 'mAP_50'],
        ['bbox', 'this', '0.250', '0.500'],
        ['bbox', 'best', '0.250', '0.500'],
        ['segm', 'this', '0.125'],
        ['segm', 'best', '0.125'],
    ]
