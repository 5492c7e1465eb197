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


def text_option(value: str | None, name: str) -> str | None:
    """Return an option's text: the content of a file for @FILE, and a literal @ for @@."""
    if value is None or not value.startswith("@"):
        return value
    if value.startswith("@@"):
        return value[1:]
    path = Path(value[1:])
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(
            f"{name}: {path} cannot be read ({error.strerror}): name a file that exists, or write @@ for a literal @"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: {path} is not UTF-8 (byte {error.start}): convert it") from error
