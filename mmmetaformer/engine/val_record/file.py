# SPDX-License-Identifier: Apache-2.0
"""The file in a run's log folder with what the report shows of the last validation."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mmmetaformer.compat.atomic_save import write_file

__all__ = ['RECORD', 'Record', 'read_record', 'write_record']

RECORD = 'validation.npz'
FACTS = '_facts'  # the array with the facts as text in JSON


@dataclass
class Record:
    """What the report shows of a validation.

    Attributes:
        facts: Values for JSON: kind of model, names of classes, step, pictures.
        arrays: Arrays by name, none of objects.
    """

    facts: dict[str, Any]
    arrays: Mapping[str, np.ndarray]


def write_record(folder: Path, record: Record) -> None:
    """Write a record completely or not at all.

    Raises:
        OSError: It cannot be written.
    """
    stream = io.BytesIO()
    text = json.dumps(record.facts).encode()
    arrays = {FACTS: np.frombuffer(text, np.uint8), **record.arrays}
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    write_file(folder / RECORD, stream.getvalue())


def read_record(folder: Path) -> Record | None:
    """Read the record in a log folder, None if there is none that can be read."""
    try:
        with np.load(folder / RECORD, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        facts = json.loads(arrays.pop(FACTS).tobytes())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return Record(facts, arrays) if isinstance(facts, dict) else None
