# SPDX-License-Identifier: Apache-2.0
"""Find out what is wrong with an environment, and the command that mends it.

Nothing of the environment is imported in this process: what fails to import, hangs or
crashes is a finding. `facts` collects, `clashes` and `failures` judge, `report` prints.
"""
