# SPDX-License-Identifier: Apache-2.0
"""A reader for each format; all return what `objects` defines or pairs of files."""
