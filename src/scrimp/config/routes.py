"""Tiers, chains and models by name, as the config and the keys at hand make them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property

from msgspec.structs import replace

from scrimp.config.amounts import share
from scrimp.config.keys import KeyRing
from scrimp.config.layers import nearest
from scrimp.config.schema import Config, ProviderTable
from scrimp.errors import ConfigError
from scrimp.prices.rates import Rates
from scrimp.providers.models import SHIPPED_TIERS, resolve_name
from scrimp.providers.presets import PRESETS
from scrimp.values import Chain, Endpoint, ModelRef, Step

# What answers where no provider has a key: the embedded model, for every tier.
EMBEDDED = ModelRef("local", "smollm2")
TIERS = ("simple", "medium", "high")


class Routes:
    """What a prompt may be sent to; every name gives the same object each time it is asked for."""

    def __init__(self, config: Config, keys: KeyRing) -> None:
        self._config, self._keys = config, keys
        self._chains: dict[str, Chain] = {}

    @cached_property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """Every provider by name: the presets, with the user's tables over them."""
        tables = self._config.providers
        return {**PRESETS, **{name: _endpoint(name, table, PRESETS.get(name)) for name, table in tables.items()}}

    @cached_property
    def available(self) -> Collection[str]:
        """Providers that can be called: a key is at hand, or none is needed."""
        return frozenset(name for name, endpoint in self.endpoints.items() if self._keys.has(endpoint))

    @cached_property
    def tiers(self) -> Mapping[str, tuple[ModelRef, ...]]:
        """The models of each tier, in order: the user's list, else the shipped one, else the embedded model."""
        if not self._config.tiers and not self._any_key:
            return dict.fromkeys(TIERS, (EMBEDDED,))
        shipped = {name: tuple(self._with_settings(each) for each in models) for name, models in SHIPPED_TIERS.items()}
        own = {name: tuple(self.model(each) for each in models) for name, models in self._config.tiers.items()}
        return shipped | own

    @property
    def _any_key(self) -> bool:
        """Say whether any provider that needs a key has one."""
        return any(each.key_env is not None and self._keys.has(each) for each in self.endpoints.values())

    def tier_chain(self, name: str) -> Chain:
        """Return the chain of one step that a tier is."""
        if name not in self.tiers:
            raise ConfigError(f"there is no tier '{name}': use one of {', '.join(self.tiers)}, or auto")
        return self._once(f"tier {name}", Chain(steps=(Step(name, self.tiers[name], name),)))

    def model_chain(self, name: str) -> Chain:
        """Return the chain of one model."""
        model = self.model(name)
        return self._once(f"model {name}", Chain(steps=(Step(model.id, (model,)),)))

    def chain(self, name: str, *, min_confidence: float | None = None) -> Chain:
        """Return a chain of the config, or one written as its steps: simple,high."""
        table = self._config.chains.get(name)
        if table is not None:
            brake = share(table.max_escalation, f"chains.{name}.max_escalation") if table.max_escalation else None
            chain = Chain(
                name=name, steps=tuple(self._step(each) for each in table.steps), signal=table.signal,
                min_confidence=table.min_confidence, max_escalation=brake,
            )  # fmt: skip
        elif "," in name:
            chain = Chain(name=name, steps=tuple(self._step(each.strip()) for each in name.split(",")))
        else:
            known = ", ".join(self._config.chains) or "none yet"
            raise ConfigError(
                f"there is no chain '{name}' (there are: {known}): add [chains.{name}], or write its steps, such as "
                "simple,high"
            )
        if not chain.steps:
            raise ConfigError(f"chain '{name}' has no steps: give it tiers or models")
        if min_confidence is not None:
            chain = replace(chain, min_confidence=min_confidence)
        return self._once(f"chain {name}", chain)

    def model(self, name: str) -> ModelRef:
        """Return the model a person named, with the settings the config gives it."""
        if name in self._config.models:
            provider, _, model = name.partition("/")
            if provider in self.endpoints:
                return self._with_settings(ModelRef(provider, model))
        return self._with_settings(resolve_name(name, self.endpoints.keys()))

    def _step(self, name: str) -> Step:
        if name in self.tiers:
            return Step(name, self.tiers[name], name)
        if name in TIERS or ("/" not in name and (near := nearest(name, self.tiers, cutoff=0.7))):
            raise ConfigError(
                f"a chain names '{name}', which is no tier here" + (f": did you mean {near}?" if near else "")
            )
        model = self.model(name)
        return Step(model.id, (model,))

    def _once(self, name: str, chain: Chain) -> Chain:
        return self._chains.setdefault(name, chain)

    def _with_settings(self, model: ModelRef) -> ModelRef:
        table = self._config.models.get(model.id)
        if table is None:
            return model
        return replace(model, effort=table.effort or model.effort, max_output=table.max_output or model.max_output)


def price_overrides(config: Config) -> dict[str, Rates]:
    """Return the user's own prices by provider/model."""
    return {name: table.price for name, table in config.models.items() if table.price is not None}


def _endpoint(name: str, table: ProviderTable, preset: Endpoint | None) -> Endpoint:
    """Return a provider's endpoint: a preset with the table's fields over it, or one of the table alone."""
    if preset is None and (table.dialect is None or table.base_url is None):
        near = nearest(name, PRESETS)
        hint = f"did you mean {near}? A" if near else "a"
        raise ConfigError(f"[providers.{name}] is no preset; {hint} provider of your own needs dialect and base_url")
    base = preset or Endpoint(name=name, dialect=table.dialect or "", base_url=table.base_url or "")
    if table.base_url is not None and not table.base_url.startswith(("http://", "https://", "local:")):
        raise ConfigError(f"[providers.{name}] base_url '{table.base_url}' is no URL: write https://HOST/PATH")
    given = {
        field: value
        for field in (
            "dialect",
            "base_url",
            "flavour",
            "key_env",
            "auth_header",
            "auth_prefix",
            "price_provider",
            "rpm",
            "tpm",
        )
        if (value := getattr(table, field)) is not None
    }
    return replace(base, headers={**base.headers, **table.headers}, **given)
