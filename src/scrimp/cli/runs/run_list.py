"""`scrimp runs list`: a line for each run, as wide as the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.printing import print_json, print_table
from scrimp.cli.runs.run_facts import command_line, run_document, run_totals, state_of, total_cost
from scrimp.cli.session import Session, open_session
from scrimp.enums import RunKind
from scrimp.store.run_log import RunLog, RunRecord
from scrimp.units import format_clock, format_count, format_known_dollars, format_moment

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_MOST_LISTED = 20
# The name is aligned right, though all are equally long, because such columns are never cut.
_HEADERS, _ALIGN = (("run", "kind", "began", "took", "rows", "failed", "cost", "ended", "command"), "rllrrrrll")
# Left out one after the other where a terminal is too narrow: a run's name has the time, the others are in `show`.
_DISPENSABLE = ("began", "took", "command", "ended", "kind", "rows", "failed")


@app.command(name="list")
def list_(
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="List at most N runs.")] = _MOST_LISTED, *,
    kind: Annotated[RunKind | None, typer.Option(help="List only runs of this command.")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """List runs, the latest first, by the ids that scrimp cost --by run has.

    Runs of scrimp run are recorded when they begin, with their inputs and flags; prompts of scrimp ask, after a call
    (answers from the cache leave no record). The texts of prompts, templates, system texts, schemas and checks are not
    recorded. A run without an end was killed, is still running, or is "elsewhere": it was merged before its end was
    known. Runs that are "not recorded" are known only by their calls in the ledger.
    """
    with open_session() as session, RunLog(session.services.paths.ledger_db) as log:
        session.services.stores.recover()
        records = log.latest_known(limit) if kind is None else log.latest(limit, kind)
        if as_json:
            print_json([run_document(session, record) for record in records])
            return
        cells = [_cells(session, record) for record in records]
        print_table(
            _HEADERS, cells, _ALIGN, session.out, dispensable=_DISPENSABLE,
            empty="no run is recorded yet: `scrimp run` and `scrimp ask` add them",
        )  # fmt: skip


def _cells(session: Session, record: RunRecord) -> tuple[str, ...]:
    end, began = record.end, format_moment(record.started, "%m-%d %H:%M")
    if end is None:
        cost = total_cost(run_totals(session, record.run))
        return (record.run, record.kind or "", began, "", "", "", cost, state_of(session, record), command_line(record))
    took = format_clock(max(0.0, end.time - record.started))
    cost = format_known_dollars(end.cost, end.unpriced)
    ended = "ok" if not end.status else f"status {end.status}"
    return (
        record.run, record.kind or "", began, took, format_count(end.rows),
        format_count(end.failed) if end.failed else "", cost, ended, command_line(record),
    )  # fmt: skip
