"""`scrimp cost budget`: what runs have spent of a shared budget, and what they may spend yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scrimp.cli.printing import print_json, print_line, print_table
from scrimp.cli.session import open_session
from scrimp.units import format_dollars, pluralize

if TYPE_CHECKING:
    from scrimp.shared.budget import BudgetOverview

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def budget(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The budget, as --budget names it.")],
    clear: Annotated[
        bool, typer.Option("--clear", help="Let it begin anew, at nothing spent; runs that are using it stop.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what was spent of a budget that runs share, and the runs that have a part of it.

    A run that has ended has no line, but what it spent counts. One that is silent may have been killed: what it may
    spend stays its own until scrimp looks, with this command or in a run of the budget, where its ledger is. A job of
    batches has a line until all of its calls have come back and `scrimp batch fetch` has looked.
    """
    from scrimp.flows.engine.shared_limits import budget_link, limits_server  # where a server is asked

    with open_session() as session:
        server = limits_server(session.services, f"the budget {name}")
        try:
            link = budget_link(session.services, server, name)
            link.settle_dead()
            if clear:
                found = link.clear()
                print_line(f"the budget {name} begins anew" if found else f"nothing was spent of the budget {name}")
                return
            overview = link.server.look()
        finally:
            server.close()
        if as_json:
            print_json(_as_json(overview))
            return
        rows = [
            (each.run, format_dollars(each.spent), format_dollars(each.allowance - each.spent), f"{each.silent:.0f} s")
            for each in (overview.runs if overview is not None else ())
        ]
        if rows:
            print_table(("run", "spent", "may spend", "silent"), rows, "lrrr", session.out)
        print_line(_sum(name, overview))


def _sum(name: str, overview: BudgetOverview | None) -> str:
    if overview is None:
        return f"nothing was spent of the budget {name}"
    said = f"{format_dollars(overview.spent)} spent of the budget {name}"
    left = overview.committed - overview.spent
    return f"{said}, and up to {format_dollars(left)} by {pluralize(len(overview.runs), 'run')}" if left else said


def _as_json(overview: BudgetOverview | None) -> dict[str, object]:
    return {
        "spent_usd": overview.spent if overview is not None else 0,
        "may_spend_usd": overview.committed - overview.spent if overview is not None else 0,
        "runs": [
            {
                "run": each.run, "spent_usd": each.spent, "may_spend_usd": each.allowance - each.spent,
                "silent_seconds": each.silent,
            }
            for each in (overview.runs if overview is not None else ())
        ],
    }  # fmt: skip
