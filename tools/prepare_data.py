#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Convert your data, or fetch COCO and ADE20K, to the layouts that configs train on."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('prepare-data')
