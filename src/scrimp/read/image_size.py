"""The width and height of an image, in pixels, from the header of its file."""

from __future__ import annotations

import struct

# Markers of a JPEG whose segment begins with the size: start of frame, in all its kinds.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))  # markers without a segment


def image_size(content: bytes) -> tuple[int, int]:
    """Return width and height; (0, 0) where the header is cut off or unknown."""
    try:
        return _size(content)
    except (struct.error, IndexError):
        return 0, 0


def _size(content: bytes) -> tuple[int, int]:
    if content.startswith(b"\x89PNG"):
        return struct.unpack_from(">II", content, 16)
    if content.startswith(b"GIF8"):
        return struct.unpack_from("<HH", content, 6)
    if content.startswith(b"RIFF"):
        return _webp_size(content)
    return _jpeg_size(content)


def _jpeg_size(content: bytes) -> tuple[int, int]:
    position = 2
    while True:
        while content[position] == 0xFF:  # any number of fill bytes comes before a marker
            position += 1
        marker = content[position]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, position + 4)
            return width, height
        position += 1 if marker in _ALONE else 1 + struct.unpack_from(">H", content, position + 1)[0]
        if content[position] != 0xFF:
            return 0, 0


def _webp_size(content: bytes) -> tuple[int, int]:
    kind = content[12:16]
    if kind == b"VP8X":
        low, high, low_height, high_height = struct.unpack_from("<HBHB", content, 24)
        return low + (high << 16) + 1, low_height + (high_height << 16) + 1
    if kind == b"VP8L":
        bits: int = struct.unpack_from("<I", content, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", content, 26)
    return width & 0x3FFF, height & 0x3FFF
