#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Write a page about a training run, finished or not: curves, errors, predictions."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('report')
