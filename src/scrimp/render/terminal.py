"""Text made fit for a terminal."""

from __future__ import annotations

# ESC and its kin could move the cursor or retitle the window of whoever reads a completion; tab and newline may stay.
_C0 = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"}
_VISIBLE = _C0 | {code: f"\\x{code:02x}" for code in range(0x7F, 0xA0)}
_JSON_VISIBLE = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


def safe_text(text: str) -> str:
    """Return text for a terminal: control characters but tab and newline are shown as pictures of themselves."""
    return text if text.isprintable() else text.replace("\r\n", "\n").translate(_VISIBLE)


def safe_json(text: str) -> str:
    """Return JSON for a terminal: JSON escapes the lower control characters itself, and the others can be escaped."""
    return text if text.isprintable() else text.translate(_JSON_VISIBLE)


def paint(text: str, code: str, *, color: bool) -> str:
    """Return text in a colour, or as it is."""
    return f"\x1b[{code}m{text}\x1b[0m" if color and text else text
