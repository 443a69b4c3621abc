# SPDX-License-Identifier: Apache-2.0
"""Training steps of small backbones of all families."""

import torch
from torch import nn

from mmmetaformer import models

FAMILIES = [
    'PoolFormer',
    'IdentityFormer',
    'RandFormer',
    'PoolFormerV2',
    'ConvFormer',
    'CAFormer',
]
ARCH = dict(depths=(1, 1, 2, 1), dims=(32, 64, 64, 96))


def build(family, **kwargs):
    torch.manual_seed(0)
    model = getattr(models, family)(ARCH, **kwargs)
    for parameter in trained(model):
        nn.init.normal_(parameter, std=0.3 if parameter.ndim == 1 else 0.1)
    return model


def trained(model):
    return [p for p in model.parameters() if p.requires_grad]


def images(size=(75, 97), memory_format=torch.contiguous_format):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(2, 3, *size, generator=generator).contiguous(
        memory_format=memory_format
    )


def step(model, image, forward=None):
    """Outputs, and gradients of the image and all parameters, in double precision."""
    model.zero_grad()
    image = image.clone().requires_grad_()
    outputs = (model if forward is None else forward)(image)
    sum((out.float() * out.float().sin()).sum() for out in outputs).backward()
    gradients = [image.grad, *(p.grad for p in trained(model))]
    return [t.detach().double() for t in outputs], [g.double() for g in gradients]


def error(results, references):
    # Some gradients, such as that of a bias before pooling, are 0 but for rounding.
    least = 1e-6 * max(b.norm() for b in references)
    pairs = zip(results, references, strict=True)
    errors = [(a - b).norm() / b.norm().clamp(min=least) for a, b in pairs]
    return float(torch.stack(errors).max())  # NaN if one is


def total_error(gradients, references):
    """Of all gradients as one vector, since a scalar's own may be next to nothing."""
    difference = sum(
        (a - b).square().sum() for a, b in zip(gradients, references, strict=True)
    )
    return float((difference / sum(b.square().sum() for b in references)).sqrt())
