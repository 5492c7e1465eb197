"""The value of --schema: JSON, a file, or fields in the short form."""

from __future__ import annotations

from pathlib import Path

import msgspec

from scrimp.cli.flags.short_schema import short_schema
from scrimp.errors import UsageError
from scrimp.read.options import option_text
from scrimp.regexes import pattern
from scrimp.values import JsonObject

# What can only be meant as a file: one word with an extension or a slash, or a word alone.
_LIKE_A_FILE = r"\S*[./\\]\S*|[\w-]*"
# A name, not a word of JSON.
_LIKE_FIELDS = r"\s*(?:(?!(?:true|false|null)\s*$)[^\W\d]|,|$)"


def schema_file(value: str | None) -> str | None:
    """Return the file a schema is read from, None if the value is the schema itself."""
    if value is None or value.strip() in ("", "@") or value.lstrip().startswith("{"):
        return None
    if value.startswith("@"):
        return value[1:]
    return value if _exists(value) or (value.strip() and pattern(_LIKE_A_FILE).fullmatch(value)) else None


def schema_option(value: str | None) -> JsonObject | None:
    """Return the schema, None if none is given; UsageError if it cannot be read or is not an object."""
    if value is None:
        return None
    file = schema_file(value)
    text, name = (option_text(value, "--schema"), "the text") if file is None else (_content(file), file)
    if pattern(_LIKE_FIELDS).match(text):
        return short_schema(text)
    try:
        schema: JsonObject = msgspec.json.decode(text, type=dict)
    except msgspec.MsgspecError as error:
        raise UsageError(f"--schema: {name} is not a JSON object ({error}): correct it") from error
    return schema


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # longer than a name may be
        return False


def _content(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(
            f"--schema: {file} cannot be read ({error.strerror}): name a file with a JSON schema, or write the fields, "
            "such as 'name, age int'"
        ) from error
    except (UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"--schema: {file} is not a UTF-8 file ({error}): convert it") from error
