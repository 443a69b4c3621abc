# SPDX-License-Identifier: Apache-2.0
"""What a run shows while it runs: few lines, and one that moves.

Everything is in the log of the work dir. `say` marks what is shown of it.
"""

from .run import console

__all__ = ['console']
