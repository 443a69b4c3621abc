# SPDX-License-Identifier: Apache-2.0
"""Known warnings of the hosts are hidden one by one, so new ones are shown."""

import logging
import warnings

import pytest

from mmmetaformer.compat.host_warnings import hide, is_hidden


def test_a_new_warning_is_shown_and_a_known_one_is_not():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter('always')
        hide()
        warnings.warn('``build_loss`` would be deprecated soon', stacklevel=2)
        warnings.warn('The pynvml package is deprecated.', FutureWarning, stacklevel=2)
        warnings.warn('Warning: The bbox is out of bounds, the drawn', stacklevel=2)
        warnings.warn(
            '`torch.cuda.amp.GradScaler(args...)` is deprecated.', stacklevel=2
        )
        warnings.warn('Grad strides do not match bucket view strides.', stacklevel=2)
        warnings.warn('barrier(): using the device under current', stacklevel=2)
        compile('"\\ "', 'mmdet', 'exec')
        warnings.warn('something new', stacklevel=2)
    assert [str(one.message) for one in seen] == ['something new']


def test_other_processes_repeat_no_warnings():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter('always')
        hide(first_process=False)
        warnings.warn('something new', stacklevel=2)
    assert not seen


@pytest.mark.parametrize(
    ('message', 'hidden'),
    [
        ('Failed to search registry with scope "mmdet" in the "loop" tree.', True),
        ('The current default scope "mmdet" is not "mmseg", `init_default', True),
        ('The prefix is not set in metric class IoUMetric.', True),
        ('The model and loaded state dict do not match exactly', False),
        ('a user: Failed to search registry', False),
    ],
)
def test_lines_of_the_log(message, hidden):
    record = logging.LogRecord('', logging.WARNING, '', 0, message, (), None)
    assert is_hidden(record) == hidden
