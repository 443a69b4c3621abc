# SPDX-License-Identifier: Apache-2.0
"""Find, download, translate and load published weights.

Works on keys and tensors, not on models. `catalogue` imports nothing heavy.
"""
