"""The command-line options that say how inputs are read."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from scrimp.enums import InputFormat
from scrimp.errors import InputError
from scrimp.read.inputs.encodings import conversion, decode_file
from scrimp.read.selection.shard import Shard
from scrimp.values import Attachment


class ReadOptions(Struct, frozen=True, kw_only=True):
    """Format, columns, template, system text, rows, delimiter and encoding, as given on the command line."""

    format: InputFormat = "auto"
    nul: bool = False
    template: str | None = None
    prompt_field: str | None = None
    id_field: str | None = None
    system: str | None = None
    prefix: str | None = None  # prefix of all system texts
    attachments: tuple[Attachment, ...] = ()  # attached to every prompt
    attach_field: str | None = None  # the column that names those of a row
    skip: int = 0
    sample: int | None = None
    seed: int = 0
    limit: int | None = None
    shard: Shard | None = None
    only_failed: str | None = None  # a former output: rows that are ok there are left out
    delimiter: str | None = None  # delimiter of tables, one character
    encoding: str | None = None  # a codec's name; None: UTF-8, or what a byte order mark shows


def option_text(value: str, name: str = "the text") -> str:
    """Return an option's text: the content of a file for @FILE, and a literal @ for @@.

    Line ends at the end of a file are dropped, as by the shell's $(cat FILE): editors add them, and they mean nothing.
    """
    if value.startswith("@@"):
        return _check_utf8(value[1:], name)
    if not value.startswith("@"):
        if is_file_name(value):
            raise InputError(f"{name}: {value} is the name of a file: for its text write @{value}")
        return _check_utf8(value, name)
    return file_text(value[1:], name, "name a file that exists, or write @@ for a literal @")


def is_file_name(text: str) -> bool:
    """Return whether a text is the name of a file, as of one whose text was meant; a bare word is taken as a word."""
    try:
        return not {".", "/"}.isdisjoint(text) and Path(text).is_file()
    except (OSError, ValueError):  # it is longer than a name can be, or has bytes that none has
        return False


def file_text(file: str, name: str, move: str = "name a file that exists") -> str:
    """Return the text of a file that an option names, without the line ends at its end.

    `move` says what to do about one that cannot be read.
    """
    if not file:
        raise InputError(f"{name}: it names no file: write the name of one")
    path = Path(file)
    try:
        text = decode_file(path.read_bytes())
        return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    except OSError as error:
        raise InputError(f"{name}: {path} cannot be read ({error.strerror}): {move}") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}: byte {error.start + 1} of {path} is not {error.encoding.upper()}: convert the file, "
            f"for instance with {conversion()}"
        ) from error


def optional_text(value: str | None, name: str) -> str | None:
    """Return the text of an option, None if the option was not given."""
    return None if value is None else option_text(value, name)


def named_file(value: str | None) -> str | None:
    """Return the file that an option's text is read from: that of @FILE; None for a text itself."""
    return value[1:] if value is not None and value.startswith("@") and not value.startswith("@@") else None


def _check_utf8(value: str, name: str) -> str:
    """Return the value; raise InputError if it is not UTF-8, since it could be sent to no provider."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{name}: the text on the command line is not UTF-8: put it in a UTF-8 file and pass @FILE"
        ) from error
    return value
