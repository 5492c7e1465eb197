"""A share of a run's calls, made to other models too when the run is over: pairs to learn from, paid for apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct, convert
from msgspec.structs import replace

from scrimp.config.resolved.arms import called_name, effort_sent
from scrimp.enums import Effort, Level
from scrimp.errors import ConfigError, ScrimpError
from scrimp.flows.tune.model_calls import answered_itself
from scrimp.flows.tune.pairs.pair_collector import KnownAnswer, PairCollector
from scrimp.flows.tune.pairs.prompt_key import in_share
from scrimp.tuning.model_families import family
from scrimp.units import format_count, format_dollars, parse_percent, pluralize
from scrimp.values import Answered, Compression, Entry, Outcome, OutcomeSink

if TYPE_CHECKING:
    from scrimp.config.resolved.routes import Routes
    from scrimp.config.schema import ShadowTable
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.store.tuning.level_replies import Side

# What is remembered of a run, whatever its length: prompts, and characters of them and their completions.
_MAX_PROMPTS, _MAX_CHARACTERS = 10_000, 20_000_000


class ShadowPlan(Struct, frozen=True):
    """The share of calls, the models they are also made to, and the most dollars that may cost."""

    share: float
    models: tuple[str, ...]
    cap: Decimal


def shadow_plan(table: ShadowTable, routes: Routes) -> ShadowPlan | None:
    """Return what the config asks for, None if its share is zero.

    Raises ConfigError for an unknown model, or where no model can be called.
    """
    part = parse_percent(table.share, "shadow.share")
    if not part:
        return None
    named = tuple(model.id for model in map(routes.model, table.models) if model.provider in routes.available)
    if table.models and not named:
        raise ConfigError(f"no key is set for {', '.join(table.models)}: set one, or name others")
    return ShadowPlan(part, named or default_models(routes), table.max_cost)


def default_models(routes: Routes) -> tuple[str, ...]:
    """Return two cheap models of different families, and the first of the high tier, of those that can be called.

    Raises ConfigError if these are not at least two models.
    """
    cheap = [model for model in routes.tiers.get("simple", ()) if model.provider in routes.available]
    top = next((model for model in routes.tiers.get("high", ()) if model.provider in routes.available), None)
    if top is None or not cheap:
        raise ConfigError(
            "the tiers simple and high have no model that can be called: name models (--models, or under [shadow])"
        )
    families: dict[str, str] = {}
    for model in cheap:
        families.setdefault(family(model.model), model.id)
    chosen = tuple(dict.fromkeys((*list(families.values())[:2], top.id)))
    if len(chosen) < 2:
        raise ConfigError(f"{top.id} is the only model that can be called: name models (--models, or under [shadow])")
    return chosen


class ShadowRun:
    """Remembers the calls of a run that are in the share, and makes them to other models at its end."""

    def __init__(self, plan: ShadowPlan, options: RunOptions, services: Services) -> None:
        limits = replace(options.limits, max_cost=plan.cap, budget=None, max_failures=None, max_failure_share=None)
        self._plan, self._services, self._options = plan, services, replace(options, limits=limits)
        self._answers: list[KnownAnswer] = []
        self._certified: defaultdict[tuple[Side, str], list[KnownAnswer]] = defaultdict(list)  # by level, model
        self._characters_left = _MAX_CHARACTERS
        self._spent = Decimal(0)  # dollars
        self._names: dict[tuple[str, str, Effort | None], str] = {}  # model names, by provider, model and effort

    @property
    def remembered(self) -> int:
        """Prompts of the run that will be sent to other models."""
        return len(self._answers)

    @property
    def watches_levels(self) -> bool:
        """Whether rows went at a certified level of compression, and go without it too."""
        return bool(self._certified)

    def tee(self, sink: OutcomeSink) -> OutcomeSink:
        """Return a sink that hands outcomes on and remembers those in the share."""

        def take(outcomes: Sequence[Outcome]) -> None:
            sink(outcomes)
            for outcome in outcomes:
                self._remember(outcome)

        return take

    def _remember(self, outcome: Outcome) -> None:
        """Remember a row that needed a call: one from the cache was in the share when it was called, or never."""
        remembered = len(self._answers) + sum(map(len, self._certified.values()))
        if not isinstance(outcome, Answered) or not outcome.entries or remembered >= _MAX_PROMPTS:
            return
        if not answered_itself(outcome.answer) or outcome.prompt.sample:  # a pair is of a prompt, whatever its samples
            return
        if self._characters_left < 0 or not in_share(outcome.prompt, self._plan.share):
            return
        prompt, answer = replace(outcome.prompt, row=None), outcome.answer
        entry = outcome.entry or outcome.entries[-1]
        self._characters_left -= len(prompt.text) + len(prompt.system or "") + len(answer.output)
        task = entry.signature if entry.signature in self._services.certificates.tasks else None
        known = KnownAnswer(prompt, replace(answer, cost=entry.cost), self._name_of(entry), task)
        compressed = answer.compressed
        if compressed is not None and compressed.why:  # not what other models are sent, and watched by itself
            self._certified[_side(compressed), known.model].append(known)
        else:
            self._answers.append(known)

    def _name_of(self, entry: Entry) -> str:
        """Return the name of the model that was called, with its effort where its plain name means another.

        A model of the plan has its name there, so that it is not called again.
        """
        called = entry.provider, entry.model, entry.effort
        if called not in self._names:
            self._names[called] = self._new_name(entry)
        return self._names[called]

    def _new_name(self, entry: Entry) -> str:
        if entry.effort is None:
            return f"{entry.provider}/{entry.model}"
        routes, endpoint = self._services.routes, self._services.routes.endpoints[entry.provider]
        asked, plain = self._options.parameters.effort, routes.model(f"{entry.provider}/{entry.model}")
        for model in map(routes.model, self._plan.models):
            if model.without_arm == plain.without_arm and effort_sent(model, asked, endpoint) == entry.effort:
                return called_name(model, asked, endpoint)
        return called_name(plain, entry.effort, endpoint)

    def make_calls(self) -> str | None:
        """Make the calls for the remembered prompts; return what came of it, None without prompts."""
        sentences = [sentence for sentence in (self._call_models(), self._call_without_level()) if sentence]
        return "\n".join(sentences) or None

    def _call_without_level(self) -> str | None:
        """Send the prompts that went at a certified level to the same models without it, so that drift is noticed."""
        if not self._certified:
            return None
        from scrimp.flows.tune.pairs.level_collector import LevelCollector, LevelComparison  # few runs need it

        pairs, ending = 0, ""
        for (side, model), known in self._certified.items():
            limits = replace(self._options.limits, max_cost=max(self._plan.cap - self._spent, Decimal(0)))
            options = replace(self._options, limits=limits)
            collector = LevelCollector(options, self._services, LevelComparison(side))
            try:
                collector.add(known)
                stop = collector.collect((one.prompt for one in known), [model])
                ending = f"; {stop.message.partition(';')[0]}" if stop is not None and stop.message else ending
            except ScrimpError as error:  # as above
                ending = f"; {error}"
            finally:
                collector.close()
                self._spent += collector.calls.spent
                pairs += collector.pairs
        return (
            f"shadow: {pluralize(pairs, 'prompt')} at a certified level also sent without it, "
            f"{format_dollars(self._spent)} of the cap of {format_dollars(self._plan.cap)} spent so far{ending}"
        )

    def _call_models(self) -> str | None:
        if not self._answers:
            return None
        collector = PairCollector(self._options, self._services)
        try:
            collector.add(self._answers)
            stop = collector.collect((known.prompt for known in self._answers), self._plan.models)
            # The rest of its message is about rerunning the command, which has done its own work.
            ending = f"; {stop.message.partition(';')[0]}" if stop is not None and stop.message else ""
        except ScrimpError as error:  # only the pairs failed: the run is over and its rows are printed
            ending = f"; {error}"
        finally:
            collector.close()
            self._spent += collector.calls.spent
        return (
            f"shadow: {pluralize(collector.prompts, 'prompt')} also sent to {', '.join(self._plan.models)}, "
            f"{pluralize(collector.completions, 'completion')} stored, {format_count(collector.calls.failed)} failed, "
            f"{format_dollars(collector.calls.spent)} spent beside the run's bill "
            f"(cap {format_dollars(self._plan.cap)}){ending}"
        )


def _side(compressed: Compression) -> Side:
    from scrimp.flows.tune.pairs.level_collector import side_of  # few runs need it

    return side_of(convert(compressed.level, Level), compressed.keep)
