"""The short list of policies worth testing, what each waits for, and why the others are not on it.

The order does not depend on these rows' scores. Voters are the four most expensive models, one of each family, since
price is the only sign of quality beforehand. A policy that keeps an answer more readily waits for the more careful ones
with the same models: first each pair that must agree, then each model that either of two others may back, then any two
of three, of four, and last one model alone. No pair goes before another, so that one bad model does not end everything:
of 400 rows of code at a target of 95 %, 93 of 100 draws certify a policy (mean of seven pools of models; 71 when one
sequence went from the most expensive models down).

An order by measurements on the rows, such as how often a policy agrees with the flagship, would put policies first that
were lucky on them, and a test on the same rows would confirm the luck: of eight models that truly keep 94.8 %, one was
certified at 95 % in 14 to 17 of 100 draws, and in 3 with this order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import comb

from msgspec import Struct

from scrimp.tuning.gatekeeping import START, GatedPolicy
from scrimp.tuning.policies import Agree, Always, Backed, Confident, Policy, policy_name, replay
from scrimp.tuning.recorded_row import RecordedRow, answer_of

_MIN_EXTRA_SAVING = 0.01  # of the flagship's cost: what a policy must save beyond those it waits for to be listed
_THRESHOLDS = (0.99, 0.95, 0.9, 0.8, 0.7, 0.5)
_MAX_ROWS = 2_000  # evenly spread: enough to know what policies save
_MAX_VOTERS = 4

_Candidate = tuple[Policy, tuple[Policy, ...]]  # with the policies of which one must have passed first


class Shortlist(Struct, frozen=True):
    """Policies in the order they are tested, all-flagship not among them; a sentence for each that cannot pay."""

    order: tuple[GatedPolicy, ...]
    left_out: tuple[str, ...]

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies alone."""
        return tuple(gated.policy for gated in self.order)


def shortlist(recorded: Sequence[RecordedRow], pool: Mapping[str, str], flagship: str) -> Shortlist:
    """Return the policies worth testing, each of which saves more than those it waits for.

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
    candidates = list(_candidates(cheapest_first, pool, rows))
    saved = {
        policy: 1 - sum(replay(policy, row, flagship).cost for row in rows) / flagship_cost for policy, _ in candidates
    }
    return Shortlist(_worth_testing(candidates, saved), tuple(left_out))


def pairs_tested_first(families: int) -> int:
    """Return how many pairs of voters share the risk at first where cheap models have this many families, 1 or more."""
    return max(1, comb(min(families, _MAX_VOTERS), 2))


def _candidates(
    cheapest_first: Sequence[str], pool: Mapping[str, str], rows: Sequence[RecordedRow]
) -> Iterator[_Candidate]:
    """Yield policies, each after those it waits for; only models that assert may vote."""
    asserting = [model for model in cheapest_first if any(answer_of(row, model).asserted is not None for row in rows)]
    voters = list({pool[model]: model for model in asserting}.values())  # each family's most expensive, cheapest first
    voters.sort(key=cheapest_first.index)
    last: list[Policy] = []
    for policy, after in _votes(voters):
        yield policy, after
        last = [policy]
    for model in cheapest_first[::-1]:
        confident: tuple[Policy, ...] = ()
        if any(answer_of(row, model).confidence is not None for row in rows):
            for threshold in _THRESHOLDS:
                yield Confident(model, threshold), confident
                confident = (Confident(model, threshold),)
        last += confident
    for model in cheapest_first[::-1]:
        yield Always(model), tuple(last)
        last = [Always(model)]


def _votes(cheapest_first: Sequence[str]) -> Iterator[_Candidate]:
    """Yield the votes of models, the last of which keeps an answer most readily."""
    voters = cheapest_first[-_MAX_VOTERS:]
    pairs = [Agree(pair) for pair in combinations(voters, 2)]
    yield from ((pair, ()) for pair in pairs)
    if len(voters) < 3:
        return
    backed = [Backed(model, tuple([other for other in voters if other != model][:2])) for model in voters]
    waited_for = {pair for one in backed for pair in pairs if _backs(pair, one)}
    for one in backed:
        yield one, tuple(pair for pair in pairs if _backs(pair, one))
    last: Policy = Agree(tuple(voters[-3:]))
    yield last, (*backed, *(pair for pair in pairs if pair not in waited_for))
    wider = [(*voters[-3:], voters[0]), tuple(voters)] if len(voters) > 3 else []
    if len(cheapest_first) > _MAX_VOTERS:
        wider.append(tuple(cheapest_first[:_MAX_VOTERS]))
    for chosen in wider:
        yield Agree(chosen), (last,)
        last = Agree(chosen)


def _backs(pair: Agree, backed: Backed) -> bool:
    """Return whether a pair that agrees is a model and one of its backers."""
    return backed.model in pair.voters and bool({*pair.voters} & {*backed.backers})


def _worth_testing(candidates: Sequence[_Candidate], saved: Mapping[Policy, float]) -> tuple[GatedPolicy, ...]:
    """Return those that save enough more than all they wait for; where one is left out its place is taken by those."""
    order: list[GatedPolicy] = []
    places: dict[Policy, tuple[int, ...]] = {}
    most: dict[Policy, float] = {}  # saved by a policy and all it waits for
    for policy, waits_for in candidates:
        after = tuple(dict.fromkeys(place for before in waits_for for place in places[before])) or (START,)
        least = max((most[before] for before in waits_for), default=0.0)
        listed = saved[policy] > 0 and saved[policy] >= (least + _MIN_EXTRA_SAVING if least > 0 else 0)
        most[policy] = max(least, saved[policy])
        places[policy] = (len(order),) if listed else after
        if listed:
            order.append(GatedPolicy(policy, after))
    return tuple(order)


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
