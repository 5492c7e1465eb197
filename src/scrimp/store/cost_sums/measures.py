"""What is summed, and by what: expressions over the entries of the ledger, and the table of their sums."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from scrimp.billing.latency import BINS, BOUNDARIES

# Every time zone of today is a whole number of quarters off UTC, so days and hours of any zone are made of them.
SECONDS = 900

# What is counted of a group of entries. All can be added up.
MEASURES: Mapping[str, str] = {
    "calls": "count(*)",
    "failed": "sum(status = 'failed')",
    "lost": "sum(status = 'lost')",
    "truncated": "sum(status = 'truncated')",
    **{name: f"coalesce(sum({name}), 0)" for name in ("input", "output", "cache_read", "cache_write", "reasoning")},
    "nano": "coalesce(sum(cost_nano), 0)",
    "pico": "coalesce(sum(cost_pico), 0)",
    "unpriced": "sum(cost_nano IS NULL AND status IN ('paid', 'truncated'))",
    "chained": "count(escalated)",
    "escalated": "coalesce(sum(escalated), 0)",
    "numbered": "count(attempt)",
    "rows": "coalesce(sum(attempt = 0), 0)",
    "retries": "coalesce(sum(retry), 0)",
    "numbered_nano": "coalesce(sum(CASE WHEN attempt IS NOT NULL THEN cost_nano END), 0)",
    "numbered_pico": "coalesce(sum(CASE WHEN attempt IS NOT NULL THEN cost_pico END), 0)",
    "numbered_unknown": "sum(attempt IS NOT NULL AND (status = 'lost' OR (cost_nano IS NULL AND status <> 'failed')))",
}
LATENCIES = tuple(f"seconds_{number}" for number in range(BINS))
COLUMNS = (*MEASURES, *LATENCIES)

MEASURED = (  # the columns that they are made of
    "status", "input", "output", "cache_read", "cache_write", "reasoning", "cost_nano", "cost_pico", "escalated",
    "attempt", "retry",
)  # fmt: skip

# Of these a config has a few values; the others may be different in every call.
BOUNDED = ("arm", "status", "tier", "chain")
# What entries are summed by, each apart from the others: the sum of their numbers of values, and not their product,
# decides how many sums there are. A key has up to four parts.
KEYS = ("a", "b", "c", "d")
DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "arm": ("provider", "model", "coalesce(effort, '')", "coalesce(answered_by, '')"),
    "status": ("status",),
    "tier": ("coalesce(tier, '-')",),
    "chain": ("coalesce(chain, '-')",),
    "route": ("coalesce(route, '-')",),
    "user": ("coalesce(user, '-')",),
    "task": ("coalesce(signature, '-')",),
    "run": ("run",),
    "tag": ("tag.key", "tag.value"),
}
_SOURCES = {
    "arm": ("provider", "model", "effort", "answered_by"), "status": ("status",), "task": ("signature",),
    "tag": ("tags",),
}  # fmt: skip
QUARTER = f"CAST(time AS INTEGER) / {SECONDS}"


def m001_sums(db: sqlite3.Connection) -> None:
    """Create the table of sums, and of how far they go."""
    keys = ", ".join(f"{key} TEXT NOT NULL" for key in KEYS)
    columns = ", ".join(f"{column} INTEGER NOT NULL" for column in COLUMNS)
    db.execute(
        f"CREATE TABLE sums (dimension TEXT NOT NULL, quarter INTEGER NOT NULL, {keys}, {columns},"
        f" PRIMARY KEY (dimension, quarter, {', '.join(KEYS)})) WITHOUT ROWID"
    )
    # The newest entry in the sums, by its id and its name, and the newest change of entries that they follow.
    db.execute("CREATE TABLE reach (entry INTEGER NOT NULL, call TEXT NOT NULL, change INTEGER NOT NULL)")
    db.execute("INSERT INTO reach VALUES (0, '', 0)")


def m002_left_out(db: sqlite3.Connection) -> None:
    """Add the table of dimensions that have too many values to be worth their sums."""
    db.execute("CREATE TABLE left_out (dimension TEXT PRIMARY KEY) WITHOUT ROWID")


MIGRATIONS = (m001_sums, m002_left_out)


def grouped(dimensions: Sequence[str], where: str) -> str:
    """Return a query of the ledger's entries, summed by quarter and by what these dimensions are made of."""
    sources = sources_of(dimensions)
    keys = ", ".join(("quarter", *sources))
    return f"SELECT {', '.join((keys, *measures_of()))} FROM {_entries(sources, where)} GROUP BY {keys}"


