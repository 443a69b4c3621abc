#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Train the model of a config file."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('train')
