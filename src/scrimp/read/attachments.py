"""Images and PDFs that go with a prompt: what they are, by their first bytes, and their content when it is sent.

A file is known by the hash of its content; its path stays on this machine.
"""

from __future__ import annotations

import hashlib
import os
import stat
from base64 import b64encode
from contextlib import suppress
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from scrimp.errors import InputError
from scrimp.read.image_size import image_size
from scrimp.read.inputs.sources import printable_name
from scrimp.values import Attachment, Json

PDF = "application/pdf"
_ENDINGS = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
    ".pdf": PDF,
}  # fmt: skip
_KINDS = "PNG, JPEG, GIF, WebP and PDF"
_REMEMBERED = 1024  # files: many rows may name the same
_HEADER = 1 << 20  # bytes in which the size of an image stands, behind all that a camera writes before it
_SHOWN = 120  # characters of a name


class _Content(Struct, frozen=True):
    """What a file holds."""

    media_type: str | None
    digest: str
    size: int


def attachment(name: str) -> Attachment:
    """Return what a path or URL of --attach names; a file is read once, for its hash, and is not kept in memory.

    Raises InputError if it cannot be read, or is of another kind.
    """
    try:
        return _attachment(_checked_name(name), "")
    except InputError as error:
        raise InputError(f"--attach: {error}") from error


def row_attachments(value: Json, column: str, where: str, folder: str) -> tuple[Attachment, ...]:
    """Return what a row's column names: a path, from the folder, or a URL, or a list of them, in a cell as JSON.

    What cannot be sent is an attachment with a defect, which names the row and the column: that row is lost, no other.
    """
    found = []
    for name in _names(value):
        try:
            found.append(_attachment(_checked_name(name), folder))
        except InputError as error:
            defect = f"{where}: '{column}': {error}"
            shown = _shown(name) if isinstance(name, str) else column
            found.append(Attachment(name=shown, media_type="", identity=f"defect:{defect}", defect=defect))
    return tuple(found)


def _names(value: Json) -> list[Json]:
    """Return the names in a value; a cell of a table has no other list than a text of JSON."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        with suppress(msgspec.DecodeError):
            value = msgspec.json.decode(value, type=list[Any])
    return value if isinstance(value, list) else [value]


def measured(attached: Attachment) -> Attachment:
    """Return an attachment with the size of its image, or the number of its pages, where they can be told."""
    if attached.is_url or attached.defect:
        return attached
    width, height, pages = _measures(attached.path, attached.identity, attached.media_type)
    return replace(attached, width=width, height=height, pages=pages)


def with_content(attached: Attachment) -> Attachment:
    """Return an attachment ready to be sent; InputError if its file is not the one that was looked at."""
    if attached.is_url:
        return attached
    try:
        content = Path(attached.path).read_bytes()
    except OSError as error:
        raise InputError(f"{attached.name} can no longer be read ({error.strerror})") from error
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != attached.identity:
        raise InputError(f"{attached.name} was changed meanwhile: rerun the same command")
    return replace(attached, data=b64encode(content).decode("ascii"))


@lru_cache(_REMEMBERED)
def _measures(path: str, _identity: str, media_type: str) -> tuple[int, int, int]:
    """Return width, height and pages of a file, each 0 if it has none; the identity tells it from a later one."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(_HEADER if media_type != PDF else -1)
    except OSError:
        return 0, 0, 0  # it is gone: the call will report that
    if media_type == PDF:
        from scrimp.read.pdf_pages import pdf_pages  # few attachments are PDFs

        return 0, 0, pdf_pages(content)
    return (*image_size(content), 0)


def _checked_name(value: Json) -> str:
    if not isinstance(value, str):
        raise InputError(f"it is {_type_name(value)}: write a path, a URL or a list of them ([] for none)")
    if not value.strip():
        raise InputError("it is empty: name a file or a URL, or leave the row out")
    return value


def _attachment(name: str, folder: str) -> Attachment:
    if name.lower().startswith(("http://", "https://")):
        return _of_url(name)
    path = os.path.join(folder, name)  # noqa: PTH118 - as text, for the cache below
    try:
        status = os.stat(path)  # noqa: PTH116 - as above
        regular = stat.S_ISREG(status.st_mode)  # reading anything else could go on forever
        content = _content(path, status.st_size, status.st_mtime_ns, status.st_ino) if regular else None
    except (OSError, ValueError) as error:
        raise InputError(_unreadable(name, error)) from error
    if content is None:
        kind = (
            "a directory: name a file in it" if stat.S_ISDIR(status.st_mode) else "not a regular file: copy it to one"
        )
        raise InputError(f"{_shown(name)} is {kind}")
    if content.media_type is None:
        raise InputError(f"{_shown(name)} does not begin like any of {_KINDS}: convert it; text belongs in the prompt")
    return Attachment(
        name=_shown(name), media_type=content.media_type, identity=f"sha256:{content.digest}", path=path,
        size=content.size,
    )  # fmt: skip


def _unreadable(name: str, error: OSError | ValueError) -> str:
    if name.startswith("data:") or "://" in name:
        return f"{_shown(name)} is neither a file nor a URL of http or https: write it to a file, and name that"
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"{_shown(name)} cannot be read ({reason}): name an image, a PDF or a URL"


@lru_cache(_REMEMBERED)
def _content(path: str, size: int, _changed: int, _inode: int) -> _Content:
    """Return what a file holds; size, time of change in nanoseconds and inode tell it from a later one of its name."""
    with open(path, "rb") as file:  # noqa: PTH123 - a text, as above
        media_type = _media_type(file.read(16))
        if media_type is None:
            return _Content(None, "", size)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return _Content(media_type, digest, file.tell())


def _of_url(url: str) -> Attachment:
    ending = PurePosixPath(urlsplit(url).path).suffix.lower()
    if ending not in _ENDINGS:
        raise InputError(
            f"{_shown(url)} does not end in {', '.join(_ENDINGS)}, so its type is unknown: download it and attach the "
            "file"
        )
    return Attachment(name=url, media_type=_ENDINGS[ending], identity=url)


def _media_type(head: bytes) -> str | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return PDF if head.startswith(b"%PDF-") else None


def _shown(name: str) -> str:
    name = printable_name(name)
    return name if len(name) <= _SHOWN else f"{name[:_SHOWN]}..."


def _type_name(value: Json) -> str:
    if value is None:
        return "null"
    return "an object" if isinstance(value, dict) else "true or false" if isinstance(value, bool) else "a number"
