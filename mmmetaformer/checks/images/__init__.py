# SPDX-License-Identifier: Apache-2.0
"""Checks of image files: present, readable, of the size and kind that a run expects."""
