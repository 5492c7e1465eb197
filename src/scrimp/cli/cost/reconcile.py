"""`scrimp cost reconcile`: compare the ledger with what providers say was used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.flags.since import parse_since
from scrimp.cli.printing import print_json, print_line, print_table
from scrimp.cli.session import Session, open_session
from scrimp.errors import NOTHING_ANSWERED, SOME_FAILED, UsageError
from scrimp.store.ledger import Ledger
from scrimp.units import format_count, format_dollars, pluralize

if TYPE_CHECKING:
    from scrimp.flows.reconcile.compare import Comparison, Side
    from scrimp.flows.reconcile.reconcile import Reconciled

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_HEADERS = ("model", "hour (UTC)", "calls", "tokens in", "out", "cost")
_LONGEST = 31 * 86_400  # seconds
_SMALL = Decimal("0.005")  # a share of dollars that rounding, or a correction of a price, may explain


@app.command()
def reconcile(
    since: Annotated[
        str, typer.Option(metavar="7d|DATE", help="Only hours within this time, or since this day; 31d at most.")
    ] = "7d",
    provider: Annotated[
        list[str] | None, typer.Option("--provider", metavar="NAME", help="Only this provider; repeatable.")
    ] = None,
    key_id: Annotated[
        list[str] | None,
        typer.Option(
            "--key-id", metavar="ID", help="Only the use of this API key, by its id (not the key); repeatable."
        ),
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only compare; close no lost calls.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare the ledger with what providers say was used, and close lost calls by it.

    OpenAI and Anthropic report calls and tokens by model and hour, Anthropic also dollars, OpenAI the dollars of a day:
    to an admin key of the organization, in OPENAI_ADMIN_KEY and ANTHROPIC_ADMIN_API_KEY or as the config says. They
    count every program of the organization, unless --key-id names the keys that this ledger's calls are made with.
    OpenRouter reports the cost of a lost call whose reply had begun. Other providers report nothing.

    A lost call, which got no reply, may have been billed. If the provider counts no more calls than the ledger, it was
    not. If it counts more, but no more than were lost, with no more tokens than they can have had, those cost what
    their tokens cost. Such calls are entered as failed, at that cost. All others stay lost.

    Adjacent hours that differ are compared together: a provider may count a call an hour later. The last full hour is
    reported ten minutes after its end.

    The exit status is 4 if no provider reported its usage, for want of a key or of an answer, and 3 if one of several
    did not. Providers that never report it do not count.
    """
    period, key_ids = parse_since(since), tuple(key_id or ())
    _refuse_keys(key_ids)
    from scrimp.flows.reconcile.reconcile import reconcile as compare  # it needs the network

    with open_session() as session:
        now = session.services.clock()
        start = period.start(now)
        if not 0 < round(now - start) <= _LONGEST:
            raise UsageError(f"--since {since}: providers report the hours of at most 31 days; write 31d or less")
        session.services.stores.recover()
        providers = _providers(session, provider, start)
        found = compare(session.services, since=start, providers=providers, key_ids=key_ids, write=not dry_run)
        if as_json:
            print_json([_as_json(each, session) for each in found])
        else:
            _print(found, session)
        raise typer.Exit(_status(found, session))


def _refuse_keys(ids: Sequence[str]) -> None:
    """Raise UsageError for what may be a key, where its id is wanted."""
    if any(not each.isascii() or not each.replace("_", "").replace("-", "").isalnum() for each in ids):
        raise UsageError("--key-id takes an id of a key, such as key_abc or apikey_abc, not the key itself")


def _status(found: Sequence[Reconciled], session: Session) -> int:
    """Return the exit status; say which providers did not tell what was used."""
    untold = [each for each in found if each.untold]
    if not untold:
        return 0
    names = " and ".join(each.provider for each in untold)
    session.messages.error(f"nothing was compared with {names}: the report says why; --provider names others")
    return NOTHING_ANSWERED if len(untold) == sum(_tells(each) for each in found) else SOME_FAILED


def _tells(each: Reconciled) -> bool:
    """Return whether a provider tells what was used, whether it did now or not."""
    return each.untold or each.problem is None


def _providers(session: Session, named: Sequence[str] | None, since: float) -> list[str]:
    """Return the providers that were called over the network, or those of them that were named."""
    with Ledger(session.services.paths.ledger_db) as ledger:
        called = sorted(total.name for total in ledger.totals("provider", since=since))
    endpoints = session.services.routes.endpoints
    if named is None:
        return [name for name in called if name not in endpoints or endpoints[name].transport == "http"]
    if missing := [name for name in named if name not in endpoints]:
        raise UsageError(f"there is no provider {missing[0]}: `scrimp models` lists those that are configured")
    return list(dict.fromkeys(named))


