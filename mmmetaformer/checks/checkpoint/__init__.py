# SPDX-License-Identifier: Apache-2.0
"""Checks of a checkpoint against the run that uses it."""
