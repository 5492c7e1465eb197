"""The tier a prompt starts at by default: a prior by kind of task, raised where stakes are high.

It knows the kind of a task, not how hard one prompt of that kind is: on recorded outputs no feature of a prompt's words
told hard from easy within a task, so no difficulty weights are shipped. Pairs of a user's own prompts should replace it
wherever there are any.
"""

from __future__ import annotations

from typing import get_args

from msgspec import Struct

from scrimp.enums import Tier
from scrimp.routing.excerpt import excerpt
from scrimp.routing.kinds import Kind, kind_of
from scrimp.values import Parameters

TIERS: tuple[Tier, ...] = get_args(Tier)

# Medium: a slip is easy to make, hard to see and spoils everything built on it (code that nearly runs, one wrong
# number, a field left out, a clause the summary dropped), or nothing is known of the task. Simple: the answer is short
# or closely bound to the text given, where cheap models err about as seldom as dear ones.
PRIOR_TIERS: dict[Kind, str] = {
    "code": "medium",
    "mathematics": "medium",
    "extraction": "medium",
    "document": "medium",
    "translation": "simple",
    "formatting": "simple",
    "classification": "simple",
    "question": "simple",
    "multi-step": "medium",
    "long text": "medium",
    "open-ended": "medium",
}
RAISED_TIERS = {"simple": "medium", "medium": "high", "high": "high"}
_NO_PARAMETERS = Parameters()


class TierChoice(Struct, frozen=True):
    """A tier, the kind of task it was chosen for, and the reason in words."""

    tier: str
    kind: Kind
    why: str


def tier_of(text: str, system: str | None, parameters: Parameters = _NO_PARAMETERS) -> TierChoice:
    """Return the tier for a prompt; choices and a schema tell the kind better than its words do."""
    words = excerpt(text)
    system_words = excerpt(system) if system else None
    kind: Kind
    if parameters.choices:
        kind = "classification"
    elif parameters.schema is not None:
        kind = "extraction"
    else:
        kind = kind_of(text, words, system_words)
    stakes = words.stakes | system_words.stakes if system_words else words.stakes
    tier = PRIOR_TIERS[kind]
    if not stakes:
        return TierChoice(tier, kind, kind)
    return TierChoice(RAISED_TIERS[tier], kind, f"{kind}; raised: {', '.join(sorted(stakes))}")
