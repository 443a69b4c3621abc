#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Predict on own images: draw boxes, masks and label maps, and save them as data."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('predict')
