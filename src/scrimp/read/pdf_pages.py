"""How many pages a PDF has, counted without drawing any: the page objects in it, also those in compressed streams."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
# The count of a page tree is next to its type, before or after it.
_TREE = re.compile(rb"/Type\s*/Pages\b[^<>]{0,200}?/Count\s+(\d+)|/Count\s+(\d+)[^<>]{0,200}?/Type\s*/Pages\b")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")
_STREAM = re.compile(rb"stream\r?\n")
_MOST = 1 << 26  # bytes that all streams are decompressed to, together


def pdf_pages(content: bytes, *, most: int = _MOST) -> int:
    """Return the number of pages, or somewhat more where a file was saved several times; 0 if none are found.

    Pages of an encrypted file cannot be counted. Streams are decompressed to `most` bytes, together.
    """
    counted = tree = 0
    for text in (content, *_object_streams(content, most)):
        counted += len(_PAGE.findall(text))
        tree = max([tree, *(int(before or after) for before, after in _TREE.findall(text))])
    return max(counted, tree)


def _object_streams(content: bytes, most: int) -> Iterator[bytes]:
    """Yield the compressed streams of a file that hold objects, decompressed as far as they are intact."""
    position, left = 0, most
    while left and (found := _OBJECT_STREAM.search(content, position)):
        start = _STREAM.search(content, found.end())
        end = content.find(b"endstream", start.end()) if start else -1
        if start is None or end < 0:
            return
        objects = _inflated(content[start.end() : end], left)
        position, left = end, left - len(objects)
        yield objects


def _inflated(data: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, most)
    except zlib.error:
        return b""
