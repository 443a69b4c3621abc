# SPDX-License-Identifier: Apache-2.0
"""What the report shows of the last validation, kept while it runs."""

from .file import RECORD, Record, read_record
from .hook import ValidationRecordHook, use_validation_record

__all__ = [
    'RECORD',
    'Record',
    'ValidationRecordHook',
    'read_record',
    'use_validation_record',
]
