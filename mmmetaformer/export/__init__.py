# SPDX-License-Identifier: Apache-2.0
"""Trained models as ONNX files and `torch.export` archives, for images of any size.

`networks` maps an image to named outputs, `rewrite` replaces what a trace would bind to
one size, `to_onnx` and `to_pt2` write the file, and `agreement` compares it with the
model at several sizes before it gets its name.
"""

from .networks import make_network
from .session import Session, open_session
from .write import export_network

__all__ = ['Session', 'export_network', 'make_network', 'open_session']
