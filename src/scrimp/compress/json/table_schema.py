"""Infer the columns that objects share, and how many characters a table of them saves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from scrimp.compress.json.lexer import Container
from scrimp.compress.json.table_format import MAX_DEPTH, Column

_ABSENT_LENGTH = len('"-",')
_INNER_LENGTH = len("{:[]}")
_MAX_KEY_SETS = 32  # objects with rarer keys become rows only if they fit the columns

Keys = tuple[str, ...]


class TableSchema(Struct, frozen=True):
    """Columns, the objects that become rows, and the characters saved.

    `rows` maps the first lexeme of each such object to the number of empty columns before each of its values;
    `own_rows` counts those that are not in inner columns; `lists` are the arrays that hold rows of inner columns.
    """

    columns: tuple[Column, ...]
    rows: dict[int, tuple[int, ...]]
    own_rows: int
    lists: frozenset[int]
    saved: int

    @property
    def has_gaps(self) -> bool:
        """Whether any row lacks a value before its last one."""
        return any(map(any, self.rows.values()))


_NO_SCHEMA = TableSchema((), {}, 0, frozenset(), 0)


def infer_schema(
    lexemes: Sequence[str], containers: dict[int, Container], objects: Sequence[int], *, gaps: bool, depth: int = 0
) -> TableSchema | None:
    """Return the schema if at least half of the objects become rows, or None.

    `objects` are the first lexemes of objects; without `gaps`, only the last columns of a row may be empty.
    """
    by_keys: dict[Keys, list[int]] = {}
    for at in objects:
        by_keys.setdefault(tuple([lexemes[key] for key in containers[at].keys]), []).append(at)
    members = {_distinct(keys): objects for keys, objects in by_keys.items()}
    names, fitting = _choose_columns({keys: len(objects) for keys, objects in members.items()}, gaps=gaps)
    if 2 * sum(len(members[keys]) for keys in fitting) < len(objects):
        return None  # most of the objects do not fit
    places = {name: place for place, name in enumerate(names)}
    saved = _saved_by_rows(names, places, {keys: len(members[keys]) for keys in fitting})
    rows, cells = _rows_and_cells(containers, places, {keys: members[keys] for keys in fitting})
    own_rows = len(rows)
    columns: list[Column] = []
    lists: set[int] = set()
    for name, values in zip(names, cells, strict=True):
        inner = _infer_inner(lexemes, containers, values, gaps=gaps, depth=depth)
        schema, arrays = inner or (_NO_SCHEMA, [])
        columns.append(Column(name.partition("\n")[0], schema.columns, in_arrays=bool(arrays)))
        rows |= schema.rows
        lists |= schema.lists.union(arrays)
        saved += schema.saved
    return TableSchema(tuple(columns), rows, own_rows, frozenset(lists), saved)


def _rows_and_cells(
    containers: dict[int, Container], places: dict[str, int], members: dict[Keys, list[int]]
) -> tuple[dict[int, tuple[int, ...]], list[list[int]]]:
    """Return the empty columns before each value of each row, and the values of each column."""
    rows: dict[int, tuple[int, ...]] = {}
    cells: list[list[int]] = [[] for _ in places]
    for keys, objects in members.items():
        own = [places[key] for key in keys]
        rows |= dict.fromkeys(
            objects, tuple(place - before - 1 for before, place in zip([-1, *own], own, strict=False))
        )
        for place, column in zip(own, zip(*(containers[at].values for at in objects), strict=True), strict=True):
            cells[place] += column
    return rows, cells


def _distinct(keys: Keys) -> Keys:
    """Number duplicate keys after a line feed, which no lexeme contains."""
    if len(set(keys)) == len(keys):
        return keys
    seen: Counter[str] = Counter()
    distinct = []
    for key in keys:
        distinct.append(f"{key}\n{seen[key]}" if seen[key] else key)
        seen[key] += 1
    return tuple(distinct)


def _choose_columns(counts: dict[Keys, int], *, gaps: bool) -> tuple[Keys, dict[Keys, int]]:
    """Merge sets of keys, the most common first, if that saves characters; then add all others that fit."""
    names: Keys = ()
    taken: dict[Keys, int] = {}
    best = 0
    ordered = sorted(counts, key=lambda keys: -counts[keys])
    for keys in ordered[:_MAX_KEY_SETS]:
        merged = _merge_keys(names, keys)
        candidate = {**taken, keys: counts[keys]}
        places = {name: place for place, name in enumerate(merged)}
        if merged and (gaps or not any(_gap_count(other, places) for other in candidate)):
            saved = _saved_by_rows(merged, places, candidate)
            if saved > best:
                names, taken, best = merged, candidate, saved
    places = {name: place for place, name in enumerate(names)}
    for keys in ordered:
        if keys not in taken and _fits(keys, places) and (gaps or not _gap_count(keys, places)):
            saved = sum(map(_length, keys)) - _ABSENT_LENGTH * _gap_count(keys, places)
            if saved >= 0:
                taken[keys] = counts[keys]
    return names, taken


def _merge_keys(names: Keys, keys: Keys) -> Keys:
    """Merge keys into columns so that both keep their order; return () if that is impossible."""
    places = {name: place for place, name in enumerate(names)}
    merged: list[str] = []
    done = 0
    for key in keys:
        place = places.get(key)
        if place is None:
            merged.append(key)
        elif place < done:
            return ()
        else:
            merged += names[done : place + 1]
            done = place + 1
    return (*merged, *names[done:])


def _fits(keys: Keys, places: dict[str, int]) -> bool:
    own = [places.get(key, -1) for key in keys]
    return -1 not in own and own == sorted(own)


def _gap_count(keys: Keys, places: dict[str, int]) -> int:
    """Return how many columns are empty before the last value of a row."""
    return places[keys[-1]] + 1 - len(keys) if keys else 0


def _saved_by_rows(names: Keys, places: dict[str, int], counts: dict[Keys, int]) -> int:
    """Return the characters that rows under these columns save, less the columns themselves."""
    rows = sum(
        times * (sum(map(_length, keys)) - _ABSENT_LENGTH * _gap_count(keys, places)) for keys, times in counts.items()
    )
    return rows - sum(map(_length, names))


def _length(name: str) -> int:
    """Return the characters of a key and its colon, or of a column and its comma."""
    return len(name.partition("\n")[0]) + 1


def _infer_inner(
    lexemes: Sequence[str], containers: dict[int, Container], values: Sequence[int], *, gaps: bool, depth: int
) -> tuple[TableSchema, list[int]] | None:
    """Return the schema of the objects in a column, and the arrays that hold them, if that saves characters.

    An array among those objects would be read as a row, so then there is no schema.
    """
    if depth == MAX_DEPTH:
        return None
    objects = [at for at in values if lexemes[at] == "{"]
    arrays = [at for at in values if lexemes[at] == "["]
    if arrays:
        items = [item for at in arrays for item in containers[at].items]
        if any(lexemes[item] == "[" for item in items):
            return None
        objects = [item for item in items if lexemes[item] == "{"]
    if len(objects) < 2:
        return None
    schema = infer_schema(lexemes, containers, objects, gaps=gaps, depth=depth + 1)
    cost = _INNER_LENGTH + 2 * bool(arrays)
    if schema is None or schema.saved <= cost:
        return None
    return TableSchema(schema.columns, schema.rows, schema.own_rows, schema.lists, schema.saved - cost), arrays
