# SPDX-License-Identifier: Apache-2.0
"""Starting the processes of a distributed run, and what these share with their starter.

`python -m mmmetaformer.launch` is what `tools/dist_train.sh` calls.
"""
