"""`scrimp runs merge`: the calls and runs of other machines, a line for each ledger."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.printing import print_json, print_line
from scrimp.cli.session import Session, open_session
from scrimp.errors import InputError, StoreError, UsageError
from scrimp.units import format_count, format_known_dollars, known_or_none, pluralize

if TYPE_CHECKING:
    from scrimp.store.merging.merge import MergedLedger

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def merge(
    ledgers: Annotated[
        list[str], typer.Argument(metavar="LEDGER...", help="Homes of other machines (SCRIMP_HOME), or ledger files.")
    ], *, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Add the calls and runs in ledgers of other machines to this one, so that costs are summed in one place.

    Every call is added once, by its id, however often and in whatever order ledgers are merged: merge again to add
    what came since. The other ledgers are not changed, and may be those of an older scrimp or of runs that go on. If a
    call is lost in one ledger and another knows its outcome, the outcome is kept. Nothing else is merged: for
    completions, see scrimp cache export; failed rows stay where they failed.

    With another SCRIMP_HOME the sums of some machines are kept apart from your own.
    """
    with open_session() as session:
        session.services.stores.recover()
        raise typer.Exit(_merge_all(session, ledgers, as_json=as_json))


def _merge_all(session: Session, names: Sequence[str], *, as_json: bool) -> int:
    """Merge ledgers one after the other, whatever becomes of the others; return the exit status."""
    from scrimp.flows.stores.merge import merge as merge_ledger  # for this command alone

    status, merged = 0, list["MergedLedger"]()
    for name in names:
        try:
            found, journals = merge_ledger(session.services.paths, name)
        except (InputError, StoreError, UsageError) as error:
            session.messages.error(str(error))
            status = error.exit_status
            continue
        merged.append(found)
        if as_json:
            print_json({"ledger": name} | _document(found))
        else:
            print_line(f"{name}: {_sentence(found)}")
        if journals:
            session.messages.note(
                f"{name}: the last calls of {pluralize(journals, 'run')} still going or killed are not in its "
                "ledger yet: run `scrimp runs list` there, then merge it again"
            )
    if len(merged) > 1 and not as_json:
        calls, cost = sum(each.calls for each in merged), sum((each.cost for each in merged), Decimal(0))
        unpriced = sum(each.unpriced for each in merged)
        print_line(f"together: {pluralize(calls, 'new call')}, {format_known_dollars(cost, unpriced)}")
    return status


def _sentence(merged: MergedLedger) -> str:
    cost = format_known_dollars(merged.cost, merged.unpriced)
    parts = [f"{pluralize(merged.calls, 'new call')} and {pluralize(merged.runs, 'new run')}, {cost}"]
    if merged.known:
        parts.append(f"{pluralize(merged.known, 'call')} {'was' if merged.known == 1 else 'were'} here")
    if merged.settled:
        parts.append(f"{format_count(merged.settled)} of them lost, and known there")
    if merged.unended:
        parts.append(f"{pluralize(merged.unended, 'run')} without an end")
    return "; ".join(parts)


def _document(merged: MergedLedger) -> dict[str, object]:
    return {
        "calls": merged.calls, "runs": merged.runs, "cost_usd": known_or_none(merged.cost, merged.unpriced),
        "unpriced_calls": merged.unpriced, "known_calls": merged.known, "settled_calls": merged.settled,
        "unended_runs": merged.unended,
    }  # fmt: skip
