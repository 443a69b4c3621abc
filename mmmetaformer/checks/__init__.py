# SPDX-License-Identifier: Apache-2.0
"""The checks before a run starts, one question per file.

A check reads a config, a data set or a checkpoint, changes nothing, and raises a
`ConfigError` that says what is wrong and what to do.
"""
