# SPDX-License-Identifier: Apache-2.0
"""The published sizes, each table shared by several families.

From arXiv 2210.13452 and https://github.com/sail-sg/metaformer. The M sizes of the two
tables have different widths.
"""

__all__ = ['PLAIN_SIZES', 'STRONG_SIZES']

#: IdentityFormer, RandFormer, PoolFormer, PoolFormerV2.
PLAIN_SIZES = {
    's12': {'depths': (2, 2, 6, 2), 'dims': (64, 128, 320, 512)},
    's24': {'depths': (4, 4, 12, 4), 'dims': (64, 128, 320, 512)},
    's36': {'depths': (6, 6, 18, 6), 'dims': (64, 128, 320, 512)},
    'm36': {'depths': (6, 6, 18, 6), 'dims': (96, 192, 384, 768)},
    'm48': {'depths': (8, 8, 24, 8), 'dims': (96, 192, 384, 768)},
}

#: ConvFormer, CAFormer.
STRONG_SIZES = {
    's18': {'depths': (3, 3, 9, 3), 'dims': (64, 128, 320, 512)},
    's36': {'depths': (3, 12, 18, 3), 'dims': (64, 128, 320, 512)},
    'm36': {'depths': (3, 12, 18, 3), 'dims': (96, 192, 384, 576)},
    'b36': {'depths': (3, 12, 18, 3), 'dims': (128, 256, 512, 768)},
}
