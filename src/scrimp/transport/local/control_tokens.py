"""The control tokens of a model: texts in its GGUF file that begin and end turns, and that no prompt may contain.

The runtime obeys them wherever they stand, so that a document could end its turn and begin one of the system. A space
after their first character makes plain text of them.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import IO, Any

from scrimp.values import Json

_STRING, _ARRAY, _CONTROL = 8, 9, 3
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}  # bytes of a value, by its type
_TOKENS, _TYPES = b"tokenizer.ggml.tokens", b"tokenizer.ggml.token_type"


def control_tokens(path: Path) -> tuple[str, ...]:
    """Return the control tokens of the model in a complete GGUF file."""
    found: dict[bytes, Any] = {}
    with path.open("rb") as file:
        file.seek(16)  # the magic, the version and the number of tensors
        (entries,) = _unpacked(file, "<Q")
        for _ in range(entries):
            key = _string(file)
            (kind,) = _unpacked(file, "<I")
            found[key] = _value(file, kind, kept=key in (_TOKENS, _TYPES))
    kinds = zip(found.get(_TOKENS, ()), found.get(_TYPES, ()), strict=False)
    return tuple(token.decode("utf-8", "replace") for token, kind in kinds if kind == _CONTROL and len(token) > 1)


def without_control_tokens(value: Json, tokens: re.Pattern[str]) -> Json:
    """Return JSON with plain text in place of control tokens."""
    if isinstance(value, str):
        return tokens.sub(lambda first: first[0] + " ", value)
    if isinstance(value, list):
        return [without_control_tokens(item, tokens) for item in value]
    if isinstance(value, dict):
        return {name: without_control_tokens(item, tokens) for name, item in value.items()}
    return value


def first_characters(tokens: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds the first character of each of the tokens in a text."""
    found = (f"{re.escape(token[0])}(?={re.escape(token[1:])})" for token in tokens)
    return re.compile("|".join(found) or "(?!)")


def _value(file: IO[bytes], kind: int, *, kept: bool) -> object:
    """Return the items of an array that is kept; read past any other value."""
    if kind == _STRING:
        return _string(file)
    if kind != _ARRAY:
        return file.seek(_SIZES[kind], 1)
    item, count = _unpacked(file, "<IQ")
    if item in (_STRING, _ARRAY):
        return [_value(file, item, kept=False) for _ in range(count)]
    if kept:
        return _unpacked(file, f"<{count}i")
    return file.seek(_SIZES[item] * count, 1)


def _string(file: IO[bytes]) -> bytes:
    (size,) = _unpacked(file, "<Q")
    return file.read(size)


def _unpacked(file: IO[bytes], form: str) -> tuple[Any, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))
