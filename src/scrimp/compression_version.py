"""The version of all that compresses, for rows and certificates: what was proved of one says nothing about another."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

CODE_CHANGED, VECTORS_IN = "scrimp's compression has changed", "word vectors were installed"
VECTORS_OUT = "word vectors were removed"
_FOLDER = Path(__file__).with_name("compress")
# Modules beside it by which it reads its words and finds its patterns.
_BESIDE = ("regexes.py", "sentence_model.py", "word_lists.py")


@cache
def compression_version() -> str:
    """Return eight hexadecimal digits that change with the code of compression, its words and the extra `vectors`."""
    return version_of(_FOLDER, with_vectors=find_spec("wordllama") is not None)


def change_since(version: str) -> str:
    """Return in words what has changed since another version of compression: the code, or whether there are vectors."""
    with_vectors = find_spec("wordllama") is not None
    if version == version_of(_FOLDER, with_vectors=not with_vectors):
        return VECTORS_IN if with_vectors else VECTORS_OUT
    return CODE_CHANGED


def version_of(folder: Path, *, with_vectors: bool = False) -> str:
    """Return a hash of the modules and word lists of a folder, and of those beside it that it uses.

    It is another one where word vectors are used.
    """
    digest = blake2b(b"vectors" if with_vectors else b"", digest_size=4)
    within = sorted([*folder.rglob("*.py"), *folder.rglob("*.txt"), *folder.rglob("*.gz")])
    named = [(path.relative_to(folder).as_posix(), path) for path in within]
    for name, path in [*named, *((f"../{name}", folder.with_name(name)) for name in _BESIDE)]:
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
