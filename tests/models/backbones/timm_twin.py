# SPDX-License-Identifier: Apache-2.0
"""timm's model of the same name."""

import timm
import torch


def build_twin(name):
    """timm's classifier, every parameter random, norms and scales included."""
    twin = timm.create_model(name).eval()
    for parameter in twin.parameters():
        if parameter.ndim == 1:
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
        else:
            torch.nn.init.normal_(parameter, std=0.05)
    return twin
