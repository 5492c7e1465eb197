"""What other runs have appended to a ledger while one goes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from scrimp.store.encoding.dollars import dollars
from scrimp.store.ledger_connection import opened_ledger
from scrimp.store.ledger_queries.lost_calls import LOST_COLUMNS, LostCall, lost_call


class CallsBeside(Struct, frozen=True):
    """What a run's calls with a provider cost where that is known, and the others."""

    cost: Decimal  # dollars
    unknown: list[LostCall]


def newest_entry(ledger: Path) -> int:
    """Return the number of the entry that was appended last; 0 if there is none."""
    with opened_ledger(ledger) as db:
        ((newest,),) = db.execute("SELECT coalesce(max(id), 0) FROM entries").fetchall()
    return int(newest)


def calls_beside(
    ledger: Path, run: str, since: Mapping[str, float], *, after: int, until: int
) -> dict[tuple[str, str], CallsBeside]:
    """Return the calls of all runs but this one, by provider and run, each provider's from a moment on."""
    return _calls(ledger, since, "id > ? AND id <= ? AND run <> ?", (after, until, run))


def calls_of(ledger: Path, run: str, since: Mapping[str, float], *, until: int) -> dict[tuple[str, str], CallsBeside]:
    """Return the calls of one run in the same way."""
    return _calls(ledger, since, "id <= ? AND run = ?", (until, run))


def _calls(
    ledger: Path, since: Mapping[str, float], which: str, values: tuple[int | str, ...]
) -> dict[tuple[str, str], CallsBeside]:
    found = {}
    with opened_ledger(ledger) as db:
        for provider, begin in since.items():
            of_provider = f"{which} AND provider = ? AND time >= ?"
            sums = db.execute(
                "SELECT run, coalesce(sum(cost_nano), 0), coalesce(sum(cost_pico), 0), sum(cost_nano IS NULL)"
                f" FROM entries WHERE {of_provider} GROUP BY run",
                (*values, provider, begin),
            ).fetchall()
            for run, nano, pico, unknown in sums:
                lost = db.execute(
                    f"SELECT {LOST_COLUMNS} FROM entries WHERE {of_provider} AND run = ? AND cost_nano IS NULL",
                    (*values, provider, begin, run),
                ).fetchall() if unknown else ()  # fmt: skip
                found[provider, run] = CallsBeside(dollars(nano, pico), [lost_call(*row) for row in lost])
    return found
