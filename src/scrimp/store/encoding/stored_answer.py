"""An answer as the cache stores it: JSON without what is as it is by default, which is half of it.

Readers fill in the defaults, of `values.Compression` too, so these must never change.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import asdict, replace

from scrimp.store.encoding.packed_json import packed
from scrimp.values import Answer, Compression


class _StoredCompression(Compression, frozen=True, kw_only=True, omit_defaults=True):
    pass


_encode = msgspec.json.Encoder().encode


def stored_answer(key: bytes, answer: Answer) -> bytes:
    """Return the packed JSON of the answer of a key."""
    if answer.compressed is not None:
        answer = replace(answer, compressed=_StoredCompression(**asdict(answer.compressed)))
    return packed(key, _encode(answer))
