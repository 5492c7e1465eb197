"""The tier a prompt starts at by default: a prior by what it demands, raised where stakes are high.

It knows the kind of work a prompt asks for, not how hard one prompt of that kind is: on recorded outputs no feature of
a prompt's words told hard from easy within a task, so no difficulty weights of words are shipped. Pairs of a user's own
prompts should replace it wherever there are any.
"""

from __future__ import annotations

from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from scrimp.enums import Tier
from scrimp.routing.excerpt import Excerpt, excerpt
from scrimp.routing.prior.demands import Demand, Told, demand_of, demand_of_system, wants_short_answer
from scrimp.routing.prior.difficulty import TaskGain, shipped_prior
from scrimp.routing.prior.scan import ASCII_WORD_OR_SIGN, WORD_OR_SIGN
from scrimp.routing.short_answers import short_answer
from scrimp.units import pluralize
from scrimp.values import Parameters

TIERS: tuple[Tier, ...] = get_args(Tier)
RAISED_TIERS = {"simple": "medium", "medium": "high", "high": "high"}
_NO_PARAMETERS = Parameters()
_EDGE = 20_000  # characters
# That a label or JSON is wanted makes none of these easier.
_AS_HARD_WITH_LABELS = ("exam question", "proof", "puzzle", "competition mathematics", "hard code", "code reading")


class TierChoice(Struct, frozen=True):
    """A tier, what the prompt demands, the gain that a better model is expected to have on it, and the reason."""

    tier: str
    demand: Demand
    gain: float
    why: str
    words: str = ""  # the words that show the demand
    stakes: frozenset[str] = frozenset()
    short_answer: str = ""  # the words that show that the answer is short and comparable

    @property
    def may_vote(self) -> bool:
        """Whether two cheap models may answer in the place of the tier: never where a mistake is costly."""
        return bool(self.short_answer) and not self.stakes and self.tier != "simple"


def tier_of(
    text: str, system: str | None, parameters: Parameters = _NO_PARAMETERS, observed: TaskGain | None = None
) -> TierChoice:
    """Return the tier for a prompt; choices and a schema tell the demand better than its words do.

    `observed` is what pairs of the user's own say of its task: twenty of them outweigh the prior.
    """
    words = _excerpt(text)
    system_words = _excerpt(system) if system else None
    stakes = words.stakes | system_words.stakes if system_words else words.stakes
    told = _told(text, words.tokens, system_words.tokens if system_words else None, parameters)
    prior = shipped_prior()
    gain, why = prior.gain(told), told.demand + _of_pairs(observed)
    if observed is not None:
        gain = prior.with_pairs(gain, observed)
    tier = prior.tier(gain)
    if stakes:
        why = f"{why}; raised: {', '.join(sorted(stakes))}"
        return TierChoice(RAISED_TIERS[tier], told.demand, gain, why, told.words, stakes)
    return TierChoice(tier, told.demand, gain, why, told.words, short_answer=short_answer(told, parameters))


def _of_pairs(observed: TaskGain | None) -> str:
    return "" if observed is None else f" with {pluralize(observed.pairs, 'pair')} of its task"


def told_of(text: str, system: str | None, parameters: Parameters = _NO_PARAMETERS) -> Told:
    """Return what a prompt demands."""
    return _told(text, _excerpt(text).tokens, _excerpt(system).tokens if system else None, parameters)


def _excerpt(text: str) -> Excerpt:
    """Return the words at both ends; of a text whose words never end, what is within so many characters."""
    if len(text) > 2 * _EDGE:
        text = f"{text[:_EDGE]}\n{text[-_EDGE:]}"
    return excerpt(text, ASCII_WORD_OR_SIGN if text.isascii() else WORD_OR_SIGN)


def _told(text: str, tokens: list[str], system: list[str] | None, parameters: Parameters) -> Told:
    if parameters.choices or parameters.schema is not None:
        told = demand_of(text, tokens)
        if told.demand in _AS_HARD_WITH_LABELS:
            return told
        return Told("classification", "choices") if parameters.choices else Told("extraction", "schema")
    told = demand_of(text, tokens)
    if system is None:
        return told
    short = told.short_answer or wants_short_answer(system)
    for_all = demand_of_system(system)
    return replace(told if for_all is None else for_all, short_answer=short)
