"""The tier a prompt starts at by default: a prior by what it demands, raised where stakes are high.

It knows the kind of work a prompt asks for, not how hard one prompt of that kind is: on recorded outputs no feature of
a prompt's words told hard from easy within a task, so no difficulty weights of words are shipped. Pairs of a user's own
prompts should replace it wherever there are any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from msgspec import Struct

from scrimp.enums import Tier
from scrimp.routing.excerpt import excerpt
from scrimp.routing.prior.demands import Demand, Told, demand_of, demand_of_system
from scrimp.routing.prior.difficulty import shipped_prior
from scrimp.routing.prior.scan import WORD_OR_SIGN
from scrimp.values import Parameters

TIERS: tuple[Tier, ...] = get_args(Tier)
RAISED_TIERS = {"simple": "medium", "medium": "high", "high": "high"}
_NO_PARAMETERS = Parameters()
# That a label or JSON is wanted makes none of these easier.
_AS_HARD_WITH_LABELS = ("exam question", "proof", "puzzle", "competition mathematics", "hard code", "code reading")


class TierChoice(Struct, frozen=True):
    """A tier, what the prompt demands, the gain that a better model is expected to have on it, and the reason."""

    tier: str
    demand: Demand
    gain: float
    why: str
    words: str = ""  # that tell the demand
    stakes: frozenset[str] = frozenset()


def tier_of(text: str, system: str | None, parameters: Parameters = _NO_PARAMETERS) -> TierChoice:
    """Return the tier for a prompt; choices and a schema tell the demand better than its words do."""
    words = excerpt(text, WORD_OR_SIGN)
    system_words = excerpt(system, WORD_OR_SIGN) if system else None
    stakes = words.stakes | system_words.stakes if system_words else words.stakes
    told = _told(text, words.tokens, system_words.tokens if system_words else None, parameters)
    prior = shipped_prior()
    gain = prior.gain(told)
    tier = prior.tier(gain)
    if not stakes:
        return TierChoice(tier, told.demand, gain, told.demand, told.words)
    why = f"{told.demand}; raised: {', '.join(sorted(stakes))}"
    return TierChoice(RAISED_TIERS[tier], told.demand, gain, why, told.words, stakes)


def told_of(text: str, system: str | None, parameters: Parameters = _NO_PARAMETERS) -> Told:
    """Return what a prompt demands."""
    system_tokens = excerpt(system, WORD_OR_SIGN).tokens if system else None
    return _told(text, excerpt(text, WORD_OR_SIGN).tokens, system_tokens, parameters)


def _told(text: str, tokens: Sequence[str], system: Sequence[str] | None, parameters: Parameters) -> Told:
    if parameters.choices or parameters.schema is not None:
        told = demand_of(text, tokens)
        if told.demand in _AS_HARD_WITH_LABELS:
            return told
        return Told("classification", "choices") if parameters.choices else Told("extraction", "schema")
    if system is not None and (for_all := demand_of_system(system)) is not None:
        return for_all
    return demand_of(text, tokens)
