# SPDX-License-Identifier: Apache-2.0
"""Quantize an exported ONNX file to 8-bit integers."""

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

__all__ = ['quantize']


def quantize(source: Path, target: Path, images: Iterable[np.ndarray]) -> None:
    """Write a copy of a file whose convolutions compute in 8 bits.

    Convolutions are nearly all of the compute: the linear maps of the blocks are 1x1
    convolutions. Norms, StarReLU, attention, pooling and the heads' linear layers stay
    in float32. Weights have a scale per channel; activations have the range that they
    had on the images.

    Args:
        source: What `export_network` wrote.
        target: Written under another name first.
        images: uint8 RGB (1, 3, H, W), such as those of testing.
    """
    import onnx
    from onnxruntime.quantization import (
        CalibrationDataReader,
        QuantFormat,
        QuantType,
        quantize_static,
    )

    class Reader(CalibrationDataReader):
        """The images, one by one, as ONNX Runtime asks for them."""

        def __init__(self, images: Iterable[np.ndarray]) -> None:
            self.images: Iterator[np.ndarray] = iter(images)

        def get_next(self) -> dict[str, np.ndarray] | None:
            """Return the next inputs, None after the last."""
            image = next(self.images, None)
            return None if image is None else {'image': image}

    unfinished = target.with_name(f'{target.name}.unchecked')
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # its advice to preprocess does not hold here
    try:
        quantize_static(
            str(source),
            str(unfinished),
            Reader(images),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=['Conv'],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        # What the file says about itself.
        quantized = onnx.load(str(unfinished))
        if not quantized.metadata_props:
            quantized.metadata_props.extend(onnx.load(str(source)).metadata_props)
            onnx.save(quantized, str(unfinished))
        unfinished.replace(target)
    finally:
        root.setLevel(level)
        unfinished.unlink(missing_ok=True)
