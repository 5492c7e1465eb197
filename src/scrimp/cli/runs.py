"""`scrimp runs`: earlier runs, their bills, and the input rows that failed in them."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from itertools import islice
from typing import Annotated

import typer

from scrimp.cli.flags import completions
from scrimp.cli.printing import print_json, print_line, print_rows, print_table
from scrimp.cli.results.run_record import recent_bills
from scrimp.cli.results.run_state import run_state, why_not_kept
from scrimp.cli.session import Session, open_session
from scrimp.enums import RunKind
from scrimp.errors import UsageError
from scrimp.render.estimate_error import error_of, expected_line
from scrimp.render.streams import StreamStyle
from scrimp.render.tables import narrowest_width
from scrimp.store.files.failed_rows import failed_rows, is_running
from scrimp.store.ledger import Ledger, LedgerTotal
from scrimp.store.run_log import RunLog, RunRecord
from scrimp.units import format_clock, format_count, format_known_dollars, known_or_none

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
_LAST = "last"
_MOST_LISTED = 20
# The name is aligned right, though all are equally long, because such columns are never cut.
_HEADERS, _ALIGN = (("run", "kind", "began", "took", "rows", "failed", "cost", "ended", "command"), "rllrrrrll")
# Left out one after the other where a terminal is too narrow: a run's name has the time, the others are in `show`.
_DISPENSABLE = ("began", "took", "command", "ended")

_RUN_HELP = "A run's id, or how it begins, or last: the latest run that has ended."
Run = Annotated[str, typer.Argument(metavar="RUN", help=_RUN_HELP, autocompletion=completions.runs)]
FailedRun = Annotated[str, typer.Argument(metavar="RUN", help=_RUN_HELP, autocompletion=completions.failed_runs)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def runs() -> None:
    """List earlier runs, with their bills and the rows that failed."""


@app.command(name="list")
def list_(
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="List at most N runs.")] = _MOST_LISTED, *,
    kind: Annotated[RunKind | None, typer.Option(help="List only runs of this command.")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """List runs, the latest first, by the ids that scrimp cost --by run has.

    Runs of scrimp run are recorded when they begin, with their inputs and flags; prompts of scrimp ask, after a call
    (answers from the cache leave no record). The texts of prompts, templates, system texts, schemas and checks are not
    recorded. A run without an end was killed, is still running, or is "elsewhere": it was merged before its end was
    known. Runs that are "not recorded" are known only by their calls in the ledger.
    """
    with open_session() as session, closing(RunLog(session.services.paths.ledger_db)) as log:
        session.services.stores.recover()
        records = log.latest_known(limit) if kind is None else log.latest(limit, kind)
        if as_json:
            print_json([_as_json(session, record) for record in records])
            return
        cells = [_cells(session, record) for record in records]
        headers, rows, align = _fitted(_HEADERS, cells, _ALIGN, session.out)
        print_table(
            headers, rows, align, session.out, empty="no run is recorded yet: `scrimp run` and `scrimp ask` add them"
        )


@app.command()
def show(
    run: Run, *, as_json: Json = False,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a page of the run to FILE instead; - is stdout.")
    ] = None,
) -> None:  # fmt: skip
    """Show a run: its command, how it ended, and its bill as it was printed.

    What its called rows were expected to cost by what was known when it began is shown beside what was paid for them,
    with the mean error of the latest runs.

    For a run that was killed or not recorded, show its calls in the ledger.
    """
    with open_session() as session:
        session.services.stores.recover()
        record = _find(session, run)
        if html is not None:
            _write_page(session, record, html)
            return
        if as_json:
            print_json(_as_json(session, record))
            return
        end = record.end
        print_line(f"run      {record.run}")
        print_line(f"began    {_moment(record.started)}{' in ' + record.folder if record.folder else ''}")
        if record.kind:
            print_line(f"command  {_command(record)}")
        print_line(f"ended    {_moment(end.time) + ', ' if end else ''}{_ending(session, record)}")
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
            [_ledger_cells(total) for total in _totals(session, record.run)], "lrrrrrr", session.out,
            empty="the ledger has no calls of this run",
        )  # fmt: skip


@app.command()
def errors(run: FailedRun) -> None:
    """Print the input rows that failed in a run, to be sent again.

    For instance: scrimp runs errors last | scrimp run -

    JSON rows are printed as they were, byte for byte if their file has not changed; rows of tables become JSON with the
    same columns, and lines stay lines. Give the flags of the run again: scrimp runs show prints them. Failed rows are
    kept for 30 days, in files that only their owner can read.
    """
    with open_session() as session:
        record, folder = _find(session, run, "run"), session.services.paths.failed_rows
        if failed_rows(folder, record.run) is None:
            if (error := why_not_kept(record, folder, session.services.clock())) is not None:
                raise error
            session.messages.note(f"no row failed in {record.run}")
            return
        from scrimp.flows.resend import input_lines  # noqa: PLC0415 - only where there are such rows

        print_rows(input_lines(lambda: failed_rows(folder, record.run) or iter(())))


@app.command()
def merge(
    ledgers: Annotated[
        list[str], typer.Argument(metavar="LEDGER...", help="Homes of other machines (SCRIMP_HOME), or ledger files.")
    ], *, as_json: Json = False,
) -> None:  # fmt: skip
    """Add the calls and runs in ledgers of other machines to this one, so that costs are summed in one place.

    Every call is added once, by its id, however often and in whatever order ledgers are merged: merge again to have
    what came since. The others stay as they are, also those of an older scrimp or of runs that go on; of a call that
    one ledger has as lost and another knows the end of, the end stays. Nothing else is merged: for completions, see
    scrimp cache export; failed rows stay with the run that they failed in.

    With another SCRIMP_HOME the sums of some machines are kept apart from your own.
    """
    from scrimp.cli.results.merged_ledgers import merge_all  # noqa: PLC0415 - for this command alone

    with open_session() as session:
        session.services.stores.recover()
        raise typer.Exit(merge_all(session, ledgers, as_json=as_json))


def _write_page(session: Session, record: RunRecord, file: str) -> None:
    from scrimp.cli.cost.ledger_sums import open_sums, the_flagships  # noqa: PLC0415 - only for a page
    from scrimp.cli.cost.page_file import write_page  # noqa: PLC0415 - as above
    from scrimp.flows.spend.cost_report import run_report  # noqa: PLC0415 - as above

    end = record.end
    facts = [("began", f"{_moment(record.started)}{' in ' + record.folder if record.folder else ''}")]
    facts += [("command", _command(record))] if record.kind else []
    facts.append(("ended", f"{_moment(end.time) + ', ' if end else ''}{_ending(session, record)}"))
    if end is not None:
        facts += [("stopped", end.stopped)] if end.stopped else []
        facts += [("rows", f"{format_count(end.rows)}, {format_count(end.failed)} of them failed")]
    with open_sums(session) as sums:
        report = run_report(
            sums, record.run, now=session.services.clock(), flagships=the_flagships(session), facts=facts,
            bill=end.bill if end else "",
        )  # fmt: skip
    write_page(report, file, session)


def _find(session: Session, name: str, kind: RunKind | None = None) -> RunRecord:
    """Return the run of that name, `last` of that kind; raise UsageError where there is none, or several."""
    with closing(RunLog(session.services.paths.ledger_db)) as log:
        if name == _LAST:
            # Not one that is running: `scrimp runs errors last | scrimp run -` starts the next one at the same time.
            ended = (record for record in log.latest(1000, kind) if record.end or not _is_running(session, record.run))
            found = list(islice(ended, 1))
        else:
            found = log.matching(name) if name else []
    found = found or _unrecorded(session, name)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{name} matches {len(found)} runs: give more of {', '.join(each.run for each in found[:5])}")
    raise UsageError(f"there is no run {name}: `scrimp runs list` shows them")


def _unrecorded(session: Session, name: str) -> list[RunRecord]:
    """Return the runs of the ledger alone: of `scrimp tune`, of an `ask` that was killed, or from before records."""
    if not name or name == _LAST:
        return []
    with closing(Ledger(session.services.paths.ledger_db)) as ledger:
        known = ledger.runs(beginning_with=name)
    return [RunRecord(run=run, kind=None, started=began, folder="", command=()) for run, began in known]


def _totals(session: Session, run: str) -> list[LedgerTotal]:
    with closing(Ledger(session.services.paths.ledger_db)) as ledger:
        return ledger.totals("model", run=run)


def _is_running(session: Session, run: str) -> bool:
    return is_running(session.services.paths.failed_rows, run)


def _state(session: Session, record: RunRecord) -> str:
    return run_state(record, session.services.paths.failed_rows, session.services.clock())


def _ending(session: Session, record: RunRecord) -> str:
    state = _state(session, record)
    return state if record.end is None else f"exit status {record.end.status}"


def _fitted(
    headers: Sequence[str], rows: Sequence[Sequence[str]], align: str, style: StreamStyle
) -> tuple[Sequence[str], Sequence[Sequence[str]], str]:
    """Return the columns of a table that fit a terminal with every run's name whole; all of them in a pipe."""
    left_out = 0
    while True:
        kept = [place for place, header in enumerate(headers) if header not in _DISPENSABLE[:left_out]]
        fitted = tuple(headers[place] for place in kept), [[row[place] for place in kept] for row in rows]
        sides = "".join(align[place] for place in kept)
        if not style.terminal or left_out == len(_DISPENSABLE) or narrowest_width(*fitted, sides) <= style.width:
            return *fitted, sides
        left_out += 1


