# SPDX-License-Identifier: Apache-2.0
"""Checks of label maps: one file per image, a class number in each pixel."""
