"""Tiers, chains and models by name, as the config and the keys at hand make them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import get_args

from msgspec.structs import replace

from scrimp.config.api_keys import KeyRing
from scrimp.config.endpoints import endpoint_of
from scrimp.config.schema import ChainTable, Config
from scrimp.enums import Tier
from scrimp.errors import ConfigError
from scrimp.prices.rates import Rates
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.models import SHIPPED_TIERS, resolve_name
from scrimp.providers.presets import PRESETS
from scrimp.units import parse_percent
from scrimp.values import Chain, ModelRef, Step

# What answers where no provider has a key: the embedded model, for every tier.
EMBEDDED_MODEL = ModelRef("local", "smollm2")
TIERS: tuple[Tier, ...] = get_args(Tier)
DECISIONS_MODEL = "openai/gpt-6-luna"  # the model that serves OpenAI's decisions endpoint


class Routes:
    """What a prompt may be sent to; every name gives the same object each time it is asked for.

    Steps carry every model configured, whether its provider has a key or not: a completion is named by what was asked,
    never by who could answer that day. Who can is `available`.
    """

    def __init__(self, config: Config, keys: KeyRing) -> None:
        self._config, self._keys = config, keys
        self._chains: dict[tuple[object, ...], Chain] = {}

    @cached_property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """Every provider by name: the presets, with the user's tables over them."""
        return {**PRESETS, **{name: endpoint_of(name, table) for name, table in self._config.providers.items()}}

    @cached_property
    def available(self) -> Collection[str]:
        """Providers that can be called: a key is at hand, or none is needed."""
        return frozenset(name for name, endpoint in self.endpoints.items() if self._keys.has(endpoint))

    @cached_property
    def tiers(self) -> Mapping[str, tuple[ModelRef, ...]]:
        """The models of each tier, in order: the user's list, else the shipped one, else the embedded model."""
        if not self._config.tiers and not self._any_key:
            return dict.fromkeys(TIERS, (self._with_settings(EMBEDDED_MODEL),))
        shipped = {name: tuple(self._with_settings(each) for each in models) for name, models in SHIPPED_TIERS.items()}
        own = {name: self._tier(name, models) for name, models in self._config.tiers.items()}
        return shipped | own

    @property
    def _any_key(self) -> bool:
        """Say whether any provider that needs a key has one."""
        return any(each.key_env is not None and self._keys.has(each) for each in self.endpoints.values())

    def tier_chain(self, name: str) -> Chain:
        """Return the chain of one step that a tier is."""
        return self._once(("tier", name), lambda: self._tier_chain(name))

    def model_chain(self, name: str) -> Chain:
        """Return the chain of one model."""
        return self._once(("model", name), lambda: self._model_chain(name))

    def chain(self, name: str, *, min_confidence: float | None = None) -> Chain:
        """Return a chain of the config, or one written as its steps: simple,high."""
        return self._once(("chain", name, min_confidence), lambda: self._chain(name, min_confidence))

    def model(self, name: str) -> ModelRef:
        """Return the model a person named, with the settings the config gives it."""
        return self._with_settings(resolve_name(name, self.endpoints.keys()))

    def _once(self, key: tuple[object, ...], make: Callable[[], Chain]) -> Chain:
        if key not in self._chains:
            self._chains[key] = make()
        return self._chains[key]

    def _tier(self, name: str, models: tuple[str, ...]) -> tuple[ModelRef, ...]:
        try:
            return tuple(self.model(each) for each in models)
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
            brake = (
                parse_percent(table.max_escalation, f"chains.{name}.max_escalation") if table.max_escalation else None
            )
            chain = Chain(
                name=name, steps=self._steps(f"chains.{name}", table.steps), signal=table.signal,
                min_confidence=table.min_confidence, max_escalation=brake, parallel=table.parallel,
                judge=self._judge(f"chains.{name}.judge", table),
            )  # fmt: skip
        elif "," in name:
            words = tuple(word.strip() for word in name.split(",") if word.strip())
            chain = Chain(name=name, steps=self._steps(f"chain '{name}'", words))
        else:
            known = ", ".join(self._config.chains) or "none yet"
            raise ConfigError(
                f"there is no chain '{name}' (there are: {known}): add [chains.{name}], or write its steps, such as "
                "simple,high"
            )
        return chain if min_confidence is None else replace(chain, min_confidence=min_confidence)

    def _judge(self, where: str, table: ChainTable) -> Step | None:
        """Return who is asked about completions; None is the chain's own first step."""
        from scrimp.escalation.signals import SIGNALS  # noqa: PLC0415 - where a chain is used

        deciding = SIGNALS[table.signal].decisions_endpoint
        if table.judge is None and not deciding:
            return None
        (judge,) = self._steps(where, (table.judge or DECISIONS_MODEL,))
        for model in judge.candidates if deciding else ():
            endpoint = self.endpoints[model.provider]
            if (endpoint.dialect, endpoint.flavour) != ("openai", "openai"):
                raise ConfigError(
                    f"{where}: {model.provider} has no decisions endpoint to ask {model.id} at: only OpenAI has "
                    f'(flavour = "openai" for who passes it on), so name {DECISIONS_MODEL}, or set signal = "judge"'
                )
        return judge

    def steps(self, names: tuple[str, ...], chain: str) -> tuple[Step, ...]:
        """Return the steps of these names, tiers or models; `chain` is what a complaint calls them."""
        return self._steps(chain, names)

    def _steps(self, chain: str, names: tuple[str, ...]) -> tuple[Step, ...]:
        if not names:
            raise ConfigError(f"{chain} has no steps: give it tiers or models")
        try:
            return tuple(self._step(each) for each in names)
        except ConfigError as error:
            raise ConfigError(f"{chain}: {error}") from error

    def _step(self, name: str) -> Step:
        if name in self.tiers:
            return Step(name, self.tiers[name], name)
        from scrimp.config.validation_errors import nearest  # noqa: PLC0415 - models are rare as steps

        if "/" not in name and (near := nearest(name, self.tiers, cutoff=0.7)):
            raise ConfigError(f"there is no tier '{name}': did you mean {near}?")
        model = self.model(name)
        return Step(model.id, (model,))

    def _with_settings(self, model: ModelRef) -> ModelRef:
        table = self._config.models.get(model.id)
        if table is None:
            return model
        return replace(model, effort=table.effort or model.effort, max_output=table.max_output or model.max_output)


def price_overrides(config: Config) -> dict[str, Rates]:
    """Return the user's own prices by provider/model."""
    return {name: table.price for name, table in config.models.items() if table.price is not None}
