"""The calls of one run as the ledger has them, summed as a bill has its lines."""

from __future__ import annotations

from pathlib import Path

from scrimp.billing.call_sum import CallSum
from scrimp.store.encoding.dollars import dollars
from scrimp.store.ledger_connection import opened_ledger


def run_calls(ledger: Path, run: str, *, beyond: int = 0) -> list[CallSum]:
    """Return the sums of a run's calls by model, by who answered, by effort and by what came of them.

    None if it has no more calls than `beyond`: they are counted in a hundredth of the time.
    """
    with opened_ledger(ledger) as db:
        (calls,) = db.execute("SELECT count(*) FROM entries WHERE run = ?", (run,)).fetchone()
        if calls <= beyond:
            return []
        rows = db.execute(
            "SELECT provider || '/' || model, answered_by, effort,"
            " CASE WHEN status IN ('lost', 'failed') THEN status ELSE 'paid' END, count(*), coalesce(sum(input), 0),"
            " coalesce(sum(output), 0), coalesce(sum(cost_nano), 0), coalesce(sum(cost_pico), 0),"
            " sum(cost_nano IS NULL) FROM entries WHERE run = ? GROUP BY 1, 2, 3, 4",
            (run,),
        ).fetchall()
    return [
        CallSum(
            model=model, answered_by=answered_by, effort=effort, status=status, calls=calls, input=tokens_in,
            output=tokens_out, cost=dollars(nano, pico), unpriced=unpriced,
        )
        for model, answered_by, effort, status, calls, tokens_in, tokens_out, nano, pico, unpriced in rows
    ]  # fmt: skip
