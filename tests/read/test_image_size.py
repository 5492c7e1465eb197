"""Width and height of images, from headers that an encoder (Pillow) wrote for 301 x 203 pixels."""

from __future__ import annotations

from base64 import b64decode

import pytest

from scrimp.read.image_size import image_size

_TABLES = (
    "/9sAQwAIBgYHBgUIBwcHCQkICgwUDQwLCwwZEhMPFB0aHx4dGhwcICQuJyAiLCMcHCg3KSwwMTQ0NB8nOT04MjwuMzQy/9sAQwEJCQkMCwwYDQ0Y"
    "MiEcITIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIy"
)
_JFIF = b64decode("/9j/4AAQSkZJRgABAQAAAQABAAA=")
HEADERS = {
    "png": b64decode("iVBORw0KGgoAAAANSUhEUgAAAS0AAADL"),
    "gif": b64decode("R0lGODdhLQHLAA=="),
    "jpeg": _JFIF + b64decode(_TABLES) + b64decode("/8AAEQgAywEt"),
    # Fill bytes, a comment that looks like a frame, and a progressive frame.
    "jpeg_progressive": _JFIF + b"\xff\xff\xfe\x00\x10\xff\xc0 not a frame" + b64decode(_TABLES)
    + b64decode("/8IAEQgAywEt"),
    "webp": b64decode("UklGRqYAAABXRUJQVlA4IJoAAABwEACdASotAcsA"),
    "webp_lossless": b64decode("UklGRiIAAABXRUJQVlA4TBYAAAAvLIEyAA=="),
    "webp_extended": b64decode("UklGRsQAAABXRUJQVlA4WAoAAAAIAAAALAEAygAA"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HEADERS)
def test_the_size_stands_in_the_header_of_every_kind(kind: str) -> None:
    assert image_size(HEADERS[kind]) == (301, 203)
    assert image_size(HEADERS[kind] + bytes(1000)) == (301, 203)


@pytest.mark.parametrize("kind", HEADERS)
def test_a_header_that_is_cut_off_has_no_size(kind: str) -> None:
    for length in range(len(HEADERS[kind])):
        assert image_size(HEADERS[kind][:length]) == (0, 0)


def test_what_is_not_a_header_has_no_size() -> None:
    assert image_size(b"\xff\xd8" + bytes(100)) == (0, 0)
    assert image_size(b"") == (0, 0)
