#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Export a checkpoint to ONNX or torch.export, checked against the model."""

from mmmetaformer.commands import run_command

if __name__ == '__main__':
    run_command('export')
