# SPDX-License-Identifier: Apache-2.0
"""Drawing on images."""
