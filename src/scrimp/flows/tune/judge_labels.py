"""A model as judge of completions that were kept: asked about each, in both orders of what it may answer."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.escalation.signals.judge import judge_parameters, judge_prompts, judged
from scrimp.flows import live
from scrimp.flows.engine.run_stop import RunStop
from scrimp.flows.plan.run_options import RunLabels, RunLimits, RunOptions
from scrimp.flows.tune.pair_collector import capped
from scrimp.values import Answered, Outcome, Prompt

if TYPE_CHECKING:
    from scrimp.config.schema import Defaults
    from scrimp.flows.services import Services
    from scrimp.flows.tune.disputes import Dispute

JUDGED = "scrimp tune label"  # the route of such calls in the ledger


class JudgeLabeler:
    """Asks one model; what it said before is in the cache and costs nothing."""

    def __init__(self, model: str, defaults: Defaults, services: Services) -> None:
        self._services = services
        self._cap = defaults.max_cost
        self._asked = RunOptions(
            model=model, parameters=judge_parameters(), level="off", retries=defaults.retries,
            concurrency=defaults.concurrency, timeout=defaults.timeout, labels=RunLabels(route=JUDGED),
        )  # fmt: skip
        self.spent = Decimal(0)  # dollars
        self.stopped: RunStop | None = None  # why nothing more can be asked

    def scores(self, asked: Sequence[Dispute]) -> list[dict[str, float]]:
        """Return for each dispute a score by model, 1 or 0; of what the judge says nothing clear there is none."""
        asking = [[judge_prompts(each.prompt.text, one.output) for one in each.sayings] for each in asked]
        said = self._said(list(dict.fromkeys(text for pairs in asking for pair in pairs for text in pair)))
        return [
            {
                model: float(round(sure))
                for one, pair in zip(each.sayings, pairs, strict=True)
                if (sure := judged(*(said.get(text) for text in pair))) is not None and sure != 0.5
                for model in one.models
            }
            for each, pairs in zip(asked, asking, strict=True)
        ]

    def _said(self, texts: Sequence[str]) -> dict[str, str]:
        said: dict[str, str] = {}

        def take(outcomes: Sequence[Outcome]) -> None:
            for outcome in outcomes:
                if isinstance(outcome, Answered):
                    said[outcome.prompt.text] = outcome.answer.output
                self.spent += sum((entry.cost or Decimal(0) for entry in outcome.entries), Decimal(0))

        left = RunLimits(max_cost=None if self._cap is None else self._cap - self.spent)
        prompts = (Prompt(index=index, text=text) for index, text in enumerate(texts))
        stop = live.run(prompts, replace(self._asked, limits=left), self._services, take, live=False)
        if stop is not None:
            self.stopped = capped(stop, self._cap)
        return said
