"""Text written in the encoding of --encoding; JSON is always UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Callable

Encode = Callable[[str], bytes]


def text_encoder(encoding: str | None, warn: Callable[[str], None]) -> Encode:
    """Return an incremental encoder; a byte order mark (utf-8-sig, utf-16) goes before the first.

    A character that the encoding lacks is written as ?, and `warn` is called with the first one.
    """
    if encoding in (None, "utf-8"):
        return str.encode
    encoder = codecs.getincrementalencoder(encoding or "")()
    warned: list[str] = []

    def encode(text: str) -> bytes:
        try:
            return encoder.encode(text)
        except UnicodeEncodeError as error:
            if not warned:
                warned.append(text)
                warn(
                    f"{text[error.start]!r} is not in {encoding} and is written as ?, as others may be: rerun with "
                    "--encoding utf-8-sig to keep them"
                )
            encoder.errors = "replace"
            data = encoder.encode(text)
            encoder.errors = "strict"
            return data

    return encode
