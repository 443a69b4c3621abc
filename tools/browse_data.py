#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Show what the network of a config will see, as pictures of its data."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('browse-data')
