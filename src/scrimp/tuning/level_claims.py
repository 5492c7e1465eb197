"""Claims about a level of compression: which share of answers it keeps, and what it saves.

A pair is one prompt that a model answered at the level and without it. Where both answers were compared with the truth,
their scores count; otherwise an answer is kept where both assert the same. A model that is asked twice may well assert
two things: where each prompt of a group was asked a second time without the level, what is kept is therefore measured
against how often the model keeps its own answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from scrimp.tuning.claim_groups import ClaimGroup, claim_groups
from scrimp.tuning.statistics.bounds import ScorePair, count_outcomes, lower_bound, p_value, rows_needed
from scrimp.tuning.statistics.looks import share_of_look

TARGETS = (0.9, 0.95, 0.98, 0.99, 0.995)


class LevelAnswer(Struct, frozen=True, kw_only=True):
    """One answer: what it asserts, its score where there is one, its cost in dollars and its tokens in, as billed."""

    asserted: str | None = None  # None if the answer is not what was asked for
    open_ended: bool = False  # nothing is asserted, so that its text is compared
    score: float | None = None
    cost: Decimal | None = None
    input: int | None = None


class LevelPair(Struct, frozen=True, kw_only=True):
    """A prompt's answers at the level and without it; `again` is a second one without it, where it was asked for."""

    id: str
    signature: str
    kind: str
    time: float  # seconds since the epoch, of the answer at the level
    at_level: LevelAnswer
    without: LevelAnswer
    again: LevelAnswer | None = None
    unchanged: bool = False  # the same text was sent: the two answers are one

    @property
    def kept(self) -> bool:
        """Whether the level kept the answer."""
        return self.unchanged or _agree(self.at_level, self.without)

    @property
    def repeated(self) -> bool:
        """Whether the model gave its answer a second time."""
        return self.again is not None and _agree(self.again, self.without)


class LevelSaving(Struct, frozen=True):
    """What a level saved of dollars and of tokens in, over pairs for which both are known; shares of 1."""

    dollars: float | None
    tokens: float | None
    spent: Decimal  # dollars spent at the level
    without: Decimal  # dollars for the same prompts without it


class Agreement(Struct, frozen=True):
    """Pairs with an answer without the level, and those of them with the same answer at it."""

    agreed: int = 0
    compared: int = 0


class LevelClaim(Struct, frozen=True, kw_only=True):
    """What is proved of one group of pairs: that the level keeps at least `bound` of the answers, at this risk."""

    group: str
    signatures: tuple[str, ...]
    target: float
    risk: float  # what this look may use of the group's share of the risk
    look: int  # the first, second ... at pairs of this group
    certified: bool
    bound: float  # the target where nothing is certified
    p: float
    pairs: int
    kept: float  # share of the answers that the level kept, as counted; of right ones where labels say so
    labeled: int  # pairs compared with the truth
    self_agreement: float | None  # share of the answers that the model gave again; None if it was not asked
    relative: bool  # whether `kept` is measured against `self_agreement`
    unchanged: int  # pairs whose prompt the level left as it was
    open_ended: int  # pairs compared by their texts, as they assert nothing
    saving: LevelSaving
    # By task, where the share kept is another measure than this: of right answers, or beside what a model repeats.
    agreements: Mapping[str, Agreement]
    next_target: float | None = None
    pairs_needed: int | None = None  # beyond those there are, for the next target; None if no number would do


def claim_levels(
    pairs: Sequence[LevelPair], target: float, risk: float, look: Callable[[ClaimGroup[LevelPair]], int]
) -> tuple[LevelClaim, ...]:
    """Return a claim for each group of tasks, which share the risk; raise ValueError without pairs.

    `look` returns how often pairs of a group have been looked at, this time included; all looks share the risk.
    """
    if not pairs:
        raise ValueError("nothing is recorded")
    groups = claim_groups(pairs, target, risk * share_of_look(1))
    return tuple(_claim(group, target, risk / len(groups), look(group)) for group in groups)


def what_is_kept(claim: LevelClaim) -> str:
    """Return in words what a claim counts."""
    if claim.labeled == claim.pairs:
        return "right answers"
    return "the answers that its model gives twice" if claim.relative else "answers"


def score_pairs(pairs: Sequence[LevelPair]) -> list[ScorePair]:
    """Return the score at the level and without it, pair by pair; the worst that can be where one is not known."""
    relative = is_relative(pairs)
    return [_score_pair(pair, relative=relative) for pair in pairs]


