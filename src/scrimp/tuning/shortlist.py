"""The short list of policies worth testing, safest first, and why the others are not on it.

The order is one that holds before anything is known of these rows: a policy that asks for more is safer, and among
equals the one whose cheapest model costs most. An order by what was measured on the rows, such as how often a policy
agrees with the flagship, would put first what was lucky on them, and a test on the same rows would confirm the luck:
of eight models that truly keep 94.8 %, one was certified at 95 % in 14 to 17 of 100 draws, and in 3 by this order. An
order by a tenth to a third of the rows, tested on the others, is as honest but certifies less: 63 of 100 draws instead
of 97 on grade school mathematics, 27 instead of 38 on code (200 rows, 95 %).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from msgspec import Struct

from scrimp.tuning.policies import Agree, Always, Backed, Confident, Policy, policy_name, replay
from scrimp.tuning.recorded_row import RecordedRow, answer_of

_MIN_EXTRA_SAVING = 0.01  # of the flagship's cost: what a less safe policy must save beyond a safer one to be listed
_THRESHOLDS = (0.99, 0.95, 0.9, 0.8, 0.7, 0.5)
_MAX_ROWS = 2_000  # evenly spread: enough to put policies in order


class Shortlist(Struct, frozen=True):
    """Policies in order of safety, all-flagship not among them; a sentence for each that cannot pay."""

    policies: tuple[Policy, ...]
    left_out: tuple[str, ...]


class _Candidate(Struct, frozen=True):
    policy: Policy
    saved: float


def shortlist(recorded: Sequence[RecordedRow], pool: Mapping[str, str], flagship: str) -> Shortlist:
    """Return the policies worth testing in order of safety, each of which saves more than all before it.

    `pool` maps the cheap models to their families: voters come from different ones, because models of one family make
    similar mistakes. The rows need no scores, and those the policies are tested on may be among them. Raises InputError
    where a row lacks one of the models.
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
    in_order = sorted(_possible_policies(cheapest_first, pool, rows), key=lambda one: _safety(one, relative_cost))
    candidates = (
        _Candidate(policy, 1 - sum(replay(policy, row, flagship).cost for row in rows) / flagship_cost)
        for policy in in_order
    )
    return Shortlist(_saving_more_and_more(candidates), tuple(left_out))


def _safety(policy: Policy, relative_cost: Mapping[str, float]) -> tuple[float, ...]:
    """Return a key that sorts policies, the safest first, by what they ask for and what their models cost."""
    match policy:
        case Backed(model, backers):
            models, rank = (model, *backers), 0.0
        case Agree((_, _) as voters):
            models, rank = voters, 1.0
        case Confident(model, threshold):
            models, rank = (model,), 3.0 - threshold
        case Agree(voters):
            models, rank = voters, float(len(voters))
        case Always(model):
            models, rank = (model,), 9.0
        case _:
            raise TypeError(f"one policy for all is compared, not {policy_name(policy)}")
    costs = [relative_cost[model] for model in models]
    return (rank, -min(costs), -sum(costs))


def _possible_policies(
    cheapest_first: Sequence[str], pool: Mapping[str, str], rows: Sequence[RecordedRow]
) -> Iterator[Policy]:
    """Yield every policy of up to four cheap models, the cheaper called first; only models that assert may vote."""
    voters = [model for model in cheapest_first if any(answer_of(row, model).asserted is not None for row in rows)]
    for count in (2, 3, 4):
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


def _saving_more_and_more(candidates: Iterable[_Candidate]) -> tuple[Policy, ...]:
    """Return each policy that saves enough more than all safer ones."""
    chosen: list[_Candidate] = []
    for one in candidates:
        if one.saved > 0 and (not chosen or one.saved >= chosen[-1].saved + _MIN_EXTRA_SAVING):
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
