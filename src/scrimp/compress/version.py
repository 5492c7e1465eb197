"""The version of everything that compresses: what was proved of one version says nothing about another."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path


@cache
def compression_version() -> str:
    """Return eight hexadecimal digits that change with the code of this folder: a hash of its modules."""
    folder = Path(__file__).parent
    digest = blake2b(digest_size=4)
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
