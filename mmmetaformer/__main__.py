# SPDX-License-Identifier: Apache-2.0
"""`python -m mmmetaformer COMMAND ...`."""

from mmmetaformer.commands import main

main()
