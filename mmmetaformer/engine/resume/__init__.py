# SPDX-License-Identifier: Apache-2.0
"""Resuming with another schedule or optimizer than the checkpoint's.

A checkpoint contains settings as well as state, and mmengine restores both: with a
longer schedule in the config, all steps after the checkpoint's would have the rate of
its end. Here the config's settings count, and the checkpoint's state.
"""

from .config_on_resume import ConfigOnResumeHook, keep_config_on_resume

__all__ = ['ConfigOnResumeHook', 'keep_config_on_resume']
