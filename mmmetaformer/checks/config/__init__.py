# SPDX-License-Identifier: Apache-2.0
"""Checks of what a config says, before a file of the data is opened."""