def _cells(session: Session, record: RunRecord) -> tuple[str, ...]:
    end, began = record.end, time.strftime("%m-%d %H:%M", time.localtime(record.started))
    if end is None:
        cost = _cost(_totals(session, record.run))
        return (record.run, record.kind or "", began, "", "", "", cost, _state(session, record), _command(record))
    took = format_clock(max(0.0, end.time - record.started))
    cost = format_known_dollars(end.cost, end.unpriced)
    ended = "ok" if not end.status else f"status {end.status}"
    return (
        record.run, record.kind or "", began, took, format_count(end.rows),
        format_count(end.failed) if end.failed else "", cost, ended, _command(record),
    )  # fmt: skip


def _ledger_cells(total: LedgerTotal) -> tuple[str, ...]:
    numbers = (total.calls, total.failed, total.lost, total.input, total.output)
    return (total.label, *map(format_count, numbers), _cost([total]))


def _cost(totals: list[LedgerTotal]) -> str:
    unknown = sum(total.unpriced + total.lost for total in totals)
    return format_known_dollars(sum((total.cost for total in totals), Decimal(0)), unknown)


def _command(record: RunRecord) -> str:
    return shlex.join(["scrimp", record.kind, *record.command] if record.kind else []).replace("'...'", "...")


def _moment(when: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(when))


def _as_json(session: Session, record: RunRecord) -> dict[str, object]:
    """Return a run for a program; what a run without an end has spent is what the ledger knows of it."""
    end = record.end
    shown: dict[str, object] = {
        "run": record.run, "kind": record.kind, "state": _state(session, record), "began": record.started,
        "ended": end.time if end else None, "status": end.status if end else None,
        "stopped": end.stopped if end else None, "folder": record.folder, "command": list(record.command),
    }  # fmt: skip
    if end is not None:
        return shown | {
            "rows": end.rows, "failed": end.failed, "calls": end.calls,
            "cost_usd": known_or_none(end.cost, end.unpriced), "unpriced_calls": end.unpriced,
            "bill": end.document, "estimate_error": error_of(end.document),
        }  # fmt: skip
    totals = _totals(session, record.run)
    cost, unpriced = (
        sum((total.cost for total in totals), Decimal(0)),
        sum(each.unpriced + each.lost for each in totals),
    )
    return shown | {
        "rows": None, "failed": None, "calls": sum(total.calls for total in totals),
        "cost_usd": known_or_none(cost, unpriced), "unpriced_calls": unpriced, "bill": None,
    }  # fmt: skip
