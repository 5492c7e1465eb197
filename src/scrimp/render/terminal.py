"""Text made safe for a terminal, and colored."""

from __future__ import annotations

# ESC and other controls in a completion could move the cursor or retitle the window; tab and newline may stay.
_C0 = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"}
_C1 = range(0x7F, 0xA0)
# They turn the order of what follows around (Unicode 16, "bidirectional formatting characters"), so that a line reads
# as another one; the marks that right-to-left text needs within itself (U+200E, U+200F, U+061C) only touch neighbors.
_BIDIRECTIONAL = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_JSON_VISIBLE = {code: f"\\u{code:04x}" for code in (*_C1, *_BIDIRECTIONAL)}
_VISIBLE = _C0 | _JSON_VISIBLE | {code: f"\\x{code:02x}" for code in _C1}


def escape_controls(text: str) -> str:
    """Return text for a terminal: controls except tab and newline are shown as symbols or codes, bidi ones as well."""
    return text if text.isprintable() else text.replace("\r\n", "\n").translate(_VISIBLE)


def escape_controls_in_json(text: str) -> str:
    """Return JSON for a terminal: JSON itself escapes the lower control characters, this the others."""
    return text if text.isprintable() else text.translate(_JSON_VISIBLE)


def paint(text: str, code: str, *, color: bool) -> str:
    """Return text in a color, or as it is."""
    return f"\x1b[{code}m{text}\x1b[0m" if color and text else text
