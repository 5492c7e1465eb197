"""How the provider of each model keeps prompts, and which models turned out not to obey marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.caching.cache_rules import NO_CACHE, CacheRules
from scrimp.providers.requests.prompt_cache import batch_rules, cache_ways
from scrimp.values import Call, Completion, Failure

if TYPE_CHECKING:
    from scrimp.providers.endpoint import Endpoint


class ModelCacheRules:
    """The rules by model, looked up once each; unless the run `asks`, only those of caches that work unasked."""

    def __init__(self, endpoints: Mapping[str, Endpoint], *, asks: bool) -> None:
        self._endpoints, self._asks = endpoints, asks
        self._ways: dict[tuple[str, str], tuple[CacheRules, ...]] = {}
        self._without_marks = set[tuple[str, str]]()
        self._in_batches: dict[tuple[str, str], CacheRules] = {}

    def ways(self, provider: str, model: str) -> tuple[CacheRules, ...]:
        """Return the ways in which a model's prompts can be kept, the usual one first; never empty."""
        known = self._ways.get((provider, model))
        if known is None:
            endpoint = self._endpoints.get(provider)
            known = (NO_CACHE,) if endpoint is None else cache_ways(endpoint, model)
            if not self._asks:
                known = tuple(rules for rules in known if rules.unasked) or (NO_CACHE,)
            self._ways[provider, model] = known
        return known

    def usual(self, provider: str, model: str) -> CacheRules:
        """Return the usual way."""
        return self.ways(provider, model)[0]

    def in_batch(self, provider: str, model: str) -> CacheRules:
        """Return how a model's prompts are kept in batches."""
        known = self._in_batches.get((provider, model))
        if known is None:
            endpoint = self._endpoints.get(provider)
            known = NO_CACHE if endpoint is None else batch_rules(endpoint, model)
            self._in_batches[provider, model] = known
        return known

    def learn(self, call: Call, result: Completion | Failure) -> None:
        """Learn from the result of a call: if its marks had nothing written or read, its model does not obey marks."""
        cache, ways = call.prompt_cache, self.ways(call.provider, call.model)
        if cache is None or not cache.marks or len(ways) == 1 or not isinstance(result, Completion):
            return
        usage = result.usage
        if usage is not None and not (usage.cache_write or usage.explicit_read):
            self._ways[call.provider, call.model] = ways[:1]
            self._without_marks.add((call.provider, call.model))

    def as_learned(self, call: Call) -> Call:
        """Return a call that waited for others, without its marks if its model turned out not to obey them."""
        obeys = (call.provider, call.model) not in self._without_marks
        return call if obeys or call.prompt_cache is None else replace(call, prompt_cache=None)
