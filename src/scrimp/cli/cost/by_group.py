"""`scrimp cost` without a subcommand: sums over the ledger, by group."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated

import typer
from msgspec.structs import asdict

from scrimp.cli.printing import print_json, print_line, print_table
from scrimp.cli.results.drift import check_drift
from scrimp.cli.session import Session, open_session
from scrimp.errors import UsageError
from scrimp.render.bill.amounts import abbreviate_count
from scrimp.render.streams import StreamStyle
from scrimp.render.tables import narrowest_width, wrap
from scrimp.store.ledger import GROUP_WORDS, GROUPS, Ledger, LedgerTotal
from scrimp.units import (
    UNKNOWN,
    format_count,
    format_dollars,
    format_known_dollars,
    known_or_none,
    parse_duration,
    pluralize,
)

_Number = Callable[[int], str]
_COLUMNS: Mapping[str, Callable[[LedgerTotal, _Number], str]] = {
    "calls": lambda total, number: number(total.calls),
    "failed": lambda total, number: number(total.failed),
    "lost": lambda total, number: number(total.lost),
    "tokens in": lambda total, number: number(total.input),
    "out": lambda total, number: number(total.output),
    "cost": lambda total, _: format_known_dollars(total.cost, _unknown_calls(total)),
    "unpriced": lambda total, number: number(total.unpriced) if total.unpriced else "",
    "escalated": lambda total, number: f"{number(total.escalated)}/{number(total.chained)}" if total.chained else "",
}
_TROUBLE = ("failed", "lost", "unpriced")
_OF_CALLS = ("model", "arm", "provider", "tier", "status")  # groups that divide the calls of a row


def _groups(incomplete: str) -> list[str]:
    return [word for word in GROUPS if word.startswith(incomplete)]


def cost(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(metavar="30d", help="Only calls sent within this time.")] = None,
    by: Annotated[
        str, typer.Option(metavar="WORD", help=f"What to group by: {GROUP_WORDS}.", autocompletion=_groups)
    ] = "model",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Print the alerts of [alerts] that are in force instead; exit 8 if any are.")
    ] = False,
) -> None:
    """Show what was paid, by model, tier, user or day.

    By chain, task, route, user, run, day or tag, 6/30 escalated are six of thirty rows of chains that were answered
    above their cheap models. Rows of earlier versions are not counted.

    By arm, the calls of a model at each effort are apart: a model that thinks longer costs more at the same price.

    The ledger has every call that was sent: paid, failed, truncated and lost. Calls of unknown price, and lost ones,
    which may have been billed, never count as zero: the sum of the others is marked with a +, and the total says "at
    least". Also warns of routes of scrimp tune apply that escalate much more or less often than when they were
    certified, and of levels of compression that later pairs contradict, and disables them.

    --check is for scripts: it prints each rule of [alerts] in the config that does not hold, with what to do, hands
    what was not told before to the command and the webhook named there, and exits with 8.
    """
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    if check:
        from scrimp.cli.cost.check import check_alerts  # noqa: PLC0415 - only to check them

        check_alerts(context, as_json=as_json)
        return
    with open_session() as session:
        start = time.time() - parse_duration(since, "--since") if since else 0.0
        session.services.stores.recover()
        ledger = Ledger(session.services.paths.ledger_db)
        totals = ledger.totals(by, since=start)
        check_drift(session, ledger)
        _check_levels(session)
        ledger.close()
        if as_json:
            print_json([_as_json(total, by) for total in totals])
            return
        headers, rows, align = _table(totals, by, session.out)
        print_table(
            headers,
            rows,
            align,
            session.out,
            empty="the ledger has no such calls: `scrimp run` and `scrimp ask` add them",
        )
        unknown = sum(map(_unknown_calls, totals))
        if len(totals) > 1 or unknown:
            for line in wrap(_total(totals), session.out.width) if session.out.terminal else [_total(totals)]:
                print_line(line)


def _refuse_options(context: typer.Context) -> None:
    """Raise UsageError for options of the group that were given before a subcommand, which has its own."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if source is not None and source.name == "COMMANDLINE":
            flag = max(parameter.opts, key=len)
            raise UsageError(
                f"{flag} before {context.invoked_subcommand} has no effect: give the options of "
                f"`{context.command_path} {context.invoked_subcommand}` after its name"
            )


def _table(
    totals: Sequence[LedgerTotal], by: str, style: StreamStyle
) -> tuple[Sequence[str], Sequence[Sequence[str]], str]:
    """Return headers, rows and alignment: in a pipe every column, at a terminal those that fit and are not empty."""
    told = by not in _OF_CALLS and any(total.chained for total in totals)
    names = [name for name in _COLUMNS if name != "escalated" or told]
    if style.terminal:
        names = [name for name in names if name not in _TROUBLE or any(getattr(total, name) for total in totals)]
    without_tokens = [name for name in names if name not in ("tokens in", "out")]
    attempts = ((names, format_count), (names, abbreviate_count), (without_tokens, abbreviate_count))
    for columns, number in attempts:
        headers = (by, *columns)
        rows = [(total.label, *(_COLUMNS[name](total, number) for name in columns)) for total in totals]
        align = "l" + "r" * len(columns)
        if not style.terminal or narrowest_width(headers, rows, align) <= style.width:
            break
    return headers, rows, align


def _total(totals: Sequence[LedgerTotal]) -> str:
    """Return the sum of the known costs, and how many calls are not in it."""
    cost = sum((total.cost for total in totals), Decimal(0))
    unpriced, lost = sum(total.unpriced for total in totals), sum(total.lost for total in totals)
    if not unpriced and not lost:
        return f"total {format_dollars(cost)}"
    without = [f"{pluralize(unpriced, 'call')} of unknown price"] if unpriced else []
    if lost:
        without.append(f"{pluralize(lost, 'lost call')} that may have been billed")
    known = f"at least {format_dollars(cost)}" if cost else UNKNOWN
    return f"total {known}, without {' and '.join(without)}"


def _unknown_calls(total: LedgerTotal) -> int:
    """Return the number of calls whose cost is unknown: a lost call may have been billed."""
    return total.unpriced + total.lost


def _check_levels(session: Session) -> None:
    """Warn of certified levels of compression that no longer hold."""
    if session.services.paths.tuned.exists():
        from scrimp.cli.tune.drift import warn_of_level_drift  # noqa: PLC0415 - where something was certified

        warn_of_level_drift(session)


def _as_json(total: LedgerTotal, by: str) -> dict[str, object]:
    shown = asdict(total)
    cost = shown.pop("cost")
    unknown = _unknown_calls(total)
    if by not in ("model", "arm"):
        del shown["answered_by"]
    return {
        by: shown.pop("name"), "cost_usd": known_or_none(cost, unknown), **shown, "at_least": unknown > 0,
    }  # fmt: skip
