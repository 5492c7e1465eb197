"""Whether the bytes that are not UTF-8 are one row's fault, or show that the input has another encoding.

An input of another encoding has its first letter beyond ASCII soon, and none that is UTF-8 before it: then the run
ends, with the encoding to try. A row among many that are UTF-8 fails alone.
"""

from __future__ import annotations

from scrimp.read.formats.decoding import not_utf8
from scrimp.read.formats.unreadable_row import UnreadableRow, unreadable

_ENOUGH_ROWS = 100  # rows of nothing but ASCII, after which one that is not UTF-8 is an exception


class Utf8Rows:
    """Decodes the rows of an input."""

    def __init__(self) -> None:
        self._rows, self._is_known = 0, False

    def text(self, data: bytes) -> str | UnreadableRow:
        """Return the text of a row."""
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            return self.not_utf8(data, error)
        self.count(text)
        return text

    def count(self, row: bytes | str) -> None:
        """Count a row that is UTF-8."""
        self._rows += 1
        self._is_known = self._is_known or not row.isascii()

    def not_utf8(self, data: bytes, error: UnicodeDecodeError) -> UnreadableRow:
        """Return the row for bytes that are not UTF-8."""
        if self._is_known:
            return unreadable(not_utf8(data, error, "fix or remove that row"), data)
        return unreadable(not_utf8(data, error), data, whole=self._rows < _ENOUGH_ROWS)
