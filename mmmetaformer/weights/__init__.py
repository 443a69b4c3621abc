# SPDX-License-Identifier: Apache-2.0
"""Published weights: where they are, how others name them, and loading them.

Knows names and tensors, not models. `catalogue` imports nothing heavy.
"""
