"""Which columns objects share, and what is saved by naming them once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from scrimp.compress.json.lexer import Container
from scrimp.compress.json.table_format import MAX_DEPTH, Column

_ABSENT_LENGTH = len('"-",')
_INNER_LENGTH = len("{:[]}")
_MAX_KEY_SETS = 32  # objects of rarer shapes are rows only where they fit

Keys = tuple[str, ...]


class TableSchema(Struct, frozen=True):
    """Columns, what each object fills of them, and the characters saved.

    `rows` says of each object that is written as a row how many columns before each of its values are empty; `lists`
    are the arrays that the rows of inner columns are in.
    """

    columns: tuple[Column, ...]
    rows: dict[int, tuple[int, ...]]
    own_rows: int
    lists: frozenset[int]
    saved: int

    @property
    def has_gaps(self) -> bool:
        """Say whether anything is missing before the end of a row."""
        return any(map(any, self.rows.values()))


_NO_SCHEMA = TableSchema((), {}, 0, frozenset(), 0)


def infer_schema(
    lexemes: Sequence[str], found: dict[int, Container], objects: Sequence[int], *, gaps: bool, depth: int = 0
) -> TableSchema | None:
    """Return columns that save something with half of the objects or more as their rows, or nothing.

    `objects` are the first lexemes of objects; without `gaps` only the last columns of a row may be empty.
    """
    alike: dict[Keys, list[int]] = {}
    for at in objects:
        alike.setdefault(tuple([lexemes[key] for key in found[at].keys]), []).append(at)
    tagged = {_distinct(keys): members for keys, members in alike.items()}
    names, fitting = _choose_columns({keys: len(members) for keys, members in tagged.items()}, gaps=gaps)
    if 2 * sum(len(tagged[keys]) for keys in fitting) < len(objects):
        return None  # these are no columns of most of them
    places = {name: place for place, name in enumerate(names)}
    saved = _saved_by_rows(names, places, {keys: len(tagged[keys]) for keys in fitting})
    rows, cells = _rows_and_cells(found, places, {keys: tagged[keys] for keys in fitting})
    own_rows = len(rows)
    columns: list[Column] = []
    lists: set[int] = set()
    for name, values in zip(names, cells, strict=True):
        inner = _infer_inner(lexemes, found, values, gaps=gaps, depth=depth)
        shape, arrays = inner or (_NO_SCHEMA, [])
        columns.append(Column(name.partition("\n")[0], shape.columns, many=bool(arrays)))
        rows |= shape.rows
        lists |= shape.lists.union(arrays)
        saved += shape.saved
    return TableSchema(tuple(columns), rows, own_rows, frozenset(lists), saved)


def _rows_and_cells(
    found: dict[int, Container], places: dict[str, int], members: dict[Keys, list[int]]
) -> tuple[dict[int, tuple[int, ...]], list[list[int]]]:
    """Return how many columns each row leaves empty before each of its values, and the values of each column."""
    rows: dict[int, tuple[int, ...]] = {}
    cells: list[list[int]] = [[] for _ in places]
    for keys, alike in members.items():
        own = [places[key] for key in keys]
        rows |= dict.fromkeys(alike, tuple(place - before - 1 for before, place in zip([-1, *own], own, strict=False)))
        for place, column in zip(own, zip(*(found[at].values for at in alike), strict=True), strict=True):
            cells[place] += column
    return rows, cells


def _distinct(keys: Keys) -> Keys:
    """Tell a key that comes again from the first of its name: no lexeme holds a line feed."""
    if len(set(keys)) == len(keys):
        return keys
    times: Counter[str] = Counter()
    tagged = []
    for key in keys:
        tagged.append(f"{key}\n{times[key]}" if times[key] else key)
        times[key] += 1
    return tuple(tagged)


def _choose_columns(shapes: dict[Keys, int], *, gaps: bool) -> tuple[Keys, dict[Keys, int]]:
    """Take in shape after shape, the commonest first, where that saves something; then all that fit."""
    names: Keys = ()
    taken: dict[Keys, int] = {}
    score = 0
    ordered = sorted(shapes, key=lambda keys: -shapes[keys])
    for keys in ordered[:_MAX_KEY_SETS]:
        merged = _merge_keys(names, keys)
        more = {**taken, keys: shapes[keys]}
        places = {name: place for place, name in enumerate(merged)}
        if merged and (gaps or not any(_gap_count(each, places) for each in more)):
            better = _saved_by_rows(merged, places, more)
            if better > score:
                names, taken, score = merged, more, better
    places = {name: place for place, name in enumerate(names)}
    for keys in ordered:
        if keys not in taken and _fits(keys, places) and (gaps or not _gap_count(keys, places)):
            worth = sum(map(_length, keys)) - _ABSENT_LENGTH * _gap_count(keys, places)
            if worth >= 0:
                taken[keys] = shapes[keys]
    return names, taken


def _merge_keys(names: Keys, keys: Keys) -> Keys:
    """Put keys among columns so that both keep their order; nothing where that cannot be."""
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
    """Count the columns that are empty before the last value of a row."""
    return places[keys[-1]] + 1 - len(keys) if keys else 0


def _saved_by_rows(names: Keys, places: dict[str, int], shapes: dict[Keys, int]) -> int:
    """Return the characters saved by rows under these columns, which have to be written too."""
    rows = sum(
        times * (sum(map(_length, keys)) - _ABSENT_LENGTH * _gap_count(keys, places)) for keys, times in shapes.items()
    )
    return rows - sum(map(_length, names))


def _length(name: str) -> int:
    """Characters of a key and its colon, or of a column and its comma."""
    return len(name.partition("\n")[0]) + 1


def _infer_inner(
    lexemes: Sequence[str], found: dict[int, Container], values: Sequence[int], *, gaps: bool, depth: int
) -> tuple[TableSchema, list[int]] | None:
    """Return what the objects in a column share, and the arrays they are in if they are, where it saves something.

    An array in such a column, or in an array of such a column, would be taken for a row: then there is none.
    """
    if depth == MAX_DEPTH:
        return None
    objects = [at for at in values if lexemes[at] == "{"]
    arrays = [at for at in values if lexemes[at] == "["]
    if arrays:
        items = [item for at in arrays for item in found[at].items]
        if any(lexemes[item] == "[" for item in items):
            return None
        objects = [item for item in items if lexemes[item] == "{"]
    if len(objects) < 2:
        return None
    shape = infer_schema(lexemes, found, objects, gaps=gaps, depth=depth + 1)
    cost = _INNER_LENGTH + 2 * bool(arrays)
    if shape is None or shape.saved <= cost:
        return None
    return TableSchema(shape.columns, shape.rows, shape.own_rows, shape.lists, shape.saved - cost), arrays
