"""Tiers, chains and models by name, resolved from the config and the keys that are set."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, get_args

from msgspec.structs import asdict, replace

from scrimp.config.resolved.api_keys import KeyRing
from scrimp.config.resolved.endpoints import endpoint_of
from scrimp.config.schema import ChainTable, Config
from scrimp.enums import CHEAP_TIERS, Buy, Tier
from scrimp.errors import ConfigError, closest_name
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.models import SHIPPED_TIERS, resolve_name
from scrimp.providers.presets import PRESETS
from scrimp.units import parse_percent
from scrimp.values import Chain, ModelRef, Step

if TYPE_CHECKING:
    from scrimp.routing.rules import RoutingRule

# Serves every tier if no provider has a key.
EMBEDDED_MODEL = ModelRef("local", "smollm2")
DECISIONS_MODEL = "openai/gpt-6-luna"  # the model that serves OpenAI's decisions endpoint


class Routes:
    """What a prompt may be sent to; a name gives the same object every time.

    Steps contain every configured model, whether its provider has a key or not: the cache key of a completion depends
    on what was asked, not on the providers that could be called that day. `available` names those.
    """

    def __init__(self, config: Config, keys: KeyRing) -> None:
        self._config, self._keys = config, keys
        self._chains: dict[tuple[object, ...], Chain] = {}

    @cached_property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """The endpoint of every provider by name: the presets, with the user's tables over them."""
        endpoints = {**PRESETS, **{name: endpoint_of(name, table) for name, table in self._config.providers.items()}}
        for name, table in self._config.models.items():
            provider, _, model = name.partition("/")
            if table.same_as is not None and provider in endpoints:
                known = {**endpoints[provider].same_as, model: table.same_as.partition("/")[2]}
                endpoints[provider] = replace(endpoints[provider], same_as=known)
        return endpoints

    def vendors_name(self, provider: str, model: str) -> str:
        """Return the name by which its vendor knows a model of a provider."""
        endpoint = self.endpoints.get(provider)
        return model if endpoint is None else endpoint.vendors_name(model)

    @cached_property
    def available(self) -> Collection[str]:
        """Providers that can be called: their key is set, or none is needed."""
        return frozenset(name for name, endpoint in self.endpoints.items() if self._keys.has(endpoint))

    @cached_property
    def tiers(self) -> Mapping[str, tuple[ModelRef, ...]]:
        """The models of each tier, in order: the user's list, else the shipped one, else the embedded model."""
        if not self._config.tiers and not self.any_key:
            return dict.fromkeys(get_args(Tier), (self._with_settings(EMBEDDED_MODEL),))
        return self.listed_tiers

    @property
    def listed_tiers(self) -> Mapping[str, tuple[ModelRef, ...]]:
        """The same lists, whether there is a key or not."""
        shipped = {name: tuple(map(self._with_settings, models)) for name, models in SHIPPED_TIERS.items()}
        configured = {name: self._tier(name, models) for name, models in self._config.tiers.items()}
        return self._with_least_efforts(self._with_efforts(shipped | configured))

    def _with_efforts(self, tiers: dict[str, tuple[ModelRef, ...]]) -> dict[str, tuple[ModelRef, ...]]:
        """Return tiers with the efforts that the config gives them; a model's own table takes precedence."""
        for name, effort in self._config.efforts.items():
            if name not in tiers:
                near = closest_name(name, tiers, cutoff=0.6)
                hint = f"did you mean {near}?" if near else f"name one of {', '.join(tiers)}"
                raise ConfigError(f"efforts.{name}: there is no tier '{name}': {hint}")
            tables = [self._config.models.get(model.without_arm) for model in tiers[name]]
            tiers[name] = tuple(
                model if table is not None and table.effort else replace(model, effort=effort)
                for model, table in zip(tiers[name], tables, strict=True)
            )
        return tiers

    def _with_least_efforts(self, tiers: dict[str, tuple[ModelRef, ...]]) -> dict[str, tuple[ModelRef, ...]]:
        """Return tiers with cheap ones that think as little as they can, where nothing says how much.

        Not where all tiers are the same models: none of them is a cheap one then.
        """
        if len({tiers[name] for name in get_args(Tier)}) == 1:
            return tiers
        for name in CHEAP_TIERS:
            if name in self._config.tiers and any(model.effort_of(None) is None for model in tiers[name]):
                tiers[name] = tuple(map(self._with_least_effort, tiers[name]))
        return tiers

    def _with_least_effort(self, model: ModelRef) -> ModelRef:
        from scrimp.providers.requests.least_effort import least_effort  # not for the shipped tiers

        endpoint = self.endpoints[model.provider]
        if model.effort_of(None) is not None or endpoint.recording is not None:
            return model  # a recording is called by the names of its models alone
        least = least_effort(endpoint, model.model)
        return model if least is None else replace(model, effort=least)

    def rules(self) -> list[RoutingRule]:
        """Return the user's rules for routing, in order."""
        from scrimp.routing.rules import RoutingRule  # only where there are rules

        return [RoutingRule(**asdict(table)) for table in self._config.rules]

    @property
    def any_key(self) -> bool:
        """Whether any provider that needs a key has one."""
        return any(endpoint.key_env is not None and self._keys.has(endpoint) for endpoint in self.endpoints.values())

    def tier_chain(self, name: str) -> Chain:
        """Return a tier as a chain of one step."""
        return self._cached(("tier", name), lambda: self._tier_chain(name))

    def model_chain(self, name: str) -> Chain:
        """Return one model as a chain of one step."""
        return self._cached(("model", name), lambda: self._model_chain(name))

    def listed_chain(self, model: ModelRef) -> Chain:
        """Return a model of a tier as a chain of one step, with the effort that it has there."""
        return self._cached(("listed", model), lambda: Chain(steps=(Step(model.id, (model,)),)))

    def chain(self, name: str, *, min_confidence: float | None = None) -> Chain:
        """Return a chain of the config, or one given as its steps, such as simple,high."""
        return self._cached(("chain", name, min_confidence), lambda: self._chain(name, min_confidence))

    def only_model(self, chain: Chain) -> ModelRef | None:
        """Return the model that answers on a chain of one step: the first whose key is set; None for more steps."""
        if len(chain.steps) > 1:
            return None
        candidates = chain.steps[0].candidates
        return next((model for model in candidates if model.provider in self.available), candidates[0])

    def model(self, name: str) -> ModelRef:
        """Return the model of this name, with the settings the config gives it; an effort may follow: model@effort.

        Raises ConfigError for an unknown model, and for an effort that it does not take.
        """
        if "@" not in name:
            return self._plain_model(name)
        from scrimp.config.resolved.arms import arm_of  # few names have one

        model = arm_of(name, self.endpoints, self._plain_model)
        if model.arm is not None and model.id in self._config.models:
            raise ConfigError(
                f'[models."{model.id}"]: settings are those of a model at every effort: name the table '
                f'[models."{model.without_arm}"]'
            )
        return model

    def _plain_model(self, name: str) -> ModelRef:
        model = self._with_settings(resolve_name(name, self.endpoints.keys()))
        return replace(model, buy="cheapest") if "/" not in name and self._buy(model) is None else model

    def _buy(self, model: ModelRef) -> Buy | None:
        """Return what the config says of where a model is bought; None if it says nothing."""
        table = self._config.models.get(model.without_arm)
        return (table.buy if table else None) or self._config.defaults.buy

    def _cached(self, key: tuple[object, ...], make: Callable[[], Chain]) -> Chain:
        if key not in self._chains:
            self._chains[key] = make()
        return self._chains[key]

    def _tier(self, name: str, models: tuple[str, ...]) -> tuple[ModelRef, ...]:
        try:
            return tuple(map(self.model, models))
        except ConfigError as error:
            raise ConfigError(f"tiers.{name}: {error}") from error

    def _tier_chain(self, name: str) -> Chain:
        if name not in self.tiers:
            raise ConfigError(f"there is no tier '{name}': use one of {', '.join(self.tiers)}, or auto")
        return Chain(steps=(Step(name, self.tiers[name], name),))

    def _model_chain(self, name: str) -> Chain:
        model = self.model(name)
        return Chain(steps=(Step(model.id, (model,)),))

    def _chain(self, name: str, min_confidence: float | None) -> Chain:
        table = self._config.chains.get(name)
        if table is not None:
            limit = (
                parse_percent(table.max_escalation, f"chains.{name}.max_escalation") if table.max_escalation else None
            )
            chain = Chain(
                name=name, steps=self.steps(table.steps, f"chains.{name}"), signal=table.signal,
                min_confidence=table.min_confidence, max_escalation=limit, parallel=table.parallel,
                judge=self._judge(f"chains.{name}.judge", table),
            )  # fmt: skip
        elif "," in name:
            step_names = tuple(word.strip() for word in name.split(",") if word.strip())
            chain = Chain(name=name, steps=self.steps(step_names, f"chain '{name}'"))
        else:
            known = f" (known: {', '.join(self._config.chains)})" if self._config.chains else ""
            raise ConfigError(
                f"there is no chain '{name}'{known}: add [chains.{name}], or name steps, such as simple,high"
            )
        return chain if min_confidence is None else replace(chain, min_confidence=min_confidence)

    def _judge(self, location: str, table: ChainTable) -> Step | None:
        """Return the step that is asked about completions; None is the chain's own first step."""
        from scrimp.escalation.signals import SIGNALS  # only where a chain is used

        needs_decisions = SIGNALS[table.signal].decisions_endpoint
        if table.judge is None and not needs_decisions:
            return None
        (judge,) = self.steps((table.judge or DECISIONS_MODEL,), location)
        for model in judge.candidates if needs_decisions else ():
            endpoint = self.endpoints[model.provider]
            if (endpoint.dialect, endpoint.flavour) != ("openai", "openai"):
                raise ConfigError(
                    f"{location}: {model.provider} has no decisions endpoint for {model.id}; only OpenAI has one (a "
                    f'gateway to it sets flavour = "openai"): name {DECISIONS_MODEL}, or set signal = "judge"'
                )
        return judge

    def steps(self, names: tuple[str, ...], chain: str) -> tuple[Step, ...]:
        """Return the steps of these names, tiers or models; `chain` names the chain in errors."""
        if not names:
            raise ConfigError(f"{chain} has no steps: give it tiers or models")
        try:
            return tuple(map(self._step, names))
        except ConfigError as error:
            raise ConfigError(f"{chain}: {error}") from error

    def _step(self, name: str) -> Step:
        if name in self.tiers:
            return Step(name, self.tiers[name], name)
        if "/" not in name and (near := closest_name(name, self.tiers, cutoff=0.7)):
            raise ConfigError(f"there is no tier '{name}': did you mean {near}?")
        model = self.model(name)
        return Step(model.id, (model,))

    def _with_settings(self, model: ModelRef) -> ModelRef:
        table, buy = self._config.models.get(model.without_arm), self._buy(model)
        model = model if buy is None else replace(model, buy=buy)
        if table is None:
            return model
        return replace(model, effort=table.effort or model.effort, max_output=table.max_output or model.max_output)
