"""Which rules of [alerts] the ledger breaks: decisions over sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase

from scrimp.billing.cost_total import CostTotal
from scrimp.config.alert_tables import (
    FLAGSHIP,
    AlertsTable,
    CacheAlert,
    ErrorsAlert,
    EscalationAlert,
    ShareAlert,
    SpendAlert,
    UnpricedAlert,
)
from scrimp.flows.alerts.alert import Alert, Window
from scrimp.flows.alerts.remedies import fault_remedy, share_remedy
from scrimp.units import format_count, format_dollars, format_percent_briefly, pluralize

_MEASURES: Mapping[str, Callable[[CostTotal], int | Decimal]] = {
    "cost": lambda each: each.cost,
    "calls": lambda each: each.calls,
    "tokens": lambda each: each.input + each.output,
}
_TINY = 1e-9
_NAMED = 3  # models that one message names


def broken_rules(table: AlertsTable, windows: Mapping[str, Window]) -> Iterator[Alert]:
    """Yield an alert for each rule that does not hold; `windows` has the ledger since each rule's `since`."""
    for share in table.share:
        yield from _share(share, windows[share.since])
    for errors in table.errors:
        yield from _errors(errors, windows[errors.since])
    for spend in table.spend:
        yield from _spend(spend, windows[spend.since])
    for escalation in table.escalation:
        yield from _escalation(escalation, windows[escalation.since])
    for cache in table.cache:
        yield from _cache(cache, windows[cache.since])
    for unpriced in table.unpriced:
        yield from _unpriced(unpriced, windows[unpriced.since])


def windows_of_calls(table: AlertsTable) -> set[str]:
    """Return the windows whose calls the rules look at."""
    lists = (table.share, table.errors, table.spend, table.escalation, table.unpriced)
    return {rule.since for rules in lists for rule in rules}


def _share(rule: ShareAlert, window: Window) -> Iterator[Alert]:
    measure = _MEASURES[rule.of]
    sums, glob = (window.models, rule.model) if rule.tier == "*" else (window.tiers, rule.tier)
    named = rule.model == FLAGSHIP
    chosen = [each for each in sums if each.name in window.flagships] if named else _matching(sums, glob)
    whole, part = (sum(map(measure, each), Decimal(0)) for each in (sums, chosen))
    limit = _share_of(rule.above)
    if sum(each.calls for each in sums) < rule.min_calls or part <= limit * whole:
        return
    share = float(part / whole)
    subject = rule.model if rule.tier == "*" else f"tier {rule.tier}"
    if named:
        subject = f"flagship ({', '.join(each.name for each in chosen[:_NAMED])})"
    amounts = f"{_amount(Decimal(part), rule.of)} of {_amount(Decimal(whole), rule.of, unit=True)}"
    unknown = sum(each.unknown for each in sums) if rule.of == "cost" else 0
    without = f", without {pluralize(unknown, 'call')} of unknown cost" if unknown else ""
    yield Alert(
        kind="share", key=f"share {rule.model} {rule.tier} {rule.of} {rule.since} {rule.above}", subject=subject,
        value=share, limit=limit, since=rule.since, severity=share,
        message=f"{subject} took {format_percent_briefly(share)} of the {rule.of} in {rule.since} ({amounts}{without}; "
        f"alert above {rule.above}): {share_remedy(rule.since)}",
    )  # fmt: skip


def _errors(rule: ErrorsAlert, window: Window) -> Iterator[Alert]:
    limit = _share_of(rule.above)
    for model, sums in _by_name(_matching(window.models, rule.model)):
        calls, failed = sum(each.calls for each in sums), sum(each.failed + each.lost for each in sums)
        if calls < rule.min_calls or failed <= limit * calls:
            continue
        share = failed / calls
        faults = [fault for fault in window.faults if fault.model == model]
        yield Alert(
            kind="errors", key=f"errors {model} {rule.since} {rule.above}", subject=model, value=share, limit=limit,
            since=rule.since, severity=share,
            message=f"{format_percent_briefly(share)} of {pluralize(calls, 'call')} of {model} failed in {rule.since} "
            f"(alert above {rule.above}): {fault_remedy(faults, model)}",
        )  # fmt: skip


