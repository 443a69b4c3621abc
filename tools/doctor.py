#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Check the environment: versions, operators, clashes, and what mends them."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('doctor')
