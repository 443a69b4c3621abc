# SPDX-License-Identifier: Apache-2.0
"""The former place of the heads in `mmmetaformer.segmentation`.

Checkpoints and saved configs name it, such as
`type='mmmetaformer.models.decode_heads.UPerHead'`. It stays until version 1.0.
"""

from mmmetaformer.segmentation import FCNHead, FPNHead, UPerHead

__all__ = ['FCNHead', 'FPNHead', 'UPerHead']
