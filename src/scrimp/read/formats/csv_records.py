"""The records of a table with their lines, where one that is broken takes no rows with it.

A quote that is never closed, or that only a later row closes, would swallow the rows between. Where the lines after the
first of a broken record look like rows of the table, they are read as rows.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

_LOOKED_AT = 100  # lines after the first one
_FITTING = 0.9  # share of them that must be rows
_FEW = 3  # lines, fewer than which may be like rows by chance
_AGAIN = 10  # times that lines are read again on average, at most
_MANY = 20  # records, none of which has several lines: then that of the broken one is a fault
# What the csv module says, as a reason and the next move.
_NEVER_CLOSED = "unexpected end of data"
_REASONS = {
    _NEVER_CLOSED: ("a quote that opens in this row is never closed", "fix the quotes in that row"),
    "new-line character seen in unquoted field": (
        "a carriage return in a field without quotes", "put quotes around that field, or remove the carriage return",
    ),
}  # fmt: skip


class CsvRecords:
    """Reads records one after the other: `cells` are those of the current one, None if `reason` says what is wrong."""

    def __init__(self, lines: Iterable[str], delimiter: str, *, before: int, longest: int) -> None:
        """`before` is how many lines precede the first; a record has at most `longest` characters."""
        self.lines: Sequence[str] = ()  # of the current record
        self.number, self.last = before, before  # the first of them, and the last one
        self.cells: list[str] | None = None
        self.reason = ""
        self.columns = 0  # of the header; 0 until it is known
        self._source, self._delimiter, self._longest = iter(lines), delimiter, longest
        self._again: deque[str] = deque()  # lines of a broken record that are rows
        self._taken: list[str] = []
        self._records, self._long_records, self._lines_again = 0, 0, 0
        self._reader = self._new_reader()

    @property
    def raw(self) -> str:
        """The current record as it was written."""
        return "".join(self.lines)

    def next(self) -> bool:
        """Read the next record; return whether there is one."""
        self.reason = ""
        try:
            self.cells = next(self._reader)
        except StopIteration:
            return False
        except csv.Error as error:
            self.cells, self.reason = None, str(error)
        taken, self._taken = self._taken, []
        if len(taken) > 1:
            taken = self._own_lines(taken)
        self._records += 1
        self.lines, self.number, self.last = taken, self.last + 1, self.last + len(taken)
        if self.reason:
            self.reason = self._explained(len(taken))
            self._reader = self._new_reader()
        return True

    def _new_reader(self) -> Iterator[list[str]]:
        return csv.reader(self._lines(), delimiter=self._delimiter, strict=True)

    def _lines(self) -> Iterator[str]:
        size = 0
        while (line := self._again.popleft() if self._again else next(self._source, None)) is not None:
            size = len(line) + (size if self._taken else 0)
            self._taken.append(line)
            yield line
            if self._taken and size > self._longest:
                return  # within a record: the reader says that a quote is not closed

    def _own_lines(self, taken: list[str]) -> list[str]:
        """Return the lines of a record of several, but for those that are rows, which will be read again."""
        ragged = self.cells is not None and self.columns and len(self.cells) != self.columns
        if not ragged and not self.reason:
            self._long_records += 1
            return taken
        if self._lines_again > _AGAIN * (self.last + len(taken)) or not self._are_rows(taken[1:]):
            return taken
        self._lines_again += len(taken) - 1
        self._again.extendleft(reversed(taken[1:]))
        self.cells, self.reason = None, _NEVER_CLOSED
        return taken[:1]

    def _are_rows(self, lines: Sequence[str]) -> bool:
        """Return whether lines look like rows of the table, rather than lines of a text in one of its cells."""
        if self.columns < 2:
            return False  # any line is
        if self._records >= _MANY and not self._long_records:
            return True
        some = [line for line in lines[:_LOOKED_AT] if line.strip()]
        fitting = sum(self._width(line) == self.columns for line in some)
        return len(some) >= _FEW and fitting >= _FITTING * len(some)

    def _width(self, line: str) -> int:
        try:
            return len(next(csv.reader([line], delimiter=self._delimiter, strict=True), []))
        except csv.Error:
            return 0

    def _explained(self, lines: int) -> str:
        known = (self.reason, "fix the quotes in that row")
        reason, move = _REASONS.get(self.reason.partition(" - ")[0], known)
        several = f"; lines {self.number} to {self.last} are in it" if lines > 1 else ""
        return f"not valid CSV ({reason}{several}): {move}"
