"""What was saved against the baseline, split by cause so that the parts add up to the last digit.

For each answered row the baseline's cost less what the row cost in this run is the sum of its causes:

- for a row that was called: what compression saved, at the price of the model that answered; what a batch saved of the
  price of the same call; what reading from the provider's cache saved, less what writing to it cost more; what the same
  call would have cost more at the provider where its model was named, if another one sold it; under routing, chain or
  named model, by whose choice that model was, the rest of the difference to the one call that is compared; and the
  row's other attempts (cheap ones of a chain, corrections, judges), which none would have made;
- for a duplicate: what that one call would have cost, and what compression and the choice of the model had saved of it;
- for a completion from the cache: what the row would cost now, and nothing else: with a certified route, at its
  flagship. What routing saved was counted once, when it was paid for.

Calls of rows that failed saved nothing, and those that watch certified routes neither. Other attempts, failed rows and
the quality shadow are never above zero; the choice of the model is below zero where that model cost more than the
baseline, the provider's cache where writing and storing cost more than reading saved, and the cheaper provider where a
credit paid at a more expensive one.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import get_args

from msgspec import Struct

from scrimp.enums import RouteChoice
from scrimp.values import Answer, Answered, Outcome

CAUSES = (
    *get_args(RouteChoice), "cheaper provider", "cache", "duplicates", "compression", "batch", "provider caching",
    "other attempts", "failed rows", "quality shadow",
)  # fmt: skip
_ZERO = Decimal(0)


class Comparison(Struct, frozen=True):
    """What a row is compared with: the model, its dollars (None: unknown), and whether its tokens were counted."""

    baseline: str | None
    cost: Decimal | None
    estimated: bool


def cost_then(answer: Answer) -> Comparison:
    """Return what a cached row cost when it was paid for."""
    return Comparison(f"{answer.provider}/{answer.called_as or answer.model}", answer.cost, estimated=answer.estimated)


class Savings:
    """Adds up rows that can be compared with the baseline, and counts those that cannot."""

    def __init__(self, cost_now: Callable[[Answer], Comparison] = cost_then) -> None:
        """`cost_now` says what a row of the cache would cost if it were called."""
        self._cost_now = cost_now
        self.by_cause = dict.fromkeys(CAUSES, _ZERO)
        self.baselines: dict[str, None] = {}  # an ordered set
        self.baseline_cost = self.cost = _ZERO
        self.rows = self.unpriced_rows = self.rows_without_baseline = 0
        self.uncounted_rows = 0  # unpriced rows whose reply did not report tokens
        self.estimated_rows = 0  # the tokens of their comparison were not counted
        self.rows_of_unknown_cost = 0  # a lost call or an unpriced failed one may have cost more: an upper bound

    @property
    def saved(self) -> Decimal:
        """What the baseline would have cost, less what was paid; negative where scrimp cost more."""
        return self.baseline_cost - self.cost

    @property
    def rows_not_compared(self) -> int:
        """Answered rows whose cost, or whose baseline's cost, is unknown."""
        return self.unpriced_rows + self.rows_without_baseline

    def add(self, outcome: Outcome, cost: Decimal | None) -> None:
        """Add a row and its cost in this run; None is unknown."""
        if not isinstance(outcome, Answered):
            self._add_failed(outcome, cost)
            return
        compared = self._comparison(outcome)
        if compared.baseline is None:
            self.rows_without_baseline += 1
            return
        self.baselines[compared.baseline] = None
        if compared.cost is None or cost is None:
            self.unpriced_rows += 1
            self.uncounted_rows += cost is None and outcome.answer.usage is None
            return
        self.rows += 1
        self.estimated_rows += compared.estimated
        self.rows_of_unknown_cost += _has_lost_call(outcome)
        self.baseline_cost += compared.cost
        self.cost += cost
        if outcome.paid_by_another_run:
            self.by_cause["cache" if outcome.cache == "hit" else "duplicates"] += compared.cost - cost
        else:
            self._split_by_cause(outcome, outcome.answer, compared.cost, cost)

    def add_watch(self, cost: Decimal | None) -> None:
        """Add a call that watches certified routes: no baseline would have made it."""
        self.rows_of_unknown_cost += cost is None
        self.cost += cost or _ZERO
        self.by_cause["quality shadow"] -= cost or _ZERO

    def add_stored(self, cost: Decimal | None) -> None:
        """Add what was paid for storing the beginnings of prompts, which calls read for less."""
        self.rows_of_unknown_cost += cost is None
        self.cost += cost or _ZERO
        self.by_cause["provider caching"] -= cost or _ZERO

    def add_other_attempts(self, cost: Decimal) -> None:
        """Add what was paid in addition to the calls of rows."""
        self.cost += cost
        self.by_cause["other attempts"] -= cost

    def _comparison(self, outcome: Answered) -> Comparison:
        answer = outcome.answer
        if outcome.paid_by_another_run:
            return self._cost_now(answer)
        return Comparison(answer.baseline, answer.baseline_cost, answer.baseline_estimated)

    def _add_failed(self, outcome: Outcome, cost: Decimal | None) -> None:
        self.rows_of_unknown_cost += cost is None or _has_lost_call(outcome)
        self.cost += cost or _ZERO
        self.by_cause["failed rows"] -= cost or _ZERO

    def _split_by_cause(self, outcome: Answered, answer: Answer, baseline_cost: Decimal, cost: Decimal) -> None:
        by_cause = self.by_cause
        compression, batch = answer.compression_saved or _ZERO, answer.batch_saved or _ZERO
        kept, sold = answer.provider_cache_saved or _ZERO, answer.seller_saved or _ZERO
        duplicate = outcome.cache == "dup"
        compared = answer.compared_cost
        if compared is None:  # it was the only one
            compared = answer.cost if duplicate else cost
        if compared is None:  # of a duplicate: what else had been saved is unknown
            by_cause["duplicates"] += baseline_cost - cost
            return
        by_cause["duplicates" if duplicate else "other attempts"] += compared - cost
        by_cause["compression"] += compression
        by_cause["batch"] += batch
        by_cause["provider caching"] += kept
        by_cause["cheaper provider"] += sold
        by_cause[answer.choice] += baseline_cost - compared - compression - batch - kept - sold


def _has_lost_call(outcome: Outcome) -> bool:
    return any(entry.status == "lost" for entry in outcome.entries)
