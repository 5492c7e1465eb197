"""Which of the providers sell a model, and under which name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.prices.price_lists import LIST_NAMES
from scrimp.prices.same_model import ModelIdentity, identity_of, is_own_model
from scrimp.providers.requests.capabilities import accepted_efforts

if TYPE_CHECKING:
    from scrimp.config.schema import Config
    from scrimp.prices.book import PriceBook
    from scrimp.providers.endpoint import Endpoint
    from scrimp.values import ModelRef


class Sellers:
    """Finds the same model at other providers.

    A vendor and a reseller sell what is on a price list of their own; another provider, such as a gateway, only what
    the config or `scrimp prices set` names there, for nothing else tells which models it has.
    """

    def __init__(
        self, config: Config, endpoints: Mapping[str, Endpoint], prices: PriceBook, own: Collection[str] = ()
    ) -> None:  # fmt: skip
        """`own` are the models that `scrimp prices set` has prices of, as provider/model."""
        self._config, self._endpoints, self._prices, self._own = config, endpoints, prices, own
        self._index: dict[str, list[tuple[str, str, ModelIdentity]]] = {}  # by name in one spelling
        self._indexed = False

    def of(self, model: ModelRef, providers: Collection[str] | None = None) -> list[ModelRef]:
        """Return a model at each of these providers that sell it, at all where none are given; as named comes first.

        The settings are those of the model as it is named: what is asked for is the same wherever it is bought, so a
        provider that takes no such effort does not sell it.
        """
        wanted, found = self.identity(model.provider, model.model), {model.provider: model}
        for provider, name, identity in self._by_name().get(wanted.name, []):
            if provider in found or not identity.is_same(wanted):
                continue
            if model.effort_of(None) in (None, *accepted_efforts(self._endpoints[provider], name)):
                found[provider] = replace(model, provider=provider, model=name)
        return [each for each in found.values() if providers is None or each.provider in providers]

    def identity(self, provider: str, model: str) -> ModelIdentity:
        """Return the model that a name means at a provider; the config's `same_as` decides first."""
        table = self._config.models.get(f"{provider}/{model}")
        if table is not None and table.same_as is not None:
            provider, _, model = table.same_as.partition("/")
        return identity_of(self._list_of(provider), model)

    def _list_of(self, provider: str) -> str:
        endpoint = self._endpoints.get(provider)
        owner = provider if endpoint is None else endpoint.price_provider or provider
        return LIST_NAMES.get(owner, owner)

    def _by_name(self) -> Mapping[str, list[tuple[str, str, ModelIdentity]]]:
        if not self._indexed:
            self._indexed = True
            for provider, name in self._sold():
                identity = self.identity(provider, name)
                self._index.setdefault(identity.name, []).append((provider, name, identity))
        return self._index

    def _sold(self) -> Iterator[tuple[str, str]]:
        """Yield each provider and a model's name there, those that the config names first."""
        config = self._config
        named = [*config.models, *(name for models in config.tiers.values() for name in models), *self._own]
        named += [step for chain in config.chains.values() for step in chain.steps]
        places = (name.partition("/") for name in dict.fromkeys(named))
        known = [(provider, name) for provider, _, name in places if name and self._is_seller(provider)]
        yield from known
        for provider, endpoint in self._endpoints.items():
            if endpoint.price_provider is None and self._is_seller(provider):
                yield from ((provider, name) for name in self._on_list(provider))

    def _on_list(self, provider: str) -> Iterable[str]:
        names = self._prices.lookup.models(provider)
        return (model for place, model in names if is_own_model(place, model))

    def _is_seller(self, provider: str) -> bool:
        """Return whether a provider sells live completions, and may be bought from where it is not named."""
        endpoint, table = self._endpoints.get(provider), self._config.providers.get(provider)
        if endpoint is None or endpoint.transport != "http":
            return False
        return table is None or table.buy != "named"
