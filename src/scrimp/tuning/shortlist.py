"""The short list of policies worth testing, safest first, and why the others are not on it.

Drawn up from what models asserted and cost, never from how right they were. How safe a policy is, is estimated by how
often what it keeps asserts what the flagship asserts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from msgspec import Struct

from scrimp.tuning.policies import Agree, Always, Backed, Confident, Policy, policy_name, replay
from scrimp.tuning.recorded_row import RecordedRow, answer_of

_MIN_EXTRA_SAVING = 0.02  # of the flagship's cost: what a less safe policy must save beyond a safer one to be listed
_THRESHOLDS = (0.99, 0.95, 0.9, 0.8, 0.7, 0.5)
_MAX_ROWS = 2_000  # evenly spread: enough to put policies in order


class Shortlist(Struct, frozen=True):
    """Policies in order of safety, all-flagship not among them; a sentence for each that cannot pay."""

    policies: tuple[Policy, ...]
    left_out: tuple[str, ...]


class _Candidate(Struct, frozen=True):
    policy: Policy
    saved: float
    agreement: float  # share of prompts on which what is kept asserts what the flagship asserts


def shortlist(recorded: Sequence[RecordedRow], pool: Mapping[str, str], flagship: str) -> Shortlist:
    """Return the policies that no other beats in both safety and cost, in order of safety.

    `pool` maps the cheap models to their families: voters come from different ones, because models of one family make
    similar mistakes. For a certificate, draw up the list on other rows than those it is tested on: otherwise a policy
    that looked safe by chance is confirmed by the same chance. The rows need no scores. Raises InputError where a row
    lacks one of the models.
    """
    rows = recorded[:: max(1, len(recorded) // _MAX_ROWS)]
    flagship_cost = sum(answer_of(row, flagship).cost for row in rows)
    if flagship_cost <= 0:
        return Shortlist((), (f"the cost of {flagship} is unknown: record some of its completions",))
    relative_cost = {model: sum(answer_of(row, model).cost for row in rows) / flagship_cost for model in pool}
    cheapest_first = sorted(pool, key=lambda model: (relative_cost[model], model))
    left_out = [
        reason
        for first, second in combinations(cheapest_first, 2)
        if pool[first] != pool[second] and (reason := _why_unprofitable(first, second, rows, relative_cost))
    ]
    left_out += [
        f"{model} always: it costs no less than {flagship}" for model in cheapest_first if relative_cost[model] >= 1
    ]
    candidates = [
        _weigh(policy, rows, flagship, flagship_cost) for policy in _possible_policies(cheapest_first, pool, rows)
    ]
    return Shortlist(_undominated([one for one in candidates if one.saved > 0]), tuple(left_out))


def _possible_policies(
    cheapest_first: Sequence[str], pool: Mapping[str, str], rows: Sequence[RecordedRow]
) -> Iterator[Policy]:
    """Yield every policy of up to three cheap models, the cheaper called first; only models that assert may vote."""
    voters = [model for model in cheapest_first if any(answer_of(row, model).asserted is not None for row in rows)]
    for count in (2, 3):
        yield from (
            Agree(chosen) for chosen in combinations(voters, count) if len({pool[model] for model in chosen}) == count
        )
    for model in voters:
        unrelated = [other for other in voters if pool[other] != pool[model]]
        yield from (Backed(model, backers) for backers in combinations(unrelated, 2))
    for model in cheapest_first:
        if any(answer_of(row, model).confidence is not None for row in rows):
            yield from (Confident(model, threshold) for threshold in _THRESHOLDS)
        yield Always(model)


def _weigh(policy: Policy, rows: Sequence[RecordedRow], flagship: str, flagship_cost: float) -> _Candidate:
    cost = agreed = 0.0
    for row in rows:
        outcome = replay(policy, row, flagship)
        cost += outcome.cost
        asserted = answer_of(row, outcome.model).asserted
        agreed += outcome.model == flagship or (asserted is not None and asserted == answer_of(row, flagship).asserted)
    return _Candidate(policy, 1 - cost / flagship_cost, agreed / len(rows))


def _undominated(candidates: Sequence[_Candidate]) -> tuple[Policy, ...]:
    """Return the safest first, then each that saves enough more than all safer ones.

    Where nothing is asserted none agrees with the flagship, and the dearer model is the safer guess: all are listed.
    """
    if all(one.agreement == 0 for one in candidates):
        return tuple(one.policy for one in sorted(candidates, key=lambda one: one.saved))
    chosen: list[_Candidate] = []
    for one in sorted(candidates, key=lambda one: (-one.agreement, -one.saved)):
        if not chosen or one.saved >= chosen[-1].saved + _MIN_EXTRA_SAVING:
            chosen.append(one)
    return tuple(one.policy for one in chosen)


def _why_unprofitable(
    first: str, second: str, rows: Sequence[RecordedRow], relative_cost: Mapping[str, float]
) -> str | None:
    """Return why two voters cannot pay, or None: what they save is their agreement less their cost, as shares."""
    asserted = [(answer_of(row, first).asserted, answer_of(row, second).asserted) for row in rows]
    agreement = sum(one is not None and one == other for one, other in asserted) / len(rows)
    cost = relative_cost[first] + relative_cost[second]
    if agreement > cost:
        return None
    name = policy_name(Agree((first, second)))
    if all(one is None or other is None for one, other in asserted):
        return f"{name}: nothing was asserted that they could agree on"
    return (
        f"{name}: they do so on {agreement:.0%} of the prompts and together cost {cost:.0%} of the flagship, so "
        "nothing would be saved"
    )
