# SPDX-License-Identifier: Apache-2.0
"""Checks of annotation files in COCO's format."""
