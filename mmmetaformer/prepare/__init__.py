# SPDX-License-Identifier: Apache-2.0
"""Other data formats and official archives, to the layouts that configs train on.

`formats` reads, `coco_layout` and `map_layout` write, `archives` downloads and unpacks.
"""
