# SPDX-License-Identifier: Apache-2.0
"""What a run has saved after each step of a save, also if it is killed there."""
