# SPDX-License-Identifier: Apache-2.0
"""The official archives of COCO and ADE20K: downloaded, verified, unpacked."""
