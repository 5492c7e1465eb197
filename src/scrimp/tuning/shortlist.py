"""The short list of policies worth testing, safest first, and why the others are not on it.

Drawn up from what models asserted and cost, never from how right they were. How safe a policy is, is told by how often
what it keeps asserts what the flagship asserts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from msgspec import Struct

from scrimp.tuning.policies import Agree, Always, Backed, Confident, PerSignature, Policy, play, policy_name
from scrimp.tuning.recorded_row import RecordedRow, answer_of

_STEP = 0.02  # of the flagship's cost: a policy less safe than another must save so much more to be on the list
_THRESHOLDS = (0.99, 0.95, 0.9, 0.8, 0.7, 0.5)
_RUNGS = 12
_LOOKED_AT = 2_000  # rows, evenly spread: enough to put policies in order


class Shortlist(Struct, frozen=True):
    """Policies in order of safety, all-flagship not among them; a sentence for each that cannot pay."""

    policies: tuple[Policy, ...]
    left_out: tuple[str, ...]


class _Weighed(Struct, frozen=True):
    policy: Policy
    saved: float
    echoes: float  # share of prompts on which the flagship's word is what is kept


def policies(recorded: Sequence[RecordedRow], pool: Mapping[str, str], flagship: str) -> Shortlist:
    """Return the policies of which none is both safer and cheaper than another, in order of safety.

    `pool` names the cheap models' families: voters come from different ones, because relatives err alike. For a
    certificate the rows are others than those it is tested on, at best all that were ever recorded: on the same rows a
    policy that happened to look safe there would be tested on its luck. They need no scores. Raises InputError where a
    row lacks one of the models.
    """
    rows = recorded[:: max(1, len(recorded) // _LOOKED_AT)]
    top = sum(answer_of(row, flagship).cost for row in rows)
    if top <= 0:
        return Shortlist((), (f"nothing is known of what {flagship} costs: record some of its completions",))
    cost = {model: sum(answer_of(row, model).cost for row in rows) / top for model in pool}
    cheap = sorted(pool, key=lambda model: (cost[model], model))
    left_out = [_unpaid_pair(pair, rows, cost) for pair in _pairs(cheap, pool, rows)]
    left_out += [f"{model} always: it costs no less than {flagship}" for model in cheap if cost[model] >= 1]
    weighed = [_weigh(policy, rows, flagship, top) for policy in _candidates(cheap, pool, rows)]
    paying = [one for one in weighed if one.saved > 0]
    return Shortlist(_in_order(paying), tuple(sentence for sentence in left_out if sentence))


def ladder(worth: Mapping[str, float], model: str, flagship: str) -> tuple[Policy, ...]:
    """Return policies that give one signature after another to the cheap model, the safest step first.

    `worth` is how much the flagship is expected to gain on each signature, learned on rows other than those that the
    steps will be tested on: the signature where it gains least goes first, one nobody saw stays with the flagship. Of
    many signatures several go at once, a dozen steps in all.
    """
    order = sorted(worth, key=lambda signature: (worth[signature], signature))
    rungs = min(_RUNGS, len(order))
    steps = (order[: -(-len(order) * rung // rungs)] for rung in range(1, rungs + 1))
    return tuple(PerSignature(dict.fromkeys(step, Always(model)), Always(flagship)) for step in steps)


def _candidates(cheap: Sequence[str], pool: Mapping[str, str], rows: Sequence[RecordedRow]) -> Iterator[Policy]:
    """Yield every policy of up to three cheap models, the cheaper asked first; votes only among who asserts at all."""
    voters = [model for model in cheap if any(answer_of(row, model).asserted is not None for row in rows)]
    for count in (2, 3):
        yield from (Agree(some) for some in combinations(voters, count) if len({pool[one] for one in some}) == count)
    for model in voters:
        strangers = [other for other in voters if pool[other] != pool[model]]
        yield from (Backed(model, some) for some in combinations(strangers, 2))
    for model in cheap:
        if any(answer_of(row, model).confidence is not None for row in rows):
            yield from (Confident(model, threshold) for threshold in _THRESHOLDS)
        yield Always(model)


def _weigh(policy: Policy, rows: Sequence[RecordedRow], flagship: str, top: float) -> _Weighed:
    cost = echoes = 0.0
    for row in rows:
        one = play(policy, row, flagship)
        cost += one.cost
        word = answer_of(row, one.model).asserted
        echoes += one.model == flagship or (word is not None and word == answer_of(row, flagship).asserted)
    return _Weighed(policy, 1 - cost / top, echoes / len(rows))


def _in_order(weighed: Sequence[_Weighed]) -> tuple[Policy, ...]:
    """Return the safest first, then each that saves a step more than all safer ones.

    Where nothing is asserted all echo alike, and the dearer model is the safer guess: all of them are kept.
    """
    if all(one.echoes == 0 for one in weighed):
        return tuple(one.policy for one in sorted(weighed, key=lambda one: one.saved))
    found: list[_Weighed] = []
    for one in sorted(weighed, key=lambda one: (-one.echoes, -one.saved)):
        if not found or one.saved >= found[-1].saved + _STEP:
            found.append(one)
    return tuple(one.policy for one in found)


def _pairs(
    cheap: Sequence[str], pool: Mapping[str, str], rows: Sequence[RecordedRow]
) -> Iterator[tuple[str, str, float]]:
    """Yield strangers with the share of prompts on which they assert the same."""
    for one, other in combinations(cheap, 2):
        if pool[one] != pool[other]:
            words = [(answer_of(row, one).asserted, answer_of(row, other).asserted) for row in rows]
            yield one, other, sum(first is not None and first == second for first, second in words) / len(rows)


def _unpaid_pair(pair: tuple[str, str, float], rows: Sequence[RecordedRow], cost: Mapping[str, float]) -> str:
    """Say why two voters cannot pay, by the budget identity: saved = agree rate - (cost A + cost B) / flagship's."""
    one, other, agree = pair
    both = cost[one] + cost[other]
    if agree > both:
        return ""
    if all(answer_of(row, one).asserted is None or answer_of(row, other).asserted is None for row in rows):
        return f"{policy_name(Agree((one, other)))}: nothing was asserted that they could agree on"
    return (
        f"{policy_name(Agree((one, other)))}: they do so on {agree:.0%} of the prompts and together cost {both:.0%} of "
        "the flagship, so nothing would be saved"
    )
