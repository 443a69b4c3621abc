#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""List, download, inspect, convert and publish weights."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('weights')
