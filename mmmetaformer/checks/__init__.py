# SPDX-License-Identifier: Apache-2.0
"""All that is looked at before a run starts, one question a file.

A check reads a config, a data set or a checkpoint, changes nothing, and raises a
`ConfigError` with the way out.
"""
