"""The pages of PDFs, as several programs write them."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest

from scrimp.read.pdf_pages import pdf_pages

PLAIN = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Kids [3 0 R 4 0 R] /Count 2 /Type "
    b"/Pages >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n4 0 obj\n<</Type/Page/Parent 2 0 R>>\nendobj"
)


def object_stream(objects: bytes, line_end: bytes = b"\n") -> bytes:
    data = zlib.compress(objects)
    return b"1 0 obj\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream" + line_end + data + b"\nendstream\nendobj\n"


@pytest.mark.parametrize(
    ("content", "pages"),
    [
        (PLAIN, 2),
        (PLAIN.replace(b"\n", b"\r\n"), 2),
        (b"%PDF-1.7\n" + object_stream(PLAIN), 2),
        (b"%PDF-1.7\n" + object_stream(b"<< /Type /Page >> <</Type/Page>>", b"\r\n") + object_stream(PLAIN[9:]), 4),
        # One page that the tree names three times.
        (b"%PDF-1.4 <</Type/Page>> <</Type/Pages/Kids[3 0 R 3 0 R 3 0 R]/Count 3>>", 3),
        # Encrypted, damaged or no PDF: unknown.
        (b"%PDF-1.7\n" + object_stream(PLAIN).replace(b"stream\nx", b"stream\n??"), 0),
        (b"%PDF-1.7 /Type /ObjStm stream\n", 0),
        (b"%PDF-1.7 << /Type /Outlines /Count 90 >> << /Type /PageLabel >>", 0),
        (b"", 0),
    ],
)
def test_pages_are_counted_without_drawing_any(content: bytes, pages: int) -> None:
    assert pdf_pages(content) == pages


def test_a_stream_that_grows_without_end_takes_little_memory() -> None:
    bomb = b"%PDF-1.7\n" + object_stream(bytes(1 << 24))
    tracemalloc.start()
    try:
        pages, (_, peak) = pdf_pages(bomb, most=1 << 20), tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert pages == 0
    assert peak < 4 << 20
