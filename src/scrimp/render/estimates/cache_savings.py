"""What providers' prompt caches would save, for a person and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import asdict

from scrimp.caching.cache_rules import LIFETIME_WORDS
from scrimp.units import format_count, format_dollars, pluralize

if TYPE_CHECKING:
    from scrimp.caching.cache_saving import CacheSaving, OtherBeginning

_MODELS_SHOWN = 3


def cache_lines(
    savings: Sequence[CacheSaving], other: OtherBeginning | None, *, schema: bool, end: int
) -> Iterator[str]:  # fmt: skip
    """Yield a sentence for each model that keeps what calls begin with, and on what breaks it.

    `schema` says whether the run has one, `end` how many tokens all prompts end with.
    """
    for saving in savings[:_MODELS_SHOWN]:
        how = f"keeps them for {LIFETIME_WORDS[saving.lifetime]}" if saving.asked else "keeps them by itself"
        sure = "estimated; it does not promise to" if saving.storable else "estimated"
        yield (
            f"provider cache: {pluralize(saving.calls, 'call')} begin with the same {format_count(saving.shared)} "
            f"tokens; {saving.model} {how}: {format_dollars(saving.cost)} instead of "
            f"{format_dollars(saving.plain_cost)} for what is shared ({sure})"
        )
        if saving.storable:
            yield _storage(saving)
    if schema and any(saving.part != "system" for saving in savings):
        yield "the schema stands before what is shared: a run with another one keeps it again"
    if other is not None:
        yield _difference(other)
    if end:
        yield (
            f"prompts end with the same {format_count(end)} tokens, which no provider keeps behind what differs: put "
            "them first, for instance with --prefix FILE"
        )


def _storage(saving: CacheSaving) -> str:
    """Return the sentence on explicit storage, used if the provider reads too little of its own cache."""
    if saving.storage is None:
        return (
            f"{saving.model} does not promise that, and scrimp stores nothing there, since the price of storage is not "
            f"known: `scrimp prices set {saving.model} --cache-storage USD`"
        )
    hour = format_dollars(saving.storage)
    return f"where {saving.model} reads too little of it, scrimp stores it for the run, at {hour} an hour"


def _difference(other: OtherBeginning) -> str:
    more = f", and so do {pluralize(other.rows - 1, 'other row')}" if other.rows > 1 else ""
    if other.part == "tools":
        return (
            f"{other.source} begins otherwise than {other.first}{more}: its tools, which stand before all else, are "
            f"{other.has or 'none'} instead of {other.instead_of or 'none'}"
        )
    return (
        f"{other.source} begins otherwise than {other.first}{more}: byte {format_count(other.byte)} of its system text "
        f"is {_quoted(other.has)} instead of {_quoted(other.instead_of)}; nothing after it is shared"
    )


def _quoted(text: str) -> str:
    return f'"{" ".join(text.split())}"' if text.strip() else "its end" if not text else "white space"


def cache_document(savings: Sequence[CacheSaving], other: OtherBeginning | None, end: int) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "models": [
            {
                "model": each.model, "calls": each.calls, "tokens": each.shared, "lifetime": each.lifetime,
                "asked": each.asked, "cost_usd": each.cost, "plain_cost_usd": each.plain_cost,
            }
            for each in savings
        ],
        "first_other": None if other is None else asdict(other), "same_end_tokens": end,
    }  # fmt: skip