def is_relative(pairs: Sequence[LevelPair]) -> bool:
    """Return whether every prompt was answered twice without the level, and none was compared with the truth."""
    return all(pair.again is not None and not _labeled(pair) for pair in pairs)


def _score_pair(pair: LevelPair, *, relative: bool) -> ScorePair:
    if _labeled(pair):
        return ScorePair(pair.id, pair.at_level.score or 0.0, pair.without.score or 0.0)
    if relative:
        repeated = float(pair.repeated)
        return ScorePair(pair.id, repeated if pair.unchanged else float(pair.kept), repeated)
    if pair.without.score is not None and not pair.kept:  # not what was asked for: no answer that could be kept
        return ScorePair(pair.id, 0.0, pair.without.score)
    return ScorePair(pair.id, float(pair.kept), 1.0)


def _labeled(pair: LevelPair) -> bool:
    return pair.at_level.score is not None and pair.without.score is not None


def _agree(one: LevelAnswer, other: LevelAnswer) -> bool:
    return one.asserted is not None and one.asserted == other.asserted


def _claim(group: ClaimGroup[LevelPair], target: float, share: float, look: int) -> LevelClaim:
    pairs, risk = group.rows, share * share_of_look(look)
    scores = score_pairs(pairs)
    p = p_value(scores, target, risk)
    certified = p <= risk
    bound = lower_bound(scores, risk, target) if certified else target
    next_target = next((level for level in TARGETS if level > bound), None) if certified else target
    outcomes = count_outcomes(scores)
    needed = (
        None
        if next_target is None
        else rows_needed(outcomes, len(scores), next_target, share * share_of_look(look + 1))
    )
    without = sum(score.flagship_score for score in scores)
    return LevelClaim(
        group=group.name if len(group.signatures) > 1 else group.signatures[0], signatures=group.signatures,
        target=target, risk=risk, look=look, certified=certified, bound=bound, p=p, pairs=len(pairs),
        kept=sum(score.score for score in scores) / without if without else 0.0,
        labeled=sum(map(_labeled, pairs)), self_agreement=_self_agreement(pairs), relative=is_relative(pairs),
        unchanged=sum(pair.unchanged for pair in pairs),
        open_ended=sum(pair.without.open_ended and not _labeled(pair) for pair in pairs),
        saving=_saving(pairs), agreements=_agreements(pairs), next_target=next_target,
        pairs_needed=None if needed is None else max(0, needed - len(pairs)),
    )  # fmt: skip


def answers_kept(pairs: Iterable[LevelPair]) -> list[bool]:
    """Return whether the level kept each answer there was without it."""
    return [pair.kept for pair in pairs if pair.without.asserted is not None]


def _agreements(pairs: Sequence[LevelPair]) -> dict[str, Agreement]:
    if not is_relative(pairs) and not any(map(_labeled, pairs)):
        return {}
    by_task: defaultdict[str, list[LevelPair]] = defaultdict(list)
    for pair in pairs:
        by_task[pair.signature].append(pair)
    kept = {task: answers_kept(found) for task, found in by_task.items()}
    return {task: Agreement(sum(found), len(found)) for task, found in kept.items()}


def _self_agreement(pairs: Sequence[LevelPair]) -> float | None:
    asked = [pair for pair in pairs if pair.again is not None]
    return sum(pair.repeated for pair in asked) / len(asked) if asked else None


def _saving(pairs: Sequence[LevelPair]) -> LevelSaving:
    costs = [
        (pair.at_level.cost, pair.without.cost)
        for pair in pairs
        if pair.at_level.cost is not None and pair.without.cost is not None
    ]
    tokens = [
        (pair.at_level.input, pair.without.input)
        for pair in pairs
        if pair.at_level.input is not None and pair.without.input is not None
    ]
    spent, without = sum((one for one, _ in costs), Decimal(0)), sum((other for _, other in costs), Decimal(0))
    return LevelSaving(
        dollars=_saved(float(spent), float(without)) if len(costs) == len(pairs) else None,
        tokens=_saved(sum(one for one, _ in tokens), sum(other for _, other in tokens)),
        spent=spent, without=without,
    )  # fmt: skip


def _saved(now: float, before: float) -> float | None:
    return 1 - now / before if before else None


def latest(pairs: Iterable[LevelPair], since: float) -> list[LevelPair]:
    """Return the pairs answered after a moment, in seconds since the epoch."""
    return [pair for pair in pairs if pair.time > since]
