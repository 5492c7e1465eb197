"""`scrimp tune advise`: what cheaper models would save on the calls in the ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.flags.since import since_start
from scrimp.cli.printing import print_json, print_line, print_table
from scrimp.cli.session import open_session
from scrimp.flows.tune.advice import MIN_PAIRS, PER, Advice, task_advice
from scrimp.flows.tune.labels.judge import JUDGE_ROUTE
from scrimp.flows.tune.pairs.pair_collector import SHADOW_ROUTE, WATCH_ROUTE
from scrimp.flows.tune.recorded_rows import rows_from_pairs
from scrimp.store.ledger import Ledger
from scrimp.store.tuning.pairs import PairStore
from scrimp.units import (
    UNKNOWN,
    format_count,
    format_dollars,
    format_known_dollars,
    format_percent,
    known_or_none,
    pluralize,
)

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_MAX_ROWS = 20
_TUNING_ROUTES = (SHADOW_ROUTE, WATCH_ROUTE, JUDGE_ROUTE)  # routes of calls made for tuning itself


@app.command()
def advise(
    since: Annotated[str, typer.Option(metavar="30d", help="Only calls sent within this time.")] = "30d",
    as_json: AsJson = False,
) -> None:
    """Show which expensive calls cheaper models could have answered, and what that would save.

    Reads the ledger alone and calls no API. For a task with at least 20 pairs it replays the safest policy that saves;
    for others it shows what the calls cost and that pairs are missing (scrimp tune shadow).

    Costs are those of 1,000 calls. What a month costs is shown only for tasks with calls on at least four days over at
    least a week: one run says nothing of how often there will be another.
    """
    with open_session() as session:
        path = session.services.paths.ledger_db
        with Ledger(path) as ledger, PairStore(path) as pairs:
            start = since_start(since, session.services.clock())
            tasks = [
                task
                for task in ledger.tasks(since=start, exclude_routes=(SHADOW_ROUTE, WATCH_ROUTE))
                if task.signature not in _TUNING_ROUTES
            ]
            advice = list(task_advice(tasks, rows_from_pairs(pairs.prompts()), session.services.clock()))
        if as_json:
            print_json([_as_json(one) for one in advice])
            return
        rows = [_row(one) for one in advice[:_MAX_ROWS]]
        headers = ("task", "model", "calls", "days", "per 1,000", "saves", "a month", "stays below", "by")
        print_table(
            headers, rows, "llrrrrrrl", session.out, empty="the ledger knows of no task yet: run some prompts first"
        )
        if mixed := sorted({one.task.model for one in advice if one.task.efforts}):
            session.messages.note(
                f"calls of {', '.join(mixed)} at several efforts are added up: scrimp cost --by arm has each"
            )
        saving = sum((one.monthly_saving for one in advice if one.monthly_saving is not None), Decimal(0))
        if saving:
            print_line(
                f"together they save {format_dollars(saving)} a month; scrimp tune certify proves which routes may be "
                "applied"
            )


def _row(advice: Advice) -> tuple[str, ...]:
    task = advice.task
    name = f"{task.signature} ({task.route})" if task.route and task.route != task.signature else task.signature
    pairs = pluralize(advice.pairs, "pair")
    by = f"{advice.policy} ({pairs})" if advice.policy else f"fewer than {MIN_PAIRS} pairs: scrimp tune shadow"
    below = UNKNOWN if advice.below is None else format_percent(advice.below)
    month = "" if advice.monthly_cost is None else format_known_dollars(advice.monthly_cost, task.unpriced)
    counts = format_count(task.calls), format_count(task.days)
    return name, task.model, *counts, format_dollars(advice.cost), format_dollars(advice.saving), month, below, by


def _as_json(advice: Advice) -> dict[str, object]:
    task = advice.task
    return {
        "signature": task.signature, "route": task.route, "model": task.model, "calls": task.calls,
        "cost_usd": known_or_none(task.cost, task.unpriced),
        "days": task.days, f"per_{PER}_usd": advice.cost, f"saves_per_{PER}_usd": advice.saving,
        "month_usd": None if advice.monthly_cost is None else known_or_none(advice.monthly_cost, task.unpriced),
        "policy": advice.policy, "pairs": advice.pairs, "below": advice.below, "worth_usd": advice.monthly_saving,
        "unpriced_calls": task.unpriced, "efforts": [effort or None for effort in task.efforts],
    }  # fmt: skip
