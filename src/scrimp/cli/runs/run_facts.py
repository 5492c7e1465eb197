"""What is shown of a run: its command, how it ended, and what it cost."""

from __future__ import annotations

import shlex
from decimal import Decimal

from scrimp.cli.runs.run_state import run_state
from scrimp.cli.session import Session
from scrimp.render.estimates.estimate_error import error_of
from scrimp.store.ledger import Ledger, LedgerTotal
from scrimp.store.run_log import RunRecord
from scrimp.units import format_known_dollars, format_moment, known_or_none


def run_totals(session: Session, run: str) -> list[LedgerTotal]:
    """Return what the ledger knows of a run, by model."""
    with Ledger(session.services.paths.ledger_db) as ledger:
        return ledger.totals("model", run=run)


def state_of(session: Session, record: RunRecord) -> str:
    """Return in a word how far a run is."""
    return run_state(record, session.services.paths.failed_rows, session.services.clock())


def ending_of(session: Session, record: RunRecord) -> str:
    """Return the exit status of a run that has ended, the state of another."""
    state = state_of(session, record)
    return state if record.end is None else f"exit status {record.end.status}"


def total_cost(totals: list[LedgerTotal]) -> str:
    """Return the sum of what calls cost, with a mark if the cost of some is unknown."""
    unknown = sum(total.unpriced + total.lost for total in totals)
    return format_known_dollars(sum((total.cost for total in totals), Decimal(0)), unknown)


def command_line(record: RunRecord) -> str:
    """Return the command as it can be typed again; nothing for a run that is known by its calls alone."""
    return shlex.join(["scrimp", record.kind, *record.command] if record.kind else []).replace("'...'", "...")


def moment(when: float) -> str:
    """Return a time as it is shown, to the second."""
    return format_moment(when, "%Y-%m-%d %H:%M:%S")


def run_document(session: Session, record: RunRecord) -> dict[str, object]:
    """Return a run for a program; what a run without an end has spent is what the ledger knows of it."""
    end = record.end
    shown: dict[str, object] = {
        "run": record.run, "kind": record.kind, "state": state_of(session, record), "began": record.started,
        "ended": end.time if end else None, "status": end.status if end else None,
        "stopped": end.stopped if end else None, "folder": record.folder, "command": list(record.command),
    }  # fmt: skip
    if end is not None:
        return shown | {
            "rows": end.rows, "failed": end.failed, "calls": end.calls,
            "cost_usd": known_or_none(end.cost, end.unpriced), "unpriced_calls": end.unpriced,
            "bill": end.document, "estimate_error": error_of(end.document),
        }  # fmt: skip
    totals = run_totals(session, record.run)
    cost, unpriced = (
        sum((total.cost for total in totals), Decimal(0)),
        sum(each.unpriced + each.lost for each in totals),
    )
    return shown | {
        "rows": None, "failed": None, "calls": sum(total.calls for total in totals),
        "cost_usd": known_or_none(cost, unpriced), "unpriced_calls": unpriced, "bill": None,
    }  # fmt: skip
