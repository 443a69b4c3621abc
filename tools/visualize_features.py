#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Draw feature maps and effective receptive fields of backbones side by side."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('visualize-features')
