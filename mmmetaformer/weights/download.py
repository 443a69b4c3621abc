# SPDX-License-Identifier: Apache-2.0
"""Download a file once, from several processes and over interruptions."""

import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock
from tqdm import tqdm

from mmmetaformer.errors import ConfigError

__all__ = ['check_hash', 'download', 'hash_of']

CHUNK = 1 << 18  # bytes
HTML = (b'<!doctype', b'<html')  # how a web page begins
TIMEOUT = 30  # seconds without data
TRIES = 5
PAUSE = 1.0  # seconds before the second try, doubled for each further one


def download(
    url: str,
    target: Path,
    *,
    sha256: str | None = None,
    check: Callable[[Path], None] | None = None,
    what: str = 'weights',
    way_out: str | None = None,
) -> None:
    """Download a file, unless it exists.

    Other processes that need the file wait for the first one. An interrupted download
    (`.part`) resumes if the server confirms that its file has not changed.

    Args:
        url: Address, http or https.
        target: Path of the file. It appears there only once it is complete.
        sha256: Hexadecimal hash or the beginning of it; None is not checked.
        check: Raises a `ConfigError` for a complete file that is not the expected one;
            it is deleted then.
        what: What the file is, for messages.
        way_out: Last lines of messages; default: those of weights.

    Raises:
        ConfigError: The file is not available, or is not the expected one.
    """
    way_out = _way_out(target) if way_out is None else way_out
    if target.is_file():
        check_hash(target, sha256, 'Delete it to download it again.')
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f'{target}.lock'):
        if target.is_file():  # another process was faster
            return
        part = target.with_name(target.name + '.part')
        _fetch(url, target, part, way_out)
        try:
            _refuse_page(part, url, what, way_out)
            check_hash(part, sha256, way_out)
            if check is not None:
                check(part)
        except ConfigError:
            part.unlink()
            raise
        os.replace(part, target)


def _refuse_page(part: Path, url: str, what: str, way_out: str) -> None:
    with open(part, 'rb') as file:
        is_page = file.read(64).lstrip().lower().startswith(HTML)
    if is_page:
        raise ConfigError(f'{url} returned a web page instead of {what}.\n{way_out}')


def check_hash(path: Path, sha256: str | None, way_out: str) -> None:
    """Compare a file with its published hash, if there is one.

    Args:
        path: The file.
        sha256: Hexadecimal hash or the beginning of it.
        way_out: Last sentence of the error message.

    Raises:
        ConfigError: The hashes differ; the message has both.
    """
    if sha256 is None:
        return
    found = hash_of(path)
    if not found.startswith(sha256):
        raise ConfigError(f'{path} has SHA-256 {found}, expected {sha256}.\n{way_out}')


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _fetch(url: str, target: Path, part: Path, way_out: str) -> None:
    """Download into `part`, with further tries after an interruption."""
    pause = PAUSE
    for attempt in range(1, TRIES + 1):
        try:
            _receive(url, target.name, part)
            return
        except urllib.error.HTTPError as error:
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink()  # as long as the new file, or longer
            elif error.code < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                raise ConfigError(
                    f'{url} returned {error.code} ({error.reason}).\n{way_out}'
                ) from error
            problem: Exception = error
        except urllib.error.URLError as error:
            raise ConfigError(
                f'{url} cannot be reached ({error.reason}).\n{way_out}'
            ) from error
        except (OSError, http.client.HTTPException) as error:
            problem = error
        if attempt < TRIES:
            time.sleep(pause)
            pause *= 2
    raise ConfigError(
        f'the download of {url} was interrupted {TRIES} times ({problem}).\n'
        f'Run the same command again to resume it. If that fails:\n{way_out}'
    ) from problem


def _way_out(target: Path) -> str:
    return (
        f'Download it with a browser or on another machine and put it at {target}; or '
        'name a local file instead; or init_cfg=None to train from scratch.'
    )


def _receive(url: str, name: str, part: Path) -> None:
    """Download a file, or the rest of it, into `part`.

    Raises:
        ConnectionError: The server sent fewer bytes than announced, or the rest of
            another file.
    """
    note = part.with_name(part.name + '.tag')
    request = urllib.request.Request(url)
    have = 0
    before = note.read_text() if part.is_file() and note.is_file() else ''
    if before:
        have = part.stat().st_size
        # Without If-Range, the rest of a new file could be appended to the old part.
        request.add_header('If-Range', before)
        request.add_header('Range', f'bytes={have}-')
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
        validator = _validator(response.headers)
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            have = 0
        elif validator != before:
            note.unlink()
            raise ConnectionError('the server sent the rest of another file')
        note.write_text(validator or '')
        length = response.headers.get('Content-Length')
        total = have + int(length) if length else None
        with (
            open(part, 'ab' if have else 'wb') as file,
            tqdm(
                desc=name, initial=have, total=total, unit='B', unit_scale=True
            ) as progress,
        ):
            while chunk := response.read(CHUNK):
                file.write(chunk)
                progress.update(len(chunk))
    received = part.stat().st_size
    if total is not None and received != total:
        raise ConnectionError(f'received {received} of {total} bytes')
    note.unlink(missing_ok=True)


def _validator(headers: Any) -> str | None:
    """Return what identifies this version of the file, None if the server has none."""
    tag = headers.get('ETag')
    if tag and not tag.startswith('W/'):  # a weak tag does not mean equal bytes
        return str(tag)
    return headers.get('Last-Modified')
