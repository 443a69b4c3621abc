#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Make the stand-in for mmcv's compiled ops part of this environment, or remove it."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('ops')
