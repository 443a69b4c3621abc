#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Check the data of a config without training: counts, sizes and all faults."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('check-data')