def _print(found: Sequence[Reconciled], session: Session) -> None:
    rows = [
        _row(each.provider, comparison)
        for each in found
        for comparison in (*each.comparisons, *each.batches)
        if _differs(comparison)
    ]
    if rows:
        print_table(_HEADERS, rows, "ll" + "r" * 4, session.out)
        print_line("in each pair of numbers, the first is the ledger's and the second the provider's")
    for each in found:
        for line in _lines(each, session):
            print_line(line)
    if not found:
        print_line("the ledger has no call of a provider in this time")


def _lines(each: Reconciled, session: Session) -> Iterator[str]:
    name = each.provider
    if each.problem is not None:
        yield f"{name}: not compared: {session.services.keys.redact(each.problem)}"
    compared = (*each.comparisons, *each.batches)
    agree = [comparison for comparison in compared if not _differs(comparison)]
    if compared:
        calls = sum(comparison.here.calls for comparison in agree)
        yield f"{name}: {pluralize(calls, 'call')} agree, in {len(agree)} of {len(compared)} comparisons"
    for day in each.days:
        if abs(day.here - day.there) > _SMALL * day.there:
            told = datetime.fromtimestamp(day.day * 86_400, UTC).strftime("%Y-%m-%d")
            yield f"{name}: {told}: {format_dollars(day.here)} here, {format_dollars(day.there)} there"
    if each.closed:
        cost = sum((call.cost for call in each.closed), Decimal(0))
        billed = sum(call.cost > 0 for call in each.closed)
        yield (
            f"{name}: {pluralize(len(each.closed), 'lost call')} closed: {billed} of them billed, "
            f"{format_dollars(cost)} in all"
        )
    if each.open:
        most = _at_most(each, session)
        bound = "" if most is None else f" (at most {format_dollars(most)})"
        reasons = f": {'; '.join(each.reasons)}" if each.reasons else ""
        yield f"{name}: {pluralize(len(each.open), 'lost call')} may have been billed{bound}{reasons}"


def _at_most(each: Reconciled, session: Session) -> Decimal | None:
    from scrimp.flows.spend.lost_bounds import at_most  # where something was lost

    return at_most(each.open, session.services.prices)


def _differs(comparison: Comparison) -> bool:
    here, there = comparison.here.cost, comparison.there.cost
    differs = here is not None and there is not None and abs(here - there) > _SMALL * there
    return not comparison.agrees or differs


def _row(provider: str, comparison: Comparison) -> list[str]:
    here, there = comparison.here, comparison.there
    pairs = ((here.calls, there.calls), (here.input, there.input), (here.output, there.output))
    cells = [f"{format_count(one)} / {format_count(other)}" for one, other in pairs]
    return [f"{provider}/{comparison.model}", _hours(comparison), *cells, " / ".join(_costs(here, there))]


def _costs(here: Side, there: Side) -> Iterator[str]:
    """Yield the dollars here, and those there where they are reported."""
    yield format_dollars(here.cost)
    if there.cost is not None:
        yield format_dollars(there.cost)


def _hours(comparison: Comparison) -> str:
    """Return 2026-11-29 14h, 2026-11-29 14-16h, or batches."""
    if comparison.first is None or comparison.last is None:
        return "batches"
    first, last = (datetime.fromtimestamp(hour * 3600, UTC) for hour in (comparison.first, comparison.last))
    begun = f"{first:%Y-%m-%d %H}"
    if comparison.first == comparison.last:
        return f"{begun}h"
    return f"{begun}-{last:%H}h" if first.date() == last.date() else f"{begun}h-{last:%m-%d %H}h"


def _as_json(each: Reconciled, session: Session) -> dict[str, object]:
    return {
        "provider": each.provider,
        "problem": None if each.problem is None else session.services.keys.redact(each.problem),
        "hours": [_comparison_json(comparison) for comparison in each.comparisons],
        "batches": [_comparison_json(comparison) for comparison in each.batches],
        "days": [
            {
                "day": datetime.fromtimestamp(day.day * 86_400, UTC).strftime("%Y-%m-%d"), "cost_usd": day.here,
                "provider_cost_usd": day.there,
            }
            for day in each.days
        ],
        "closed": [{"call": call.call, "cost_usd": call.cost} for call in each.closed],
        "lost": len(each.open), "lost_at_most_usd": _at_most(each, session) if each.open else Decimal(0),
        "reasons": list(each.reasons),
    }  # fmt: skip


def _comparison_json(comparison: Comparison) -> dict[str, object]:
    def moment(hour: int | None) -> str | None:
        return None if hour is None else datetime.fromtimestamp(hour * 3600, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    return {
        "model": comparison.model, "first_hour": moment(comparison.first), "last_hour": moment(comparison.last),
        "here": _side_json(comparison.here), "provider": _side_json(comparison.there),
        "lost": len(comparison.lost), "differs": _differs(comparison),
    }  # fmt: skip


def _side_json(side: Side) -> dict[str, object]:
    return {
        "calls": side.calls, "input": side.input, "output": side.output, "cache_read": side.cache_read,
        "cache_write": side.cache_write, "cost_usd": side.cost,
    }  # fmt: skip
