"""What other runs have appended to a ledger while one goes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from scrimp.store.database import store_errors
from scrimp.store.encoding.dollars import dollars
from scrimp.store.ledger_connection import connect_ledger
from scrimp.store.ledger_queries.lost_calls import LOST_COLUMNS, LostCall, lost_call

_OF_OTHERS = "id > ? AND id <= ? AND run <> ? AND provider = ? AND time >= ?"


class CallsBeside(Struct, frozen=True):
    """What calls cost where that is known, and the others."""

    cost: Decimal  # dollars
    unknown: list[LostCall]


def newest_entry(ledger: Path) -> int:
    """Return the number of the entry that was appended last; 0 where there is none."""
    with store_errors(ledger), closing(connect_ledger(ledger)) as db:
        ((newest,),) = db.execute("SELECT coalesce(max(id), 0) FROM entries").fetchall()
    return int(newest)


def calls_beside(
    ledger: Path, run: str, since: Mapping[str, float], *, after: int, until: int
) -> dict[str, CallsBeside]:
    """Return the calls of other runs with these providers, each from a moment on, by the numbers of their entries."""
    found = {}
    with store_errors(ledger), closing(connect_ledger(ledger)) as db:
        for provider, begin in since.items():
            of_others = (after, until, run, provider, begin)
            ((nano, pico),) = db.execute(
                "SELECT coalesce(sum(cost_nano), 0), coalesce(sum(cost_pico), 0) FROM entries"
                f" WHERE {_OF_OTHERS} AND cost_nano IS NOT NULL",
                of_others,
            ).fetchall()
            unknown = db.execute(
                f"SELECT {LOST_COLUMNS} FROM entries WHERE {_OF_OTHERS} AND cost_nano IS NULL", of_others
            ).fetchall()
            found[provider] = CallsBeside(dollars(nano, pico), [lost_call(*row) for row in unknown])
    return found
