#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Test a checkpoint: print the metrics, optionally save pictures and predictions."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('test')
