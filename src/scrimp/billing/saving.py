"""What was saved against the baseline, split by cause so that the parts add up to the last digit.

For each answered row, the baseline's cost less what the row cost now is the sum of its causes. Routing is what remains
once the others are known, so it bears the cheap attempts of escalated rows. A completion from the cache was once routed
and compressed, too: only what it cost then is saved by the cache. Calls of rows that failed saved nothing.
"""

from __future__ import annotations

from decimal import Decimal

from scrimp.values import Answer, Answered, Outcome

CAUSES = ("routing", "cache", "duplicates", "compression", "provider caching", "failed rows")
_ZERO = Decimal(0)


class Saving:
    """Adds up rows that can be compared, and counts those that cannot."""

    def __init__(self) -> None:
        self.by_cause = dict.fromkeys(CAUSES, _ZERO)
        self.baselines: dict[str, None] = {}  # a set in order: hits may carry the baseline of an earlier run
        self.without = self.cost = _ZERO
        self.rows = self.unpriced_rows = self.rows_without_baseline = 0

    @property
    def saved(self) -> Decimal:
        """What the baseline would have cost, less what was paid; negative where scrimp cost more."""
        return self.without - self.cost

    def add(self, outcome: Outcome, cost: Decimal | None) -> None:
        """Add a row and what it cost now."""
        if not isinstance(outcome, Answered):
            self._spend(cost or _ZERO)
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
        self.without += answer.baseline_cost
        self.cost += cost
        self._split(outcome, answer, answer.baseline_cost, cost)

    def _spend(self, cost: Decimal) -> None:
        self.cost += cost
        self.by_cause["failed rows"] -= cost

    def _split(self, outcome: Answered, answer: Answer, baseline: Decimal, cost: Decimal) -> None:
        by_cause = self.by_cause
        once = cost
        if outcome.cache in ("hit", "dup"):
            cause = "cache" if outcome.cache == "hit" else "duplicates"
            if answer.cost is None:  # what routing had saved then is unknown
                by_cause[cause] += baseline - cost
                return
            once = answer.cost
            by_cause[cause] += once - cost
        compression = answer.compression_saved or _ZERO
        provider = answer.provider_cache_saved or _ZERO
        by_cause["compression"] += compression
        by_cause["provider caching"] += provider
        by_cause["routing"] += baseline - once - compression - provider
