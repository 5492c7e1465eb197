"""A share of a run's calls, made to other models too when the run is over: pairs to learn from, paid for apart."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.config.amounts import share
from scrimp.errors import ConfigError, ScrimpError
from scrimp.flows import live
from scrimp.flows.tune.pair_collector import KnownAnswer, PairCollector, in_share
from scrimp.render.amounts import count, money
from scrimp.render.shares import plural
from scrimp.tuning.model_families import family
from scrimp.values import Answered, Outcome

if TYPE_CHECKING:
    from scrimp.config.routes import Routes
    from scrimp.config.schema import ShadowTable
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services

# What is remembered of a run, whatever its length: prompts, and characters of them and their completions.
_PROMPTS, _CHARACTERS = 10_000, 20_000_000


class ShadowPlan(Struct, frozen=True):
    """What share of calls, to whom, and for how many dollars at the most."""

    share: float
    models: tuple[str, ...]
    cap: Decimal


def shadow_plan(table: ShadowTable, routes: Routes) -> ShadowPlan | None:
    """Return what the config asks for, None where it asks for nothing.

    Raises ConfigError where a model is none, or nobody can be called.
    """
    part = share(table.share, "shadow.share")
    if not part:
        return None
    named = tuple(model.id for model in map(routes.model, table.models) if model.provider in routes.available)
    if table.models and not named:
        raise ConfigError(f"no key is set for {', '.join(table.models)}: set one, or name others")
    return ShadowPlan(part, named or default_models(routes), table.max_cost)


def default_models(routes: Routes) -> tuple[str, ...]:
    """Return two cheap models that are no relatives, and the first of the high tier, of those that can be called.

    Raises ConfigError where these are not two models at least.
    """
    free = [model for model in routes.tiers.get("simple", ()) if model.provider in routes.available]
    top = next((model for model in routes.tiers.get("high", ()) if model.provider in routes.available), None)
    if top is None or not free:
        raise ConfigError("the tiers simple and high have nobody to call: name models (--models, or under [shadow])")
    kin: dict[str, str] = {}
    for model in free:
        kin.setdefault(family(model.model), model.id)
    chosen = tuple(dict.fromkeys((*list(kin.values())[:2], top.id)))
    if len(chosen) < 2:
        raise ConfigError(f"there is only {top.id} to ask: name models (--models, or under [shadow])")
    return chosen


class ShadowRun:
    """Remembers the calls of a run that are in the share, and makes them to other models at its end."""

    def __init__(self, plan: ShadowPlan, asked: RunOptions, services: Services) -> None:
        limits = replace(asked.limits, max_cost=plan.cap, max_failures=None, max_failure_share=None)
        self._plan, self._services, self._asked = plan, services, replace(asked, limits=limits)
        self._heard: list[KnownAnswer] = []
        self._room = _CHARACTERS

    @property
    def remembered(self) -> int:
        """How many prompts of the run will be put to other models."""
        return len(self._heard)

    def beside(self, sink: live.Sink) -> live.Sink:
        """Return a sink that hands outcomes on and remembers those in the share."""

        def take(outcomes: Sequence[Outcome]) -> None:
            sink(outcomes)
            for outcome in outcomes:
                self._saw(outcome)

        return take

    def _saw(self, outcome: Outcome) -> None:
        """Remember a row that was called for: one from the cache was in the share when it was called, or never."""
        if not isinstance(outcome, Answered) or not outcome.entries or len(self._heard) >= _PROMPTS:
            return
        if self._room < 0 or not in_share(outcome.prompt, self._plan.share):
            return
        prompt, answer = replace(outcome.prompt, row=None), outcome.answer
        entry = outcome.entry or outcome.entries[-1]
        self._room -= len(prompt.text) + len(prompt.system or "") + len(answer.output)
        self._heard.append(KnownAnswer(prompt, replace(answer, cost=entry.cost), f"{entry.provider}/{entry.model}"))

    def put(self) -> str | None:
        """Make the calls; return a sentence on what came of it, None where no call of the run was in the share."""
        if not self._heard:
            return None
        gathering = PairCollector(self._asked, self._services)
        try:
            gathering.heard(self._heard)
            stop = gathering.gather((each.prompt for each in self._heard), self._plan.models)
            # The rest of its words speak of the command line, which has done what it was asked.
            ended = f"; {stop.message.partition(';')[0]}" if stop is not None and stop.message else ""
        except ScrimpError as error:  # of the pairs alone: the run is over and its rows are out
            ended = f"; {error}"
        finally:
            gathering.close()
        return (
            f"shadow: {plural(gathering.prompts, 'prompt')} also put to {', '.join(self._plan.models)}, "
            f"{plural(gathering.kept, 'completion')} kept, {count(gathering.failed)} failed, "
            f"{money(gathering.spent)} spent beside the run's bill (cap {money(self._plan.cap)}){ended}"
        )
