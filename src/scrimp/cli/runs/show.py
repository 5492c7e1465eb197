"""`scrimp runs show`: one run, its command, its end and its bill."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.observers.run_record import recent_bills
from scrimp.cli.printing import print_json, print_line, print_table
from scrimp.cli.runs.find_run import Run, find_run
from scrimp.cli.runs.run_facts import command_line, ending_of, moment, run_document, run_totals, total_cost
from scrimp.cli.session import Session, open_session
from scrimp.render.estimates.estimate_error import expected_line
from scrimp.store.ledger import LedgerTotal
from scrimp.store.run_log import RunRecord
from scrimp.units import format_count

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def show(
    run: Run, *, as_json: AsJson = False,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a page of the run to FILE instead; - is stdout.")
    ] = None,
) -> None:  # fmt: skip
    """Show a run: its command, how it ended, and its bill as it was printed.

    For the rows that were called, it compares the cost expected when the run began with the cost paid, and shows the
    mean error of the latest runs.

    For a run that was killed or not recorded, show its calls in the ledger.
    """
    with open_session() as session:
        session.services.stores.recover()
        record = find_run(session, run)
        if html is not None:
            _write_page(session, record, html)
            return
        if as_json:
            print_json(run_document(session, record))
            return
        end = record.end
        print_line(f"run      {record.run}")
        print_line(f"began    {moment(record.started)}{' in ' + record.folder if record.folder else ''}")
        if record.kind:
            print_line(f"command  {command_line(record)}")
        print_line(f"ended    {moment(end.time) + ', ' if end else ''}{ending_of(session, record)}")
        if end is not None and end.stopped:
            print_line(f"         {end.stopped}")
        if end is not None and (expected := expected_line(end.document, recent_bills(session))):
            print_line(f"expected {expected}")
        print_line("")
        if end is not None:
            print_line(end.bill)
            return
        print_table(
            ("model", "calls", "failed", "lost", "tokens in", "out", "cost"),
            [_ledger_cells(total) for total in run_totals(session, record.run)], "lrrrrrr", session.out,
            empty="the ledger has no calls of this run",
        )  # fmt: skip


def _write_page(session: Session, record: RunRecord, file: str) -> None:
    from scrimp.cli.cost.ledger_sums import open_sums, the_flagships  # only for a page
    from scrimp.cli.cost.page_file import write_page
    from scrimp.flows.spend.cost_report import run_report

    end = record.end
    facts = [("began", f"{moment(record.started)}{' in ' + record.folder if record.folder else ''}")]
    facts += [("command", command_line(record))] if record.kind else []
    facts.append(("ended", f"{moment(end.time) + ', ' if end else ''}{ending_of(session, record)}"))
    if end is not None:
        facts += [("stopped", end.stopped)] if end.stopped else []
        facts += [("rows", f"{format_count(end.rows)}, {format_count(end.failed)} of them failed")]
    with open_sums(session) as sums:
        report = run_report(
            sums, record.run, now=session.services.clock(), flagships=the_flagships(session), facts=facts,
            bill=end.bill if end else "",
        )  # fmt: skip
    write_page(report, file, session)


def _ledger_cells(total: LedgerTotal) -> tuple[str, ...]:
    numbers = (total.calls, total.failed, total.lost, total.input, total.output)
    return (total.label, *map(format_count, numbers), total_cost([total]))
