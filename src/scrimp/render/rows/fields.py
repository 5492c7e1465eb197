"""Names of --fields as functions that fetch those parts of a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from msgspec import UNSET, Struct

from scrimp.errors import UsageError, closest_name
from scrimp.render.rows.output_row import OutputRow, RowCompression, RowError, RowTooDear, RowUsage

Getter = Callable[[OutputRow], object]

EVERY_INPUT = "input.*"
ROW_FIELDS = OutputRow.__struct_fields__
_PARTS: dict[str, type[Struct]] = {
    "usage": RowUsage,
    "compressed": RowCompression,
    "error": RowError,
    "too_dear": RowTooDear,
}


def expanded_fields(fields: Iterable[str], columns: Iterable[str]) -> list[str]:
    """Return the fields with input.* replaced by all columns of the input, each field once."""
    names = list(columns)
    expanded = [[f"input.{name}" for name in names] if field == EVERY_INPUT else [field] for field in fields]
    return list(dict.fromkeys(name for group in expanded for name in group))


def field_getter(field: str) -> Getter:
    """Return the function that fetches a field: `output`, `usage.input`, `error.kind`, `input.COLUMN`, `parsed.KEY`."""
    name, dot, part = field.partition(".")
    if not dot and name in ROW_FIELDS:
        return _or_none(attrgetter(name))
    if (part or (dot and name == "input")) and name in ("input", "parsed"):
        return _member(attrgetter(name), part)
    if name in _PARTS and part in _PARTS[name].__struct_fields__:
        return _attribute(attrgetter(name), part)
    raise UsageError(_unknown(field))


def missing_column_check(fields: Sequence[str], warn: Callable[[str], None]) -> Callable[[OutputRow], None]:
    """Return a check that warns, at the first row, of each missing input column: a typo would empty a whole column."""
    columns = [field.removeprefix("input.") for field in fields if field.startswith("input.") and field != EVERY_INPUT]

    def check(row: OutputRow) -> None:
        present = row.input or {}
        for name in columns:
            if _lookup(present, name) is UNSET:
                known = f"its columns are {', '.join(present)}" if present else "it has no columns"
                warn(f"row {row.index} has no input column '{name}': {known}")
        columns.clear()

    return check


def _or_none(fetch: Callable[[OutputRow], object]) -> Getter:
    def fetched(row: OutputRow) -> object:
        value = fetch(row)
        return None if value is UNSET else value

    return fetched


def _member(fetch: Callable[[OutputRow], object], key: str) -> Getter:
    def fetched(row: OutputRow) -> object:
        value = _lookup(fetch(row), key)
        return None if value is UNSET else value

    return fetched


def _lookup(value: object, key: str) -> object:
    """Return a member of an object; a.b looks into objects, unless a member has exactly that name."""
    if isinstance(value, dict) and key in value:
        return value[key]
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            return UNSET
        value = value[part]
    return value


def _attribute(fetch: Callable[[OutputRow], object], name: str) -> Getter:
    def fetched(row: OutputRow) -> object:
        value = getattr(fetch(row), name, None)
        return None if value is UNSET else value

    return fetched


def _unknown(field: str) -> str:
    name = field.partition(".")[0]
    if name in _PARTS:
        return f"no field '{field}': {name} has {', '.join(_PARTS[name].__struct_fields__)}"
    near = closest_name(field, ROW_FIELDS, cutoff=0.75)
    hint = f"did you mean '{near}'?" if near else f"a column of the input is input.{field};"
    return f"no field '{field}': {hint} known are {', '.join(ROW_FIELDS)} and input.COLUMN"