def measured(
    dimension: str, keys: Sequence[str], where: str, *, only: str = "true", names: Sequence[str] = COLUMNS
) -> str:  # fmt: skip
    """Return a query of the ledger's entries, summed by keys of a dimension, or by quarter: these of the sums.

    The condition `only` is on the keys.
    """
    entries = f"{_entries(sources_of((dimension,)), where)} AS grouped"
    source = f"{entries}, json_each(grouped.tags) AS tag" if dimension == "tag" else entries
    named = ", ".join(f"{expression} AS {key}" for expression, key in zip(DIMENSIONS[dimension], KEYS, strict=False))
    read = ", ".join(dict.fromkeys(("quarter", "bin", *MEASURED)))
    columns = ", ".join((*keys, *measures_of(names)))
    return (
        f"SELECT {columns} FROM (SELECT {named}, {read} FROM {source} WHERE true) WHERE {only}"
        f" GROUP BY {', '.join(keys or ('NULL',))}"
    )


def sources_of(dimensions: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of the ledger that dimensions are made of."""
    return tuple(dict.fromkeys(source for each in dimensions for source in _SOURCES.get(each, (each,))))


def _entries(sources: Sequence[str], where: str) -> str:
    """Return a table of entries with their quarters and their bins, and without what is not needed of them."""
    # A limit, of none, keeps SQLite from putting the expression of the bin in place of each of its names.
    read = ", ".join(dict.fromkeys((*sources, *MEASURED)))  # not all: a column that is copied costs as much as a sum
    return f"(SELECT {read}, {QUARTER} AS quarter, {bin_of()} AS bin FROM ledger.entries WHERE {where} LIMIT -1)"


def measures_of(names: Sequence[str] = COLUMNS) -> list[str]:
    """Return the expressions of these sums, over entries with their bins."""
    measures = [f"{expression} AS {name}" for name, expression in MEASURES.items() if name in names]
    # With a filter a bin costs one comparison for each entry, and not a sum.
    bins = enumerate(LATENCIES)
    return measures + [f"count(*) FILTER (WHERE bin = {number}) AS {name}" for number, name in bins if name in names]


def kept_alone(dimension: str, where: str) -> str:
    """Return a query of the sums of one dimension over the ledger's entries, as `by_dimension` has them."""
    keys = KEYS[: len(DIMENSIONS[dimension])]
    padding = ", ".join(f"'' AS {key}" for key in KEYS[len(keys) :])
    names = ", ".join(("quarter", *keys, *((padding,) if padding else ()), *COLUMNS))
    return f"SELECT '{dimension}' AS dimension, {names} FROM ({measured(dimension, ('quarter', *keys), where)})"


def number_of_groups(dimensions: Sequence[str]) -> str:
    """Return a query of how many groups `grouped` would make of the first entries, a limited number, after an id."""
    keys = ", ".join(("quarter", *sources_of(dimensions)))
    entries = f"SELECT *, {QUARTER} AS quarter FROM ledger.entries WHERE id > ? ORDER BY id LIMIT ?"
    return f"SELECT count(*) FROM (SELECT DISTINCT {keys} FROM ({entries}))"


def share_of_values(dimension: str) -> str:
    """Return a query of how many entries there are, and how many sums of a dimension they would be.

    They are the first ones, a limited number, after an id.
    """
    keys = ", ".join(("quarter", *DIMENSIONS[dimension]))
    entries = f"(SELECT *, {QUARTER} AS quarter FROM ledger.entries WHERE id > ? ORDER BY id LIMIT ?)"
    return (
        f"SELECT coalesce(sum(calls), 0), count(*) FROM (SELECT count(*) AS calls FROM {_source(dimension, entries)}"
        f" WHERE true GROUP BY {keys})"
    )


def by_dimension(dimension: str, groups: str) -> str:
    """Return a query of the sums of one dimension over what `grouped` yields."""
    expressions = DIMENSIONS[dimension]
    keys = ", ".join(f"{expression} AS {key}" for expression, key in zip(_padded(expressions), KEYS, strict=True))
    sums = ", ".join(f"sum({name}) AS {name}" for name in COLUMNS)
    return (
        f"SELECT '{dimension}' AS dimension, quarter, {keys}, {sums}"
        f" FROM {_source(dimension, groups)} WHERE true GROUP BY 2, 3, 4, 5, 6"
    )


def _source(dimension: str, groups: str) -> str:
    return f"{groups} AS grouped" + (", json_each(grouped.tags) AS tag" if dimension == "tag" else "")


def _padded(expressions: Sequence[str]) -> tuple[str, ...]:
    return (*expressions, *["''"] * (len(KEYS) - len(expressions)))


def bin_of(status: str = "status") -> str:
    """Return the expression of an entry's bin of `latency`; NULL for one without a completion, or of a batch.

    The argument is how the column of its status is named.
    """
    return f"CASE WHEN {status} IN ('paid', 'truncated') AND batch IS NULL THEN {_search(0, len(BOUNDARIES))} END"


def _search(low: int, high: int) -> str:
    """Return the expression of the number of boundaries, among those from one to another, that the time reaches."""
    if low == high:
        return str(low)
    middle = (low + high) // 2
    return (
        f"CASE WHEN seconds < {BOUNDARIES[middle]!r} THEN {_search(low, middle)} ELSE {_search(middle + 1, high)} END"
    )
