"""How a table is written: its delimiter and its line ends, detected in its first lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from scrimp.errors import UsageError

_DELIMITERS = (";", "\t", "|")  # delimiters of CSV files besides the comma, in order of preference
_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
# The line that Excel reads as the delimiter and does not show; some programs put quotes around it.
_DELIMITER_LINE = re.compile(r'("?)sep=([^\r\n"])\1[\r\n]*', re.IGNORECASE)
# A quoted field, perhaps not closed on this line.
_QUOTED = re.compile(r'(?:^|(?<=[,;\t|\r\n]))"(?:[^"]|"")*("?)')
_LONE_RETURN = re.compile(r"\r(?!\n)")
_HEADER_LINES = 100  # more than a header has; a quote that is never closed must not read a whole file


def checked_delimiter(text: str) -> str:
    """Return the delimiter of --delimiter, which may be named; raise UsageError if it cannot be one."""
    delimiter = _NAMES.get(text.lower(), text)
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise UsageError(
            f"--delimiter: '{text}' is not a delimiter: give one character, such as ';', or one of the words "
            f"{', '.join(name for name in _NAMES if name.isalpha())}"
        )
    return delimiter


class TableLines:
    """The lines of a table with what its first ones tell: `delimiter`, and how many lines precede the header.

    Nothing after the first row of data is read ahead, so that row never waits for later ones of a slow pipe.
    """

    def __init__(self, lines: Iterator[str], delimiter: str | None, default: str) -> None:
        """`delimiter` is that of --delimiter; otherwise a sep= line, then a look at the header decides."""
        first = next(lines, "")
        announced = _DELIMITER_LINE.fullmatch(first)
        self.skipped = 1 if announced else 0
        if announced is None:
            lines = chain([first], lines)
        elif delimiter is None:
            delimiter = announced[2]
        self._lines = lines
        self._head = list(_header_lines(lines))
        if _LONE_RETURN.search(_QUOTED.sub("", "".join(self._head))):
            self._split_at_returns()
        self.delimiter = delimiter or (self._told_delimiter() if default == "," else default)

    def __iter__(self) -> Iterator[str]:
        """Return all lines after a sep= line."""
        return chain(self._head, self._lines)

    def _split_at_returns(self) -> None:
        r"""Let lines end at a carriage return, as in Excel's files for the Mac; what has no \n is in memory whole."""
        self._lines = chain.from_iterable(_split_lines(line) for line in chain(self._head, self._lines))
        self._head = list(_header_lines(self._lines))

    def _told_delimiter(self) -> str:
        """Return the delimiter that is in the header and as often in the first row; by the header alone in doubt."""
        bare = _QUOTED.sub("", "".join(self._head))
        others = [each for each in _DELIMITERS if each in bare]
        comma = [","] if "," in bare else []
        # Commas with a space after each may be those of a name such as "last, first": they are tried last.
        candidates = comma + others if re.search(",(?! )", bare) else others + comma
        if not candidates or candidates == [","]:
            return ","
        return next((each for each in candidates if self._fits(each)), (comma + others)[0])

    def _fits(self, delimiter: str) -> bool:
        """Return whether the first row has as many fields as the header."""
        try:
            rows = (row for row in csv.reader(self._peeked(), delimiter=delimiter, strict=True) if any(row))
            counts = [len(row) for row in islice(rows, 2)]
        except csv.Error:
            return False
        return len(set(counts)) == 1

    def _peeked(self) -> Iterator[str]:
        """Yield the lines from the header on, keeping what is read of them."""
        yield from list(self._head)
        for line in islice(self._lines, _HEADER_LINES):
            self._head.append(line)
            yield line


def _header_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines up to the end of the header: it may follow blank lines, and its quotes may hold line ends."""
    text = ""
    for line in islice(lines, _HEADER_LINES):
        yield line
        text += line
        if text.strip("\r\n") and not any(match[1] == "" for match in _QUOTED.finditer(text)):
            return


def _split_lines(line: str) -> list[str]:
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", line)
