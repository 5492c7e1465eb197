"""Ids in the ledger as half as many bytes: the hexadecimal digits of calls and keys as the bytes that they stand for.

Text is left as it is: entries of older versions have ids as text, and so have those whose ids have another form.
"""

from __future__ import annotations

import re
from contextlib import suppress

_KEY_DIGITS = 64
_CALL = re.compile(r"([0-9a-f]{18})-([0-9]{7}|[1-9][0-9]{7,8})")  # the process, and the number of its call
_PROCESS_BYTES, _NUMBER_BYTES = 9, 4

# A key as text, whichever form it has, in SQL.
KEY_AS_TEXT = "CASE typeof(key) WHEN 'blob' THEN lower(hex(key)) ELSE key END"


def packed_key(key: str) -> str | bytes:
    """Return a key as the ledger stores it."""
    if len(key) != _KEY_DIGITS:
        return key
    with suppress(ValueError):
        stored = bytes.fromhex(key)
        if stored.hex() == key:  # not so with white space, or capitals
            return stored
    return key


def unpacked_key(stored: str | bytes) -> str:
    """Return a key that the ledger has."""
    return stored if isinstance(stored, str) else stored.hex()


def packed_call(call: str) -> str | bytes:
    """Return the id of a call as the ledger stores it; calls of a process stay in their order."""
    if (found := _CALL.fullmatch(call)) is None:
        return call
    return bytes.fromhex(found[1]) + int(found[2]).to_bytes(_NUMBER_BYTES)


def unpacked_call(stored: str | bytes) -> str:
    """Return the id of a call that the ledger has."""
    if isinstance(stored, str):
        return stored
    return f"{stored[:_PROCESS_BYTES].hex()}-{int.from_bytes(stored[_PROCESS_BYTES:]):07d}"
