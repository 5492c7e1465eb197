"""Where two price lists differ, in the rates in force at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from scrimp.prices.lookup import PriceLookup, PriceMatch
from scrimp.prices.price_row import Moment, applicable_variants, bands_in_force
from scrimp.prices.rates import Band, Rates, rates_for

# How a call may be processed, by the word that is shown for it.
CONTEXTS: Mapping[str, Mapping[str, str]] = {
    "standard": {},
    "batch": {"processing": "batch"},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
    "fast": {"speed": "fast"},
}


class Difference(Struct, frozen=True, kw_only=True):
    """A rate that two lists have otherwise; None: the list does not have it."""

    provider: str
    model: str
    processing: str  # a key of CONTEXTS
    above: int  # input tokens of the call
    kind: str  # a field of Rates
    ours: Decimal | None
    theirs: Decimal | None


class Comparison(Struct, frozen=True, kw_only=True):
    """What was compared, and what differs."""

    models: int  # on both lists
    only_ours: tuple[str, ...]
    only_theirs: tuple[str, ...]
    differences: tuple[Difference, ...]


def compare(ours: PriceLookup, theirs: PriceLookup, now: Moment, *, lost: bool = False) -> Comparison:
    """Compare every model of a price list that both have.

    A rate that only we have is a difference only if `lost`: others leave out what they do not track.
    """
    listed, names = set(ours.models()), set(theirs.models())
    lists = {name for name, _ in listed}
    shared = [place for place in sorted(names) if ours.find_on_list(*place) is not None]
    found = [each for place in shared for each in _differences(place, ours, theirs, now)]
    if lost:
        back = (each for place in shared for each in _differences(place, theirs, ours, now))
        found += [replace(each, ours=each.theirs, theirs=None) for each in back if each.ours is None]
    covered = {(match.provider, match.model) for place in shared if (match := ours.find_on_list(*place))}
    return Comparison(
        models=len(shared),
        only_ours=tuple("/".join(place) for place in sorted(listed - covered) if theirs.find_on_list(*place) is None),
        only_theirs=tuple("/".join(place) for place in sorted(names - set(shared)) if lost or place[0] in lists),
        differences=tuple(sorted(found, key=lambda each: (each.provider, each.model))),
    )


def _differences(place: tuple[str, str], ours: PriceLookup, theirs: PriceLookup, now: Moment) -> Iterator[Difference]:
    mine, other = ours.find_on_list(*place), theirs.find_on_list(*place)
    if mine is None or other is None:
        return
    for processing, context in CONTEXTS.items():
        if context and not applicable_variants(other.row, now, context):
            continue
        here, there = _bands(mine, now, context), bands_in_force(other.row, now, context)
        for above in sorted({band.above for bands in (here, there) for band in bands}):
            our_rates, their_rates = rates_for(here, above + 1), rates_for(there, above + 1)
            for kind in _kinds(other, now, context):
                pair = getattr(our_rates, kind), getattr(their_rates, kind)
                if pair[1] is not None and pair[0] != pair[1]:
                    yield Difference(
                        provider=place[0], model=place[1], processing=processing, above=above, kind=kind,
                        ours=pair[0], theirs=pair[1],
                    )  # fmt: skip


def _kinds(match: PriceMatch, now: Moment, context: Mapping[str, str]) -> list[str]:
    """Return the kinds that a list has rates of its own for, for a way of processing."""
    bands = [band for variant in applicable_variants(match.row, now, context) for band in variant.bands]
    bands = bands if context else list(bands_in_force(match.row, now, context))
    return [kind for kind in Rates.__struct_fields__ if any(getattr(band.rates, kind) is not None for band in bands)]


def _bands(match: PriceMatch, now: Moment, context: Mapping[str, str]) -> tuple[Band, ...]:
    """Return the rates for a way of processing; none if the list has none of its own for it."""
    if context and not applicable_variants(match.row, now, context):
        return (Band(Rates()),)
    return bands_in_force(match.row, now, context)
