#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Measure time and memory of backbones, activations and whole configs side by side."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('benchmark')
