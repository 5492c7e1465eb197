"""Recognize the type of bytes by the first of them."""

from __future__ import annotations

# At least three bytes: two occur by chance too often. Sources: the specifications of the formats, and
# https://mimesniff.spec.whatwg.org/ for pictures, sound, fonts and archives.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\0\0\1\0", "image/x-icon"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"%PDF-", "application/pdf"),
    (b"PK\3\4", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"(\xb5/\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"\x7fELF", "application/x-elf"),
    (b"\0asm", "application/wasm"),
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"\x93NUMPY", "application/x-npy"),
    (b"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "application/ogg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"OTTO", "font/otf"),
    (b"\0\1\0\0\0", "font/ttf"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BOXES = {b"avif": "image/avif", b"heic": "image/heic", b"M4A ": "audio/mp4"}
_PRINTABLE = bytes([9, 10, 12, 13, *range(32, 127)])
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_MIN_PRINTABLE = 0.85  # of random bytes it is 0.38
_SAMPLE = 65_536


def media_type(data: bytes) -> str:
    """Return the media type by the first bytes, or ""."""
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return _BOXES.get(data[8:12], "video/mp4")
    return next((name for first, name in _MAGIC if data.startswith(first)), "")


def is_text(data: bytes) -> bool:
    """Return whether bytes are text in UTF-8, UTF-16 or an 8-bit encoding, by the first 64 KiB."""
    start = data[:_SAMPLE]
    if start.startswith(_BYTE_ORDER_MARKS):
        return True
    if any(_mostly_printable(half) and not any(other) for half, other in _halves(start)):
        return True  # UTF-16 without a byte order mark, as in encoded shell commands
    return _mostly_printable(start) or _is_utf8(start)


def _halves(data: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return ((data[::2], data[1::2]), (data[1::2], data[::2]))


def _mostly_printable(data: bytes) -> bool:
    return len(data) - len(data.translate(None, _PRINTABLE)) >= _MIN_PRINTABLE * len(data)


def _is_utf8(data: bytes) -> bool:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:  # the last character may be cut off
        if error.start < len(data) - 3:
            return False
        text = data[: error.start].decode()
    return sum(not (letter.isprintable() or letter.isspace()) for letter in text) <= 0.02 * len(text)


def may_be_key(data: bytes) -> bool:
    """Return whether bytes start like keys and certificates: an ASN.1 sequence (X.690), or the name of an SSH key."""
    return data[:2] in {b"\x30\x80", b"\x30\x81", b"\x30\x82", b"\x30\x83"} or data[:3] == b"\0\0\0"
