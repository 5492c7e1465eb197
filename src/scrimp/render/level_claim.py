"""What is proved of a level of compression, in a sentence."""

from __future__ import annotations

from scrimp.tuning.level_claims import LevelClaim, what_is_kept
from scrimp.units import format_dollars, format_percent, format_percent_briefly, pluralize


def level_sentence(claim: LevelClaim, level: str, model: str, confidence: float) -> str:
    """Return the sentence on a claim; `level` is "focus 0.6", `confidence` is that in all claims together."""
    group = f"{claim.group} ({model}): "
    pairs, what = pluralize(claim.pairs, "pair"), what_is_kept(claim)
    if not claim.certified:
        return (
            f"{group}{level} is not certified to keep {format_percent_briefly(claim.target)} of {what}: it kept "
            f"{format_percent(claim.kept, 1)} in {pairs}{_repeats(claim)}, {_saving(claim)}{_outlook(claim)}"
        )
    return (
        f"{group}{level} keeps, with {format_percent_briefly(confidence)} confidence, at least "
        f"{format_percent_briefly(claim.bound)} of {what} ({pairs}, {format_percent(claim.kept, 1)} kept"
        f"{_repeats(claim)}), {_saving(claim)}{_outlook(claim)}"
    )


def _repeats(claim: LevelClaim) -> str:
    if claim.self_agreement is None:
        return ""
    return f"; asked twice without it, its model gave {format_percent(claim.self_agreement, 1)} of its answers again"


def _saving(claim: LevelClaim) -> str:
    saving = claim.saving
    tokens = "" if saving.tokens is None else f"{format_percent(saving.tokens)} of prompt tokens"
    if saving.dollars is None:
        return f"saves {tokens or 'an unknown share'} at a cost that is not known"
    dollars = f"{format_dollars(saving.spent)} in place of {format_dollars(saving.without)}"
    return f"saves {format_percent(saving.dollars)} ({dollars}{', ' if tokens else ''}{tokens})"


def _outlook(claim: LevelClaim) -> str:
    """Return how many more pairs would prove the target, or a higher one."""
    if claim.next_target is None:
        return ""
    target = format_percent_briefly(claim.next_target)
    if claim.pairs_needed is None:
        return f"; no number of pairs like these would certify {target}"
    # The plan is by the normal approximation: it may say none if the exact test asks for a few.
    more = "a few more pairs" if not claim.pairs_needed else pluralize(claim.pairs_needed, "more pair")
    return f"; {more} would certify {target}"
