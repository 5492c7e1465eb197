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
_QUARTER = f"CAST(time AS INTEGER) / {SECONDS}"


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


MIGRATIONS = (m001_sums,)


def grouped(dimensions: Sequence[str], where: str) -> str:
    """Return a query of the ledger's entries, grouped by these dimensions together, and by how long they took."""
    sources = dict.fromkeys(source for each in dimensions for source in _SOURCES.get(each, (each,)))
    measures = ", ".join(f"{expression} AS {name}" for name, expression in MEASURES.items())
    keys = range(1, len(sources) + 3)
    return (
        f"SELECT {_QUARTER} AS quarter, {_bin()} AS bin, {', '.join(sources)}, {measures}"  # noqa: S608 - the constants
        f" FROM ledger.entries WHERE {where} GROUP BY {', '.join(map(str, keys))}"
    )


def by_dimension(dimension: str, groups: str) -> str:
    """Return a query of the sums of one dimension over what `grouped` yields."""
    expressions = DIMENSIONS[dimension]
    keys = ", ".join(f"{expression} AS {key}" for expression, key in zip(_padded(expressions), KEYS, strict=True))
    measures = ", ".join(f"sum({name}) AS {name}" for name in MEASURES)
    latencies = ", ".join(
        f"sum(CASE WHEN bin = {number} THEN calls ELSE 0 END) AS {name}" for number, name in enumerate(LATENCIES)
    )
    source = f"{groups} AS grouped" + (", json_each(grouped.tags) AS tag" if dimension == "tag" else "")
    return (
        f"SELECT '{dimension}' AS dimension, quarter, {keys}, {measures}, {latencies}"  # noqa: S608 - the constants
        f" FROM {source} WHERE true GROUP BY 2, 3, 4, 5, 6"
    )


def _padded(expressions: Sequence[str]) -> tuple[str, ...]:
    return (*expressions, *["''"] * (len(KEYS) - len(expressions)))


def _bin() -> str:
    """Return the expression of an entry's bin of `latency`; NULL for one without a completion, or of a batch."""
    return f"CASE WHEN status IN ('paid', 'truncated') AND batch IS NULL THEN {_search(0, len(BOUNDARIES))} END"


def _search(low: int, high: int) -> str:
    """Return the expression of the number of boundaries, among those from one to another, that the time reaches."""
    if low == high:
        return str(low)
    middle = (low + high) // 2
    return (
        f"CASE WHEN seconds < {BOUNDARIES[middle]!r} THEN {_search(low, middle)} ELSE {_search(middle + 1, high)} END"
    )
