"""A model as judge of stored completions: asked about each one twice, with "right" and "wrong" swapped."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.escalation.signals.judge import judge_parameters, judge_prompts, judged
from scrimp.flows import live
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.flows.plan.run_options import RunLabels, RunLimits, RunOptions
from scrimp.flows.tune.model_calls import with_whole_cap
from scrimp.values import Answered, Outcome, Prompt

if TYPE_CHECKING:
    from scrimp.config.schema import Defaults
    from scrimp.flows.services import Services
    from scrimp.flows.tune.labels.disputes import Dispute

JUDGE_ROUTE = "scrimp tune label"  # route of these calls in the ledger


class JudgeLabeler:
    """Labels completions by one model's verdicts; those it gave before are in the cache and cost nothing."""

    def __init__(self, model: str, defaults: Defaults, services: Services) -> None:
        self._services = services
        self._cap = defaults.max_cost
        self._options = RunOptions(
            model=model, parameters=judge_parameters(), level="off", retries=defaults.retries,
            concurrency=defaults.concurrency, timeout=defaults.timeout, labels=RunLabels(route=JUDGE_ROUTE),
        )  # fmt: skip
        self.spent = Decimal(0)  # dollars
        self.stopped: RunStop | None = None  # why no more verdicts can be had

    def scores(self, disputes: Sequence[Dispute]) -> list[dict[str, float]]:
        """Return for each dispute a score by model, 1 or 0; a completion without a clear verdict has none."""
        questions = [
            [judge_prompts(dispute.prompt.text, answer.output) for answer in dispute.answers] for dispute in disputes
        ]
        texts = dict.fromkeys(text for both_orders in questions for pair in both_orders for text in pair)
        verdicts = self._verdicts(list(texts))
        return [
            {
                model: float(round(confidence))
                for answer, pair in zip(dispute.answers, both_orders, strict=True)
                if (confidence := judged(*(verdicts.get(text) for text in pair))) is not None and confidence != 0.5
                for model in answer.models
            }
            for dispute, both_orders in zip(disputes, questions, strict=True)
        ]

    def _verdicts(self, texts: Sequence[str]) -> dict[str, str]:
        """Return the judge's completion for each text; failed ones are missing."""
        verdicts: dict[str, str] = {}

        def take(outcomes: Sequence[Outcome]) -> None:
            for outcome in outcomes:
                if isinstance(outcome, Answered):
                    verdicts[outcome.prompt.text] = outcome.answer.output
                self.spent += sum((entry.cost or Decimal(0) for entry in outcome.entries), Decimal(0))

        limits = RunLimits(max_cost=None if self._cap is None else self._cap - self.spent)
        prompts = (Prompt(index=index, text=text) for index, text in enumerate(texts))
        stop = live.run(prompts, replace(self._options, limits=limits), self._services, take, one_by_one=False)
        if stop is not None:
            self.stopped = with_whole_cap(stop, self._cap)
        return verdicts
