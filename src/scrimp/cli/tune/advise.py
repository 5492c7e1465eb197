"""`scrimp tune advise`: what the ledger says cheaper models would have done."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from scrimp.cli.printing import document, line, show
from scrimp.cli.session import session
from scrimp.cli.tune.dataset import AsJson, begin_of
from scrimp.flows.tune.advice import Advice, advice
from scrimp.flows.tune.dataset import from_pairs
from scrimp.flows.tune.judge_labels import JUDGED
from scrimp.flows.tune.pair_collector import SHADOW
from scrimp.render.amounts import UNKNOWN, count, money
from scrimp.render.shares import percent, plural
from scrimp.store.ledger import Ledger
from scrimp.store.pairs import PairStore

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_SHOWN = 20
_OWN = (SHADOW, JUDGED)  # calls for tuning itself


@app.command()
def advise(
    since: Annotated[str, typer.Option(metavar="30d", help="Look at the calls since so long ago.")] = "30d",
    as_json: AsJson = False,
) -> None:
    """Say which dear calls cheaper models would have answered, and what that is worth a month.

    It looks at the ledger alone and calls nobody. Of a task with at least 20 gathered pairs it plays the safest policy
    that pays; of one without, it says what its calls cost and that nothing is known yet (scrimp tune shadow).
    """
    with session() as here:
        now = here.services.clock()
        begin = begin_of(since)
        path = here.services.paths.ledger_db
        ledger, pairs = Ledger(path), PairStore(path)
        try:
            tasks = [task for task in ledger.tasks(since=begin, exclude_route=SHADOW) if task.signature not in _OWN]
            found = list(advice(tasks, from_pairs(pairs.prompts()), now))
        finally:
            ledger.close()
            pairs.close()
        if as_json:
            document([_as_json(each) for each in found])
            return
        shown = [_row(each) for each in found[:_SHOWN]]
        headers = ("task", "model", "calls", "a month", "stays below", "worth a month", "by")
        show(headers, shown, "llrrrrl", here.out, empty="the ledger knows of no task yet: run some prompts first")
        worth = sum((each.worth for each in found if each.worth is not None), Decimal(0))
        if worth:
            line(f"together {money(worth)} a month; scrimp tune certify proves what may be applied")


def _row(each: Advice) -> tuple[str, ...]:
    task = each.task
    name = f"{task.signature} ({task.route})" if task.route and task.route != task.signature else task.signature
    by = f"{each.policy} ({plural(each.pairs, 'pair')})" if each.policy else "fewer than 20 pairs: scrimp tune shadow"
    return (
        name, task.model, count(task.calls), money(each.month), UNKNOWN if each.below is None else percent(each.below),
        money(each.worth),
        by,
    )  # fmt: skip


def _as_json(each: Advice) -> dict[str, object]:
    return {
        "signature": each.task.signature, "route": each.task.route, "model": each.task.model, "calls": each.task.calls,
        "cost_usd": each.task.cost, "month_usd": each.month, "policy": each.policy, "pairs": each.pairs,
        "below": each.below, "worth_usd": each.worth,
    }  # fmt: skip
