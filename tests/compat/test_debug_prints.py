# SPDX-License-Identifier: Apache-2.0
import logging

import mmengine.logging

from mmmetaformer.compat import debug_prints


def test_only_debugging_is_not_printed(capsys):
    debug_prints.install()
    mmengine.logging.print_log('a', level=logging.DEBUG)
    mmengine.logging.print_log('b')
    mmengine.logging.print_log('c', None, logging.WARNING)
    assert capsys.readouterr().out == 'b\nc\n'


def test_a_logger_has_levels_of_its_own(caplog):
    debug_prints.install()
    logger = logging.getLogger('a_name_of_this_test')
    with caplog.at_level(logging.DEBUG, logger=logger.name):
        mmengine.logging.print_log('a', logger, logging.DEBUG)
    assert caplog.messages == ['a']


def test_a_second_install_changes_nothing():
    debug_prints.install()
    once = mmengine.logging.print_log
    debug_prints.install()
    assert mmengine.logging.print_log is once
