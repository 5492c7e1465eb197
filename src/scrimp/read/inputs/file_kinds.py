"""Files that are not text, recognized by their first bytes, and what to do with each."""

from __future__ import annotations

# How a file of the kind begins, what it is, and the next move; longer marks come before those they begin with.
_KINDS = (
    (b"\x1f\x8b", "compressed with gzip", "decompress it with `gunzip -c`, or name a file that ends in .gz"),
    (b"PK\x03\x04", "a ZIP archive, as .xlsx and .docx are", "export a table as CSV, a document as text"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old .xls or .doc file", "export a table as CSV, a document as text"),
    (b"%PDF-", "a PDF", "convert it to text, for instance with `pdftotext`, or send it with --attach"),
    (b"\x89PNG\r\n", "an image", "name files of text, or send it with --attach"),
    (b"\xff\xd8\xff", "an image", "name files of text, or send it with --attach"),
    (b"GIF8", "an image", "name files of text, or send it with --attach"),
    (b"SQLite format 3\0", "an SQLite database", "export a table, for instance with `sqlite3 -csv -header`"),
    (b"PAR1", "a Parquet file", "name a file that ends in .parquet, or add --format parquet"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "decompress it with `unzstd`"),
    (b"\xfd7zXZ\0", "compressed with xz", "decompress it with `unxz`"),
    (b"BZh", "compressed with bzip2", "decompress it with `bunzip2`"),
)
_BZIP2_BLOCK = b"1AY&SY"  # follows the mark and a digit; BZh alone may be a word


def binary_kind(head: bytes) -> tuple[str, str] | None:
    """Return what a file is and what to do with it; None if it may be a text."""
    for mark, kind, move in _KINDS:
        if head.startswith(mark) and (mark != b"BZh" or head[4:10] == _BZIP2_BLOCK):
            return kind, move
    return None
