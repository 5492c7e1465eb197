"""What a chain did for a task before: where its cheap steps cannot pay off, rows go straight to its last step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from scrimp.errors import StoreError
from scrimp.escalation.payoff import MIN_ROWS, can_pay, paid_below
from scrimp.escalation.signals import SIGNALS
from scrimp.flows.plan.expected.chain_cost import MOST_OF_LAST
from scrimp.flows.plan.routes.cheapest_model import TYPICAL_CALL, cost_of_call
from scrimp.values import Chain, ModelRef, Step, Usage

if TYPE_CHECKING:
    from scrimp.config.resolved.routes import Routes
    from scrimp.prices.book import PriceBook
    from scrimp.store.ledger import ClimbCount
    from scrimp.store.ledger_queries.billed_calls import BilledCalls

# One row in this many still takes every step, to notice when the cheap models have become good enough.
EXPLORE_EVERY = 20
HISTORY_SECONDS = 30 * 86_400.0  # seconds: older results may no longer hold
# A judge reads the prompt and the completion.
_JUDGE_INPUT = TYPICAL_CALL.input + TYPICAL_CALL.output


class ChainHistory:
    """What all chains did for all tasks, read from the ledger when the first row of a chain is called."""

    def __init__(
        self,
        climbs: Callable[[float], list[ClimbCount]],
        routes: Routes,
        prices: PriceBook,
        clock: Callable[[], float],
        warn: Callable[[str], None],
        billed: Callable[[str, float], list[BilledCalls]] = lambda *_: [],
        place_of: Callable[[ModelRef], ModelRef | None] | None = None,
    ) -> None:
        """`climbs` tells how rows ended since a moment, `billed` what calls of a chain cost since then.

        `place_of` tells where a model is bought, where that may be elsewhere than where it is named.
        """
        self._climbs, self._routes, self._prices, self._clock, self._warn = climbs, routes, prices, clock, warn
        self._billed, self._place_of = billed, place_of or self._named_place
        self._shares_of: dict[int, tuple[Chain, tuple[float, ...] | None]] = {}

    def first_step(self, chain: Chain, signature: str, key: bytes) -> int:
        """Return the step a row begins at: the first, or the last where those before it do not pay for this task.

        Which rows still take every step depends on `key`, so that a retried row takes the same steps. A certified
        route takes the steps that were certified: where they pay no longer, drift is what ends it.
        """
        if chain.escalate_unjudged and not chain.only_if_cheaper:
            return 0
        last = len(chain.steps) - 1
        if chain.only_if_cheaper and not self._is_cheaper(chain):
            return last
        shares = self._shares(chain) if last > 0 and chain.name is not None else None
        if shares is None or key[0] % EXPLORE_EVERY == 0:
            return 0
        ends = self._ends.get((signature, chain.name or ""), {})
        rows = sum(ends.values())
        return 0 if can_pay(rows - ends.get(last, 0), rows, paid_below(ends, shares)) else last

    def _is_cheaper(self, chain: Chain) -> bool:
        """Return whether every step can be called, and those before the last are known to cost little in comparison."""
        if any(self._called(step) is None for step in chain.steps[:-1]):
            return False
        shares = self._shares(chain)
        return shares is not None and sum(shares) <= MOST_OF_LAST

    def _shares(self, chain: Chain) -> tuple[float, ...] | None:
        """Return each earlier step's cost as a share of the last step's; None if unknown.

        By what their calls were billed, hidden reasoning included, or by list prices where there are too few.
        """
        held = self._shares_of.get(id(chain))
        if held is None:
            held = self._shares_of[id(chain)] = (chain, self._computed(chain))  # held, so that its id is not reused
            if held[1] is not None and sum(held[1]) >= 1 and not chain.only_if_cheaper:
                self._warn(
                    f"chain '{chain.name}' can hardly save money: what comes before its last step costs "
                    f"{100 * sum(held[1]):.0f} % of what the last costs alone; name cheaper models, or use its last "
                    "step as the tier"
                )
        return held[1]

    def _computed(self, chain: Chain) -> tuple[float, ...] | None:
        billed = self._billed_costs(chain)
        if billed is None and _compares_efforts(chain):
            return None  # one model has one price, however long it thinks
        *below, last = billed or [self._cost(step) for step in chain.steps]
        # A lone cheap model is asked twice: it has to agree with itself.
        times = 2 if len(below) == 1 and SIGNALS[chain.signal].compares else 1
        judge = self._judge(chain)
        if not last or judge is None:
            return None
        known = [(times * cost + judge) / last for cost in below if cost is not None]
        return tuple(known) if len(known) == len(below) else None

    def _billed_costs(self, chain: Chain) -> list[float | None] | None:
        """Return the mean dollars of a call of each step, by its first model's; None without enough of one of them."""
        if SIGNALS[chain.signal].judge_calls is not None:  # the ledger does not tell a judge's calls from a step's
            return None
        try:
            calls_made = sorted(self._billed(chain.name or "", self._since), key=lambda each: each.calls)
        except StoreError:
            return None  # `_ends` warns of it
        found = {(each.step, each.model): each for each in calls_made}  # at the effort that most calls had
        costs: list[float | None] = []
        for number, step in enumerate(chain.steps):
            called = self._called(step)
            calls = None if called is None else found.get((number, called.without_arm))
            if calls is None or calls.calls < MIN_ROWS or not calls.cost_of_one:
                return None
            costs.append(float(calls.cost_of_one))
        return costs

    def _called(self, step: Step) -> ModelRef | None:
        """Return the first model of a step that can be called, where it is bought; None if there is none."""
        places = map(self._place_of, step.candidates)
        return next((place for place in places if place is not None), None)

    def _named_place(self, model: ModelRef) -> ModelRef | None:
        return model if model.provider in self._routes.available else None

    @property
    def _since(self) -> float:
        return self._clock() - HISTORY_SECONDS

    def _judge(self, chain: Chain) -> float | None:
        """Return what it costs to have one completion judged."""
        judge_calls = SIGNALS[chain.signal].judge_calls
        if judge_calls is None:
            return 0.0
        usage = Usage(input=_JUDGE_INPUT, output=judge_calls.output)
        cost = self._cost(chain.judge or chain.steps[0], usage)
        return None if cost is None else judge_calls.calls * cost

    def _cost(self, step: Step, usage: Usage = TYPICAL_CALL) -> float | None:
        called = self._called(step)
        cost = None if called is None else cost_of_call(called, self._prices, self._clock(), usage)
        return None if cost is None else float(cost)

    @cached_property
    def _ends(self) -> dict[tuple[str, str], dict[int, int]]:
        """By task and chain: how many rows came to an end at which step."""
        ends: defaultdict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        try:
            climbs = self._climbs(self._since)
        except StoreError as error:
            self._warn(f"chains start at their first step, because the ledger of earlier runs cannot be read: {error}")
            climbs = []
        for each in climbs:
            ends[each.signature, each.chain][each.step] = each.rows
        return ends


def _compares_efforts(chain: Chain) -> bool:
    """Return whether a model is called at several steps, at one effort or another."""
    models = [{model.without_arm for model in step.candidates} for step in chain.steps]
    return any(one & other for one, other in combinations(models, 2))
