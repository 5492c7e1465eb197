"""Recognize the type of bytes by the first of them."""

from __future__ import annotations

# At least three bytes: two occur by chance too often. Sources: the specifications of the formats, and
# https://mimesniff.spec.whatwg.org/ for pictures, sound, fonts and archives.
_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF87a": "image/gif", b"GIF89a": "image/gif",
    b"\0\0\1\0": "image/x-icon", b"II*\0": "image/tiff", b"MM\0*": "image/tiff", b"8BPS": "image/vnd.adobe.photoshop",
    b"%PDF-": "application/pdf", b"PK\3\4": "application/zip", b"\x1f\x8b\x08": "application/gzip",
    b"BZh": "application/x-bzip2", b"\xfd7zXZ\0": "application/x-xz", b"(\xb5/\xfd": "application/zstd",
    b"7z\xbc\xaf\x27\x1c": "application/x-7z-compressed", b"Rar!\x1a\x07": "application/vnd.rar",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "application/x-ole-storage", b"SQLite format 3\0": "application/vnd.sqlite3",
    b"\x7fELF": "application/x-elf", b"\0asm": "application/wasm", b"\xca\xfe\xba\xbe": "application/java-vm",
    b"PAR1": "application/vnd.apache.parquet", b"\x93NUMPY": "application/x-npy", b"\x89HDF\r\n": "application/x-hdf5",
    b"ID3": "audio/mpeg", b"fLaC": "audio/flac", b"OggS": "application/ogg", b"\x1aE\xdf\xa3": "video/webm",
    b"wOFF": "font/woff", b"wOF2": "font/woff2", b"OTTO": "font/otf", b"\0\1\0\0\0": "font/ttf",
}  # fmt: skip
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BOXES = {b"avif": "image/avif", b"heic": "image/heic", b"M4A ": "audio/mp4"}


def media_type(data: bytes) -> str:
    """Return the media type by the first bytes, or ""."""
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return _BOXES.get(data[8:12], "video/mp4")
    return next((name for first, name in _MAGIC.items() if data.startswith(first)), "")
