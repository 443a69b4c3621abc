# SPDX-License-Identifier: Apache-2.0
"""Write the file of a network, and check it before it gets its name."""

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.export import Dim, ExportedProgram

from mmmetaformer.models.layers import reference_kernels

from .agreement import Agreement, check_agreement, picture
from .networks import Export
from .session import DESCRIPTION, THRESHOLD, open_session

__all__ = ['OPSET', 'check_sizes', 'export_network']

#: Version of ONNX's operators. 18 is what torch's exporter writes without conversion.
OPSET = 18


def export_network(
    export: Export, path: Path, kind: str, size: tuple[int, int], facts: dict[str, Any]
) -> list[Agreement]:
    """Write a network to a file that maps images of any size.

    Args:
        export: The network.
        path: The file. It is written under another name and renamed once it agrees
            with the model; a file from before stays until then.
        kind: 'onnx' or 'pt2'.
        size: Height and width that are traced.
        facts: What the file says about itself, in addition to the network's facts.

    Returns:
        How well the file agrees with the model, at each size.

    Raises:
        DisagreementError: It does not agree; no file is left.
    """
    sizes = check_sizes(size, export.any_batch)
    facts = {**facts, **export.facts, 'output_names': list(export.outputs)}
    unchecked = path.with_name(f'{path.name}.unchecked')
    try:
        with _quiet():
            program = _trace(export, size)
            if kind == 'onnx':
                _write_onnx(program, export, unchecked, facts)
            else:
                text = json.dumps(facts, ensure_ascii=False)
                with unchecked.open('wb') as file:
                    torch.export.save(
                        program, file, extra_files={f'{DESCRIPTION}.json': text}
                    )
        results = check_agreement(export, open_session(unchecked, kind), sizes)
        unchecked.replace(path)
    finally:
        unchecked.unlink(missing_ok=True)
    return results


def check_sizes(size: tuple[int, int], any_batch: bool) -> list[tuple[int, int, int]]:
    """Return the sizes at which a file is checked: as traced, odd, and wider.

    Args:
        size: Height and width that are traced.
        any_batch: Whether N is dynamic.
    """
    height, width = size
    odd = (1, height * 5 // 8 | 1, width * 3 // 4 | 1)
    wider = (2 if any_batch else 1, height * 3 // 4, width * 3 // 2)
    return [(1, height, width), odd, wider]


def _trace(export: Export, size: tuple[int, int]) -> ExportedProgram:
    # Two images: torch takes a dimension of 1 for one that is always 1.
    image = picture((2 if export.any_batch else 1, *size))
    dims = {2: Dim.DYNAMIC, 3: Dim.DYNAMIC}
    if export.any_batch:
        dims[0] = Dim.DYNAMIC
    inputs: tuple[Tensor, ...] = (image,)
    shapes: tuple[dict[int, Any], ...] = (dims,)
    if export.threshold is not None:
        inputs += (torch.tensor(export.threshold),)
        shapes += ({},)
    with torch.no_grad(), reference_kernels():
        return torch.export.export(
            export.network.eval(), inputs, dynamic_shapes=shapes, strict=False
        )


def _write_onnx(
    program: ExportedProgram, export: Export, path: Path, facts: dict[str, Any]
) -> None:
    written = torch.onnx.export(
        program,
        dynamo=True,
        opset_version=OPSET,
        input_names=['image'] if export.threshold is None else ['image', THRESHOLD],
        output_names=list(export.outputs),
        verbose=False,
    )
    assert written is not None  # None only for the older exporter
    model = written.model
    model.producer_name = DESCRIPTION
    if export.threshold is not None:
        _give_default(model, THRESHOLD, export.threshold)
    facts = {**facts, 'opset': model.opset_imports['']}
    text = json.dumps(facts, ensure_ascii=False)
    model.metadata_props[DESCRIPTION] = text
    written.save(path, external_data=False)


def _give_default(model: Any, name: str, value: float) -> None:
    """Give an input of an ONNX model a default: an initializer of its name."""
    import onnx_ir

    (given,) = (one for one in model.graph.inputs if one.name == name)
    given.const_value = onnx_ir.tensor(np.array(value, np.float32), name=name)
    model.graph.register_initializer(given)


@contextmanager
def _quiet() -> Iterator[None]:
    """Drop the notes of torch's exporters, on which a user cannot act."""
    loggers = [logging.getLogger(name) for name in ('torch.onnx', 'onnxscript')]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
