"""What was saved against the baseline, split by cause so that the parts add up to the last digit.

For each answered row, the baseline's cost less the row's cost in this run is the sum of its causes. Routing is the
remainder once the others are known, so it bears the cheap attempts of escalated rows. A completion from the cache was
once routed and compressed, too: the cache saves only what it cost then. Calls of rows that failed saved nothing.
"""

from __future__ import annotations

from decimal import Decimal

from scrimp.values import Answer, Answered, Outcome

CAUSES = ("routing", "cache", "duplicates", "compression", "provider caching", "failed rows")
_ZERO = Decimal(0)


class Savings:
    """Adds up rows that can be compared with the baseline, and counts those that cannot."""

    def __init__(self) -> None:
        self.by_cause = dict.fromkeys(CAUSES, _ZERO)
        self.baselines: dict[str, None] = {}  # an ordered set: hits may carry the baseline of an earlier run
        self.baseline_cost = self.cost = _ZERO
        self.rows = self.unpriced_rows = self.rows_without_baseline = 0
        self.failed_rows_of_unknown_cost = 0  # they cost something or nothing: what was saved is an upper bound

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
            self._add_failed(cost)
            return
        answer = outcome.answer
        if answer.baseline is None:
            self.rows_without_baseline += 1
            return
        self.baselines[answer.baseline] = None
        if answer.baseline_cost is None or cost is None:
            self.unpriced_rows += 1
            return
        self.rows += 1
        self.baseline_cost += answer.baseline_cost
        self.cost += cost
        self._split_by_cause(outcome, answer, answer.baseline_cost, cost)

    def _add_failed(self, cost: Decimal | None) -> None:
        if cost is None:
            self.failed_rows_of_unknown_cost += 1
            return
        self.cost += cost
        self.by_cause["failed rows"] -= cost

    def _split_by_cause(self, outcome: Answered, answer: Answer, baseline_cost: Decimal, cost: Decimal) -> None:
        by_cause = self.by_cause
        original_cost = cost
        if outcome.cache in ("hit", "dup"):
            cause = "cache" if outcome.cache == "hit" else "duplicates"
            if answer.cost is None:  # what routing had saved then is unknown
                by_cause[cause] += baseline_cost - cost
                return
            original_cost = answer.cost
            by_cause[cause] += original_cost - cost
        compression = answer.compression_saved or _ZERO
        provider = answer.provider_cache_saved or _ZERO
        by_cause["compression"] += compression
        by_cause["provider caching"] += provider
        by_cause["routing"] += baseline_cost - original_cost - compression - provider
