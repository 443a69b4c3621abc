# SPDX-License-Identifier: Apache-2.0
"""What a network sees: its inputs, its feature maps and its receptive field."""
