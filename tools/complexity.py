#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Count parameters, operations and memory of a config's model, part by part."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('complexity')
