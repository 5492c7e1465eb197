"""A former output of scrimp: which of its rows are answered, so that a run can take up the others.

Where it has the input of a row, that must be what the row is now: files are edited, and their rows change places.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from typing import get_args

import msgspec

from scrimp.enums import RowStatus
from scrimp.errors import InputError
from scrimp.read.columns import column_names
from scrimp.read.formats.row_formats import read_rows, sniff_format
from scrimp.read.formats.unreadable_row import UnreadableRow
from scrimp.read.inputs.sources import find_sources
from scrimp.read.inputs.streams import open_source
from scrimp.values import Json, JsonObject, Prompt

_UNTOLD = 0
_encode = msgspec.json.Encoder(order="sorted").encode
_STATUSES = get_args(RowStatus)
_OK, _FAILED = 1, 2  # state of a row; 0: unknown


class FormerOutput:
    """The rows of a former output, by id, else by index: nine bytes for each row and eight for each id."""

    def __init__(
        self, file: str, id_field: str | None = None, *, delimiter: str | None = None, encoding: str | None = None,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:  # fmt: skip
        """Read the file; raise InputError if it is not an output of scrimp.

        `delimiter` and `encoding` are those of the run, which hold for the tables it writes.
        """
        self.file, self._id_fields = file, [name for name in ("id", "custom_id", id_field) if name]
        self._warn: Callable[[str], None] | None = warn
        self._inputs = array("q")  # by index: the row's input; 0 if the output does not name it
        self._ok = bytearray()  # by index; the last row of an index decides: a file may have grown by a second run
        ids, indexes = array("q"), array("q")
        for position, row in enumerate(_former_rows(file, delimiter, encoding)):
            index = _index(row, position)
            if index >= len(self._ok):
                more = index + 1 - len(self._ok)
                self._ok.extend(bytes(more))
                self._inputs.extend([_UNTOLD] * more)
            self._inputs[index] = _input_name(row.get("input"))
            # Of several completions of a prompt, in whatever order, all must be ok.
            one_failed = row.get("sample") not in (None, "") and self._ok[index] == _FAILED
            self._ok[index] = _OK if _is_ok(row) and not one_failed else _FAILED
            if (row_id := self._id(row)) is not None:
                ids.append(hash(row_id))
                indexes.append(index)
        self._has_ids = bool(ids)
        self._asked = frozenset(hash((row_id, self._inputs[index])) for row_id, index in zip(ids, indexes, strict=True))
        failed = {row_id for row_id, index in zip(ids, indexes, strict=True) if self._ok[index] != _OK}
        # An id that several rows share counts as answered only where all of them are.
        self._answered = frozenset(row_id for row_id in ids if row_id not in failed)

    @property
    def answered_rows(self) -> int:
        """How many rows are ok."""
        return self._ok.count(_OK)

    @property
    def failed_rows(self) -> int:
        """How many rows are there, up to the last, and not ok."""
        return len(self._ok) - self.answered_rows

    def has_answered(self, prompt: Prompt) -> bool:
        """Return whether the row of this prompt is there, with the same input if that is told, and ok."""
        name = _input_name(prompt.row)
        if prompt.id is not None and self._has_ids:
            row_id = hash(prompt.id)
            if row_id not in self._answered:
                return False
            same = any(hash((row_id, each)) in self._asked for each in (name, _UNTOLD))
        elif prompt.index < len(self._ok) and self._ok[prompt.index] == _OK:
            same = self._inputs[prompt.index] in (name, _UNTOLD)
        else:
            return False
        if not same and self._warn is not None:
            self._warn(
                f"{self.file} answered {prompt.source or f'row {prompt.index}'} when its input was another one: "
                "rows that were changed since, or have changed places, are run"
            )
            self._warn = None
        return same

    def _id(self, row: JsonObject) -> str | None:
        for name in self._id_fields:
            value = row.get(name)
            if value not in (None, ""):
                return str(value)
        return None


def _input_name(row: Json) -> int:
    """Return a hash of a row's input, independent of the order of its columns."""
    return hash(_encode(row)) or 1 if isinstance(row, dict) else _UNTOLD


def _former_rows(file: str, delimiter: str | None, encoding: str | None) -> Iterator[JsonObject]:
    try:
        yield from _rows(file, delimiter, encoding)
    except InputError as error:
        raise InputError(f"--only-failed: {error}") from error


def _rows(file: str, delimiter: str | None, encoding: str | None) -> Iterator[JsonObject]:
    for source in find_sources([file]):  # one, or the parts of a directory
        with open_source(source, None, None if source.format in ("jsonl", "json") else encoding) as stream:
            format_name = source.format
            if format_name is None or format_name in ("text", "lines"):
                format_name = sniff_format(stream.peek_line(), ("status", "output"))
            for row, number in read_rows(stream, format_name, delimiter=delimiter):
                where = f"{source.name}:{number}"
                if isinstance(row, UnreadableRow):
                    raise InputError(f"{where}: {row.reason}")
                if not isinstance(row, dict) or not {"status", "output"} & row.keys():
                    raise InputError(_not_an_output(where, row))
                yield row


def _not_an_output(where: str, row: Json) -> str:
    has = f"its columns are {column_names(row)}" if isinstance(row, dict) else "it has no columns"
    return f"{where} is not a row that scrimp wrote ({has}): name a former output in jsonl, json, csv, tsv or parquet"


def _index(row: Mapping[str, Json], position: int) -> int:
    """Return a row's index in its input; a table of the input's own columns has a row for each of the input's."""
    index = row.get("index")
    text = "" if index is None else str(index)
    return int(text) if text.isascii() and text.isdigit() else position


def _is_ok(row: Mapping[str, Json]) -> bool:
    """Return whether a row is ok; one without a status has an output and no error.

    In a table that keeps the input's columns a status is the input's own, and so are output and error where the run's
    have numbers.
    """
    if row.get("status") in _STATUSES and "output_2" not in row:
        return row["status"] == "ok"
    if "output" not in row:
        return False
    return bool(row[_last(row, "output")]) and not row.get(_last(row, "error"))


def _last(row: Mapping[str, Json], name: str) -> str:
    """Return the last of NAME, NAME_2, NAME_3 and so on that is in a row."""
    number = 2
    last = name
    while f"{name}_{number}" in row:
        last, number = f"{name}_{number}", number + 1
    return last
