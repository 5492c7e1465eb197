"""The columns of rows written as CSV or Parquet: those of a table and what is new, or fields of the row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from scrimp.render.rows.fields import EVERY_INPUT, expanded_fields, field_getter, missing_column_check
from scrimp.render.rows.output_row import OutputRow, output_row
from scrimp.values import Failed, JsonObject, Outcome

# The columns a spreadsheet needs; the columns of the first row's input follow.
DEFAULT_FIELDS = ("index", "id", "status", "output", "model", "tier", "cost_usd", "error")
# With labels or a schema the parsed value is a column next to the text it was read from.
PARSED_FIELDS = ("index", "id", "status", "output", "parsed", "model", "tier", "cost_usd", "error")


class RowColumns(Protocol):
    """What a row has under each name of the header."""

    @property
    def names(self) -> Sequence[str]:
        """The header."""

    def cells(self, outcome: Outcome) -> list[object]:
        """Return the values of a row."""


class TableColumns:
    """The columns of the table that was read, in their order, then output, parsed where asked for, and error.

    A name that the table has already gets a number: output_2.
    """

    def __init__(
        self, first: JsonObject, warn: Callable[[str], None], *, parsed: bool, has_errors: bool, sampled: bool = False
    ) -> None:
        """`sampled` says that there are several rows for one of the table, so that both numbers have a column, too."""
        self._inputs, self._parsed, self.has_errors, self._sampled = tuple(first), parsed, has_errors, sampled
        new = [
            _free_name(name, first)
            for name in (*(("index", "sample") if sampled else ()), "output", *(("parsed",) if parsed else ()), "error")
        ]
        self._all_names = (*self._inputs, *new)
        self._warn_of_new = _new_column_check(first, warn)

    @property
    def names(self) -> Sequence[str]:
        """The header; without the column of errors while there was none."""
        return self._all_names if self.has_errors else self._all_names[:-1]

    def cells(self, outcome: Outcome) -> list[object]:
        """Return the cells as they were read, and the new ones; a row that failed has no empty completion."""
        row, answer = outcome.prompt.row or {}, outcome.answer
        self._warn_of_new(row, outcome.prompt.index)
        failed = isinstance(outcome, Failed)
        cells: list[object] = [row.get(name) for name in self._inputs]
        if self._sampled:
            cells += [outcome.prompt.index, outcome.prompt.sample]
        cells.append(None if answer is None else (answer.output or None) if failed else answer.output)
        if self._parsed:
            cells.append(None if answer is None else answer.parsed)
        if self.has_errors:
            cells.append(outcome.failure.message if isinstance(outcome, Failed) else None)
        return cells


class FieldColumns:
    """Fields of the row: those of --fields, or the default ones with the input columns of the first row."""

    def __init__(
        self, fields: Sequence[str] | None, first: Outcome | None, warn: Callable[[str], None], *, parsed: bool = False
    ) -> None:
        """`first` is the first row, None if there is none."""
        columns = (first.prompt.row if first is not None else None) or {}
        sampled = first is not None and first.prompt.sample is not None
        usual = (*(PARSED_FIELDS if parsed else DEFAULT_FIELDS), *(("sample",) if sampled else ()), EVERY_INPUT)
        chosen = usual if fields is None else fields
        self.names: Sequence[str] = expanded_fields(chosen, columns)
        self._getters = [field_getter(name) for name in self.names]
        self._check = missing_column_check(self.names, warn) if fields is not None else _nothing
        self._warn_of_new = _new_column_check(columns, warn) if EVERY_INPUT in chosen else None

    def cells(self, outcome: Outcome) -> list[object]:
        """Return the values of a row."""
        row = output_row(outcome)
        self._check(row)
        if self._warn_of_new is not None:
            self._warn_of_new(row.input or {}, row.index)
        return [fetch(row) for fetch in self._getters]


def row_columns(
    fields: Sequence[str] | None,
    first: Outcome | None,
    warn: Callable[[str], None],
    *,
    parsed: bool,
    with_errors: bool,
    table: Sequence[str] | None = None,
) -> RowColumns:
    """Return the columns of rows whose first is `first`: the `fields`, those of its table, or what one has need of.

    Where there is no row, `table` is the header of what was read.
    """
    if fields is None and first is not None and first.prompt.tabular:
        return TableColumns(
            first.prompt.row or {}, warn, parsed=parsed, has_errors=with_errors,
            sampled=first.prompt.sample is not None,
        )  # fmt: skip
    if fields is None and first is None and table is not None:
        return TableColumns(dict.fromkeys(table), warn, parsed=parsed, has_errors=with_errors)
    return FieldColumns(fields, first, warn, parsed=parsed)


def _free_name(name: str, taken: Collection[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _new_column_check(first: Collection[str], warn: Callable[[str], None]) -> Callable[[JsonObject, int], None]:
    """Return a check that warns of columns that the first row, and so the header, lacks."""
    known = set(first)

    def check(row: JsonObject, index: int) -> None:
        if new := row.keys() - known:
            known.update(new)
            names = ", ".join(f"input.{name}" for name in sorted(new))
            warn(f"row {index} has columns that the header lacks: name {names} in --fields to keep them")

    return check


def _nothing(row: OutputRow) -> None:
    """Check nothing."""
