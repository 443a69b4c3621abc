# SPDX-License-Identifier: Apache-2.0
"""Synthetic data sets, and transforms that guard the loading of data."""
