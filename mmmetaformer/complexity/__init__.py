# SPDX-License-Identifier: Apache-2.0
"""What a model costs, counted from shapes: parameters, operations, memory."""
