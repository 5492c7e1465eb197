"""What stands between a call and the ledger: the caps of the run and of rules, and credits with providers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.flows.spend.budgets.budget import Budget
from scrimp.flows.spend.budgets.overruns import Overruns
from scrimp.flows.spend.budgets.spend_guard import SpendGuard
from scrimp.values import ModelRef, RuleCap

if TYPE_CHECKING:
    from scrimp.flows.answer.calls.credited_calls import CreditedCalls
    from scrimp.flows.buying.offers import Offers
    from scrimp.flows.plan.run_options import RunLimits
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.prices.book import PriceBook

_BY_NO_RULE: Mapping[RuleCap, Decimal] = {}


class CallGuards:
    """Puts each call of a run behind what limits its cost."""

    def __init__(
        self, limits: RunLimits, budget: Budget, prices: PriceBook, offers: Offers | None, warn: Callable[[str], None]
    ) -> None:
        self._limits, self._budget, self._prices, self._offers = limits, budget, prices, offers
        self._rule_budgets: dict[str, Budget] = {}
        self._overruns = Overruns(warn)

    def count_spent(self, cost: Decimal | None, by_rule: Mapping[RuleCap, Decimal] = _BY_NO_RULE) -> None:
        """Count dollars that were not spent by a call of this run under its cap and those of rules."""
        self._budget.settle(Decimal(0), cost or Decimal(0))
        for cap, spent in by_rule.items():
            self._rule_budget(cap).settle(Decimal(0), spent)

    @property
    def refusal(self) -> str | None:
        """Why a request did not fit under the run's cap, with what is spent by now; None where all did."""
        return self._budget.refusal and self._budget.refusal()

    def _observer(self, recorder: RowRecorder, cap: RuleCap | None) -> RowRecorder | SpendGuard:
        """Return the recorder, behind the guard of the run's cap and that of the rule's where there are any."""
        limits = self._limits
        observer: RowRecorder | SpendGuard = recorder
        if limits.max_cost is not None:
            observer = SpendGuard(
                observer, self._budget, self._prices, self._overruns, allow_unpriced=limits.allow_unpriced,
                workers=limits.workers,
            )  # fmt: skip
        if cap is None:
            return observer
        return SpendGuard(
            observer, self._rule_budget(cap), self._prices, self._overruns, allow_unpriced=limits.allow_unpriced,
            rule=cap.name, workers=limits.workers,
        )  # fmt: skip

    def _rule_budget(self, cap: RuleCap) -> Budget:
        return self._rule_budgets.setdefault(cap.name, Budget(cap.dollars))

    def before(
        self, model: ModelRef, recorder: RowRecorder, cap: RuleCap | None
    ) -> RowRecorder | SpendGuard | CreditedCalls:
        """Return what observes the requests of a call: the recorder, its guards, and what takes them off a credit."""
        observer = self._observer(recorder, cap)
        if self._offers is None or model.provider not in self._offers.credits.by_provider:
            return observer
        from scrimp.flows.answer.calls.credited_calls import CreditedCalls  # few providers give a credit

        return CreditedCalls(observer, self._offers.credits, self._prices)
