"""Text made safe for a terminal, and colored."""

from __future__ import annotations

# ESC and other controls in a completion could move the cursor or retitle the window; tab and newline may stay.
_C0 = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"}
_VISIBLE = _C0 | {code: f"\\x{code:02x}" for code in range(0x7F, 0xA0)}
_JSON_VISIBLE = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


def escape_controls(text: str) -> str:
    """Return text for a terminal: control characters except tab and newline are shown as symbols."""
    return text if text.isprintable() else text.replace("\r\n", "\n").translate(_VISIBLE)


def escape_controls_in_json(text: str) -> str:
    """Return JSON for a terminal: JSON itself escapes the lower control characters, this the others."""
    return text if text.isprintable() else text.translate(_JSON_VISIBLE)


def paint(text: str, code: str, *, color: bool) -> str:
    """Return text in a color, or as it is."""
    return f"\x1b[{code}m{text}\x1b[0m" if color and text else text
