# SPDX-License-Identifier: Apache-2.0
"""What a run's data consists of and all that is wrong with it, as a report."""
