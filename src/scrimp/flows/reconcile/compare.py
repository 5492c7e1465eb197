"""Comparing the ledger's hours with a provider's: where they differ, and what that says of lost calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from scrimp.prices.model_names import is_same_model
from scrimp.providers.usage_reports.report import HOUR, UsedInHour
from scrimp.store.ledger_queries.lost_calls import ClosedCall, HourSum, LostCall
from scrimp.units import PICODOLLAR
from scrimp.values import Usage

PriceOf = Callable[[str, Usage, float], Decimal | None]


class Side(Struct, frozen=True, kw_only=True):
    """One side's sums; `cost` None: it reports no dollars, or not all."""

    calls: int = 0
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cost: Decimal | None = Decimal(0)

    def plus(self, other: Side) -> Side:
        """Return the sums of both."""
        cost = None if self.cost is None or other.cost is None else self.cost + other.cost
        return Side(
            calls=self.calls + other.calls, input=self.input + other.input, output=self.output + other.output,
            cache_read=self.cache_read + other.cache_read, cache_write=self.cache_write + other.cache_write, cost=cost,
        )  # fmt: skip


class Comparison(Struct, frozen=True, kw_only=True):
    """One model in one hour, or in hours that touch and differ, or in all batches of the time (`first` None)."""

    model: str
    first: int | None  # hours since the epoch
    last: int | None
    here: Side
    there: Side
    lost: tuple[LostCall, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether calls and tokens are the same."""
        return (self.here.calls, self.here.input, self.here.output) == (
            self.there.calls, self.there.input, self.there.output,
        )  # fmt: skip


class Verdict(Struct, frozen=True):
    """What lost calls turned out to be; without `closed`, why they stay open."""

    closed: tuple[ClosedCall, ...] = ()
    reason: str = ""


def compared(
    here: Iterable[HourSum], there: Iterable[UsedInHour], lost: Iterable[LostCall], *, batch: bool
) -> list[Comparison]:
    """Return a comparison for each model and hour; hours that touch and differ are one.

    A provider may count a call in the hour after that in which it was sent. Batches are counted when they end, so of
    them all hours are one.
    """
    ours = list(here)
    lost_here = list(lost)
    known = {each.model for each in ours} | {each.model for each in lost_here}
    places: dict[str, dict[int, Comparison]] = {}

    def add(model: str, hour: int, one: Side, other: Side, calls: tuple[LostCall, ...] = ()) -> None:
        name = next((each for each in sorted(known) if is_same_model(each, model)), model)
        hours = places.setdefault(name, {})
        before = hours.get(hour) or Comparison(model=name, first=hour, last=hour, here=Side(), there=Side())
        hours[hour] = replace(
            before, here=before.here.plus(one), there=before.there.plus(other), lost=before.lost + calls
        )  # fmt: skip

    for each in ours:
        add(each.model, each.hour, _ours(each), Side())
    for used in there:
        if used.batch == batch:
            add(used.model, used.hour, Side(), _theirs(used))
    for call in lost_here:
        add(call.model, int(call.time) // HOUR, Side(), Side(), (call,))
    return [each for model in sorted(places) for each in _joined(places[model], batch=batch)]


def _joined(hours: dict[int, Comparison], *, batch: bool) -> Iterator[Comparison]:
    pending: Comparison | None = None
    for hour in sorted(hours):
        each = hours[hour]
        differs = batch or not each.agrees or bool(each.lost)
        touches = pending is not None and (batch or pending.last == hour - 1)
        if pending is not None and differs and touches:
            pending = _joined_pair(pending, each)
            continue
        if pending is not None:
            yield pending
        pending = each if differs else None
        if not differs:
            yield each
    if pending is not None:
        yield replace(pending, first=None, last=None) if batch else pending


def _joined_pair(one: Comparison, other: Comparison) -> Comparison:
    return Comparison(
        model=one.model, first=one.first, last=other.last, here=one.here.plus(other.here),
        there=one.there.plus(other.there), lost=one.lost + other.lost,
    )  # fmt: skip


def _ours(each: HourSum) -> Side:
    return Side(
        calls=each.calls, input=each.input, output=each.output, cache_read=each.cache_read,
        cache_write=each.cache_write, cost=None if each.unpriced else each.cost,
    )  # fmt: skip


def _theirs(used: UsedInHour) -> Side:
    usage = used.usage
    return Side(
        calls=used.calls, input=usage.input, output=usage.output, cache_read=usage.cache_read,
        cache_write=usage.cache_write, cost=used.cost,
    )  # fmt: skip


def verdict(comparison: Comparison, price_of: PriceOf) -> Verdict:
    """Return the actual costs of the lost calls in a comparison.

    What the provider counts beyond the ledger is theirs if it can be: no more calls than were lost, with no more tokens
    than they can have had. Which of them were billed is not known where it is not all; their sum is.
    """
    here, there, lost = comparison.here, comparison.there, comparison.lost
    billed = there.calls - here.calls
    tokens = Usage(
        input=there.input - here.input, output=there.output - here.output,
        cache_read=max(0, there.cache_read - here.cache_read), cache_write=max(0, there.cache_write - here.cache_write),
    )  # fmt: skip
    if billed == 0 and comparison.agrees:
        return Verdict(tuple(ClosedCall(call=call.call, cost=Decimal(0)) for call in lost))
    if billed > len(lost):
        return Verdict(reason="the provider counts calls of others, too: name the keys of this ledger with --key-id")
    if billed < 1 or tokens.input < 0 or tokens.output < 0:
        return Verdict(reason="the provider counts less than came back")
    if not _may_be(lost, billed, tokens):
        return Verdict(reason="the provider counts more tokens than they can have had")
    closed = []
    for place, call in enumerate(lost):
        usage = _part(tokens, billed, place) if place < billed else None
        cost = Decimal(0) if usage is None else price_of(call.model, usage, call.time)
        if cost is None:
            return Verdict(reason=f"no price is known for {call.model}: `scrimp prices set` gives it one")
        closed.append(ClosedCall(call=call.call, cost=cost.quantize(PICODOLLAR), usage=usage))
    return Verdict(tuple(closed))


def _may_be(lost: Sequence[LostCall], billed: int, tokens: Usage) -> bool:
    """Return whether this many of the lost calls can have had this many tokens."""
    for counted, bounds in (
        (tokens.input, [call.most_input for call in lost]), (tokens.output, [call.most_output for call in lost]),
    ):  # fmt: skip
        known = sorted((bound for bound in bounds if bound is not None), reverse=True)
        if len(known) == len(bounds) and counted > sum(known[:billed]):
            return False
    return True


def _part(tokens: Usage, calls: int, place: int) -> Usage:
    """Return a call's part of the tokens of several."""

    def share(whole: int) -> int:
        return whole // calls + (place < whole % calls)

    whole = share(tokens.input)
    read = min(share(tokens.cache_read), whole)
    return Usage(
        input=whole, output=share(tokens.output), cache_read=read,
        cache_write=min(share(tokens.cache_write), whole - read),
    )  # fmt: skip
