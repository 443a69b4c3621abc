# SPDX-License-Identifier: Apache-2.0
"""Downloading a file once, whoever asks and however often the line breaks."""

import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from filelock import FileLock
from tqdm import tqdm

from mmmetaformer.errors import ConfigError

__all__ = ['check_hash', 'download']

CHUNK = 1 << 18  # bytes
HTML = (b'<!doctype', b'<html')  # beginnings of a page in place of a file
TIMEOUT = 30  # seconds without a byte
TRIES = 5
PAUSE = 1.0  # seconds before the second try, doubled before each next


def download(url: str, target: Path, *, sha256: str | None = None) -> None:
    """Download a file, unless it is there.

    Processes that want the same file wait for the one that downloads it. What a break
    leaves behind (`.part`) is gone on with, if the server can tell that the file is
    still the same one.

    Args:
        url: Address, http or https.
        target: Where the file goes. It appears there only when it is complete.
        sha256: Hexadecimal hash or its beginning, checked if known.

    Raises:
        ConfigError: It cannot be had, or is not the file that is expected.
    """
    if target.is_file():
        check_hash(target, sha256)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f'{target}.lock'):
        if target.is_file():  # another process was faster
            return
        part = target.with_name(target.name + '.part')
        _fetch(url, target, part)
        try:
            _refuse_page(part, url, target)
            check_hash(part, sha256)
        except ConfigError:
            part.unlink()
            raise
        os.replace(part, target)


def _refuse_page(part: Path, url: str, target: Path) -> None:
    with open(part, 'rb') as file:
        is_page = file.read(64).lstrip().lower().startswith(HTML)
    if is_page:
        raise ConfigError(f'{url} gives out a web page, no weights; {_way_out(target)}')


def check_hash(path: Path, sha256: str | None) -> None:
    """Compare a file with its published hash, if there is one.

    Raises:
        ConfigError: The hashes differ; the message has both.
    """
    if sha256 is None:
        return
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    if not digest.hexdigest().startswith(sha256):
        raise ConfigError(
            f'{path} has the SHA-256 {digest.hexdigest()}, published is {sha256}; '
            'remove it to download it again'
        )


def _fetch(url: str, target: Path, part: Path) -> None:
    """Download into `part`, trying again where the line breaks."""
    pause = PAUSE
    for attempt in range(1, TRIES + 1):
        try:
            _receive(url, target.name, part)
            return
        except urllib.error.HTTPError as error:
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink()  # as long as the file or longer, and not it
            elif error.code < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                raise ConfigError(
                    f'{url} answers {error.code} ({error.reason}); {_way_out(target)}'
                ) from error
            problem: Exception = error
        except urllib.error.URLError as error:
            raise ConfigError(
                f'{url} cannot be reached ({error.reason}); {_way_out(target)}'
            ) from error
        except (OSError, http.client.HTTPException) as error:
            problem = error
        if attempt < TRIES:
            time.sleep(pause)
            pause *= 2
    raise ConfigError(
        f'the download of {url} broke off {TRIES} times ({problem}); run again to go '
        f'on, or {_way_out(target)}'
    ) from problem


def _way_out(target: Path) -> str:
    return (
        f'with a browser or from another machine, put the file at {target}; or name a '
        'file of yours as checkpoint, or none: init_cfg=None'
    )


def _receive(url: str, name: str, part: Path) -> None:
    """Receive a file, or the rest of it.

    Raises:
        ConnectionError: Fewer bytes came than the server had announced.
    """
    note = part.with_name(part.name + '.tag')
    request = urllib.request.Request(url)
    have = 0
    before = note.read_text() if part.is_file() and note.is_file() else ''
    if before:
        have = part.stat().st_size
        # Without this a file that was replaced meanwhile would be glued to the old one.
        request.add_header('If-Range', before)
        request.add_header('Range', f'bytes={have}-')
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
        validator = _validator(response.headers)
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            have = 0
        elif validator != before:
            note.unlink()
            raise ConnectionError('the server went on with another file')
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
        raise ConnectionError(f'{received} of {total} bytes came')
    note.unlink(missing_ok=True)


def _validator(headers: Any) -> str | None:
    """What tells one version of the file from another, if the server says it."""
    tag = headers.get('ETag')
    if tag and not tag.startswith('W/'):  # a weak tag does not promise equal bytes
        return str(tag)
    return headers.get('Last-Modified')
