"""`scrimp cost saved`: what runs saved against their baselines, by cause."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.billing.cost_report import RunSavings
from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.flags.since import since_start
from scrimp.cli.printing import print_json, print_line, print_table
from scrimp.cli.session import open_session
from scrimp.store.ledger_queries.run_savings import run_savings
from scrimp.units import format_count, format_dollars, format_percent, pluralize

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def saved(
    since: Annotated[
        str | None, typer.Option(metavar="30d|DATE", help="Only runs that began within this time, or since this day.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what runs saved against their baselines, by cause.

    It adds up the bills of scrimp run and of the calls of scrimp ask, as scrimp runs show has them: rows that could be
    compared, and what the calls of rows that failed cost. A cause below zero cost more than it saved. Runs that were
    killed have no bill, and answers of scrimp ask from the cache leave none.
    """
    with open_session() as session:
        session.services.stores.recover()
        start = since_start(since, session.services.clock())
        savings = run_savings(session.services.paths.ledger_db, since=start)
        if as_json:
            print_json(_as_json(savings))
            return
        rows = [
            (cause, format_dollars(amount) if amount >= 0 else f"-{format_dollars(-amount)}", _share(savings, cause))
            for cause, amount in sorted(savings.by_cause.items(), key=lambda each: -each[1])
        ]
        print_table(("cause", "saved", "share"), rows, "lrr", session.out, empty="no run has saved anything yet")
        for line in _remarks(savings):
            print_line(line)


def _share(savings: RunSavings, cause: str) -> str:
    return format_percent(float(savings.by_cause[cause] / savings.baseline_cost), 1) if savings.baseline_cost else ""


def _remarks(savings: RunSavings) -> list[str]:
    remarks = []
    if savings.rows:
        about = "about " if savings.about else ""
        least = "at least " if savings.at_most else ""
        remarks.append(
            f"total {about}{format_dollars(savings.saved)}: {format_count(savings.rows)} rows cost "
            f"{least}{format_dollars(savings.cost)} instead of {about}{format_dollars(savings.baseline_cost)}"
        )
    if savings.unbilled:
        remarks.append(f"{pluralize(savings.unbilled, 'run')} without a bill: killed, or still running")
    return remarks


def _as_json(savings: RunSavings) -> dict[str, object]:
    return {
        "saved_usd": savings.saved, "baseline_cost_usd": savings.baseline_cost, "compared_cost_usd": savings.cost,
        "saved_by_usd": {cause.replace(" ", "_"): amount for cause, amount in savings.by_cause.items()},
        "rows": savings.rows, "runs": savings.runs, "runs_without_bill": savings.unbilled,
        "models": list(savings.models), "about": savings.about, "at_most": savings.at_most,
    }  # fmt: skip
