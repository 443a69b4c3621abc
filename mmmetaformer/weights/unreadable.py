# SPDX-License-Identifier: Apache-2.0
"""Why a file of weights could not be read."""

import re
from pathlib import Path
from pickle import UnpicklingError

from safetensors import SafetensorError

from .download import HTML

__all__ = ['why_unreadable']

PICKLE = b'\x80'  # first byte of a pickle that is not in a zip file
OTHER_PICKLE = 'a pickle in another protocol than torch.save writes'
LFS_POINTER = b'version https://git-lfs'
ZIP = b'PK\x03\x04'  # how a file of torch.save begins
GLOBAL = re.compile(r'GLOBAL (\S+)')  # what torch's unpickler calls a name in a file


def why_unreadable(path: Path, error: Exception) -> str:
    """Return what is wrong with a file, and what to do, as the end of a sentence.

    Args:
        path: The file.
        error: What torch or safetensors raised.
    """
    with open(path, 'rb') as file:
        start = file.read(64)
    if start.lstrip().lower().startswith(HTML):
        return (
            'it is a web page, which a server may send instead of the file. Delete it '
            'and download it again.'
        )
    if start.startswith(LFS_POINTER):
        return 'it is a Git LFS pointer. Get the file itself with `git lfs pull`.'
    if not start:
        return 'it is empty. Delete it and download it again.'
    if 'TorchScript' in str(error):
        return 'it is a TorchScript program. Save its state_dict() and use that file.'
    refused = _refused(error, start)
    if refused:
        return (
            f'it contains more than weights ({refused}), which could run code, and is '
            'not loaded. Ask its author for the weights alone: a state dict, or a '
            '.safetensors file.'
        )
    if isinstance(error, (SafetensorError, EOFError)) or start.startswith(ZIP):
        problem = str(error).partition('\n')[0].rstrip('.') or type(error).__name__
        return (
            f'{problem}. Its download may be incomplete: delete it and download it '
            'again.'
        )
    return (
        f'it starts with {start[:16]!r} ({type(error).__name__}). Expected a file from '
        'torch.save or safetensors.'
    )


def _refused(error: Exception, start: bytes) -> str:
    """Return what torch's unpickler refused in a file, '' if that was not the reason.

    Its message advises `weights_only=False`, which would run the code. The exception
    behind it has the reason alone.
    """
    reason = error.__context__
    if not isinstance(error, UnpicklingError) or reason is None:
        return ''
    words = str(reason).partition('\n')[0]
    if words.startswith('Unsupported operand'):
        return OTHER_PICKLE if start.startswith((PICKLE, ZIP)) else ''
    name = GLOBAL.search(words)
    return name[1] if name else words.rstrip('.')
