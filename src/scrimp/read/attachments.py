"""Images and PDFs that go with a prompt: what they are, by their first bytes, and their content when it is sent."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from msgspec.structs import replace

from scrimp.errors import InputError, UsageError
from scrimp.values import Attachment

PDF = "application/pdf"
_ENDINGS = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
    ".pdf": PDF,
}  # fmt: skip
_KINDS = "PNG, JPEG, GIF, WebP and PDF"


def attachment(name: str) -> Attachment:
    """Return what a path or URL names; a file is read once, for its hash, and is not kept in memory.

    Raises UsageError where there is no such file, and InputError where it is of another kind.
    """
    if name.lower().startswith(("http://", "https://")):
        return _of_url(name)
    try:
        with Path(name).open("rb") as file:
            media_type = _media_type(file.read(16))
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"--attach: {name} cannot be read ({reason}): name an image, a PDF or a URL") from error
    if media_type is None:
        raise InputError(
            f"--attach: {name} is none of {_KINDS}, by its first bytes: convert it; text goes in by --context"
        )
    return Attachment(name=name, media_type=media_type, identity=f"sha256:{digest}", size=size)


def with_content(attached: Attachment) -> Attachment:
    """Return an attachment ready to be sent; InputError where its file is not the one that was looked at."""
    if attached.is_url:
        return attached
    try:
        content = Path(attached.name).read_bytes()
    except OSError as error:
        raise InputError(f"--attach: {attached.name} cannot be read any more ({error.strerror})") from error
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != attached.identity:
        raise InputError(f"--attach: {attached.name} was changed meanwhile: rerun the same command")
    return replace(attached, data=b64encode(content).decode("ascii"))


def _of_url(url: str) -> Attachment:
    ending = PurePosixPath(urlsplit(url).path).suffix.lower()
    if ending not in _ENDINGS:
        raise UsageError(
            f"--attach: {url} does not end in {', '.join(_ENDINGS)}, so what it is cannot be told: download it and "
            "attach the file"
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
