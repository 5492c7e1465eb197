"""How inputs are to be read, as asked for on the command line."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from scrimp.errors import InputError


class ReadOptions(Struct, frozen=True, kw_only=True):
    """What a person said of the input."""

    format: str = "auto"  # auto | jsonl | csv | tsv | json | lines | text
    nul: bool = False
    template: str | None = None
    prompt_field: str | None = None
    id_field: str | None = None
    system: str | None = None
    limit: int | None = None


def load_text_option(value: str, name: str = "the text") -> str:
    """Return an option's text: the content of a file for @FILE, and a literal @ for @@.

    Line ends at the end of a file are left out, as the shell's $(cat FILE) does: editors add them, nobody means them.
    """
    if value.startswith("@@"):
        return _utf8(value[1:], name)
    if not value.startswith("@"):
        return _utf8(value, name)
    path = Path(value[1:])
    try:
        return path.read_text(encoding="utf-8-sig").rstrip("\r\n")
    except OSError as error:
        raise InputError(
            f"{name}: {path} cannot be read ({error.strerror}): name a file that exists, or write @@ for a literal @"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}: byte {error.start + 1} of {path} is not UTF-8: convert the file, for instance with "
            "`iconv -f LATIN1 -t UTF-8`"
        ) from error


def text_option(value: str | None, name: str) -> str | None:
    """Return the text of an option that may be left out."""
    return None if value is None else load_text_option(value, name)


def _utf8(value: str, name: str) -> str:
    """Refuse bytes of the command line that are no text: no provider could be sent them."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{name}: the words on the command line are not UTF-8: put them in a file, as @FILE"
        ) from error
    return value
