# SPDX-License-Identifier: Apache-2.0
"""What the tools do, from the command line to an MMEngine runner.

`command_line` and `find_config` import nothing heavy, so that help and misspelt names
are answered at once; import the other modules when there is work to do.
"""