def _spend(rule: SpendAlert, window: Window) -> Iterator[Alert]:
    chosen = _matching(window.models, rule.model)
    spent = sum((each.cost for each in chosen), Decimal(0))
    if spent <= rule.above:
        return
    unknown = sum(each.unknown for each in chosen)
    at_least = "at least " if unknown else ""
    of_models = "" if rule.model == "*" else f" for {rule.model}"
    yield Alert(
        kind="spend", key=f"spend {rule.model} {rule.since} {rule.above}", subject=rule.model if of_models else "",
        value=spent, limit=rule.above, since=rule.since, severity=float(spent),
        message=f"{at_least}{format_dollars(spent)} was paid{of_models} in {rule.since} (alert above "
        f"{format_dollars(rule.above)}): `scrimp cost --since {rule.since} --by route` shows what for; --max-cost, or "
        "max_cost under [defaults], caps each run",
    )  # fmt: skip


def _escalation(rule: EscalationAlert, window: Window) -> Iterator[Alert]:
    limit = _share_of(rule.above)
    for chain, sums in _by_name(_matching(window.chains, rule.chain)):
        rows, escalated = sum(each.chained for each in sums), sum(each.escalated for each in sums)
        if rows < rule.min_rows or escalated <= limit * rows:
            continue
        share = escalated / rows
        named = "chains without a name" if chain == "-" else f"chain {chain}"
        yield Alert(
            kind="escalation", key=f"escalation {chain} {rule.since} {rule.above}", subject=named, value=share,
            limit=limit, since=rule.since, severity=share,
            message=f"{format_percent_briefly(share)} of {pluralize(rows, 'row')} of {named} were escalated in "
            f"{rule.since} (alert above {rule.above}): `scrimp cost --since {rule.since} --by task` shows which tasks; "
            "send those to a better model at once (--tier, or a rule), or lower min_confidence",
        )  # fmt: skip


def _cache(rule: CacheAlert, window: Window) -> Iterator[Alert]:
    rows, hits = window.rows.rows, window.rows.hits
    limit = _share_of(rule.below)
    if rows < rule.min_rows or hits >= limit * rows:
        return
    share = hits / rows
    yield Alert(
        kind="cache", key=f"cache {rule.since} {rule.below}", subject="", value=share, limit=limit, since=rule.since,
        severity=1 / max(share, _TINY),
        message=f"{format_percent_briefly(share)} of {pluralize(rows, 'row')} were found in the cache in {rule.since} "
        f"(alert below {rule.below}): look for what differs in each run, such as a date in the system text or the "
        "template, and for --cache off and cache_ttl",
    )  # fmt: skip


def _unpriced(rule: UnpricedAlert, window: Window) -> Iterator[Alert]:
    models = {
        model: count
        for model, sums in _by_name(_matching(window.models, rule.model))
        if (count := sum(each.unpriced for each in sums))
    }
    if not models:
        return
    names = sorted(models, key=lambda model: (-models[model], model))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    calls = sum(models.values())
    yield Alert(
        kind="unpriced", key=f"unpriced {rule.model} {rule.since}", subject=", ".join(names), value=calls,
        limit=Decimal(0), since=rule.since, severity=len(names),
        message=f"{pluralize(calls, 'call')} of {', '.join(names[:_NAMED])}{more} in {rule.since} had no known cost, "
        f"so no cap and no sum counts them: `scrimp prices check` says whether a price is missing, `scrimp prices set "
        f"{names[0]}` gives one; where none is, no reply told its tokens",
    )  # fmt: skip


def _share_of(percentage: str) -> Decimal:
    """Return a percentage, which the config has checked, as a share: exactly, for 29 of 100 are not above 29 %."""
    return Decimal(percentage.removesuffix("%")) / 100


def _matching(sums: Iterable[CostTotal], glob: str) -> list[CostTotal]:
    return [each for each in sums if fnmatchcase(each.name, glob)]


def _by_name(sums: Iterable[CostTotal]) -> list[tuple[str, Sequence[CostTotal]]]:
    """Return the sums of each name: those of a model are apart by the model that answered."""
    groups: dict[str, list[CostTotal]] = {}
    for each in sums:
        groups.setdefault(each.name, []).append(each)
    return sorted(groups.items())


def _amount(amount: Decimal, measure: str, *, unit: bool = False) -> str:
    if measure == "cost":
        return format_dollars(amount)
    return pluralize(int(amount), measure[:-1]) if unit else format_count(int(amount))
