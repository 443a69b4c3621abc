# SPDX-License-Identifier: Apache-2.0
"""From a command line to a config that an MMEngine runner starts on.

`command_line` and `find_config` import nothing heavy, so that help and misspelt names
are answered at once; import the other modules when there is work to do.
"""
