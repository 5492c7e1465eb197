"""What the calls of a run ask of their provider's prompt cache, by what they share with others of the run."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from scrimp import tokens
from scrimp.caching.cache_rules import NO_CACHE, CacheRates, CacheRules
from scrimp.caching.write_decision import WriteDecision, decide_write
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.requests.prompt_cache import cache_rules
from scrimp.tokens.tokenizer_factors import tokenizer_factor
from scrimp.units import format_count
from scrimp.values import CacheMark, Call, ModelRef, PromptCache

if TYPE_CHECKING:
    from scrimp.flows.plan.planner import PlannedRow
    from scrimp.prices.book import PriceBook
    from scrimp.prices.rates import Rates

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
# Beginnings remembered: a run whose prompts are all long and all different must not remember each.
_REMEMBERED = 4096
# Characters: no provider keeps what is shorter, since none keeps fewer than 512 tokens.
SHORTEST = 1024


class ProviderCaching:
    """The beginnings that the rows of a run have in common, and what is asked for each."""

    def __init__(
        self, endpoints: Mapping[str, Endpoint], prices: PriceBook, clock: Callable[[], float],
        note: Callable[[str], None] = lambda _: None,
    ) -> None:  # fmt: skip
        """`note` is told once for each model what is kept."""
        self._endpoints, self._prices, self._clock, self._note = endpoints, prices, clock, note
        self._rules: dict[tuple[str, str], CacheRules] = {}
        self._calls: OrderedDict[int, int] = OrderedDict()  # that begin so, by the hash of the beginning
        self._used: OrderedDict[tuple[str, str, int], float] = OrderedDict()  # when a model last had a beginning
        self._sizes: OrderedDict[int, int] = OrderedDict()  # tokens of a beginning, in o200k_base
        self._noted: set[tuple[str, str]] = set()

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Count what these rows, which are about to be called, begin with."""
        for row in rows:
            if not any(self._rules_of(model.provider, model.model).form != "none" for model in _first_models(row)):
                continue
            system = row.system
            if system and len(system) >= SHORTEST:
                _remember(self._calls, hash(system), self._calls.get(hash(system), 0) + 1)

    def asked(self, call: Call) -> Call:
        """Return a call with what it asks of its provider's cache."""
        rules = self._rules_of(call.provider, call.model)
        system = call.system
        if rules.form == "none" or not system or len(system) < SHORTEST:
            return call
        decision = self._decide(call, rules, hash(system), system)
        if decision is None or decision.lifetime is None:
            return call
        cache = PromptCache(marks=(CacheMark("system", len(system)),), lifetime=decision.lifetime)
        return replace(call, prompt_cache=cache)

    def _rules_of(self, provider: str, model: str) -> CacheRules:
        known = self._rules.get((provider, model))
        if known is None:
            endpoint = self._endpoints.get(provider)
            known = self._rules[provider, model] = NO_CACHE if endpoint is None else cache_rules(endpoint, model)
        return known

    def _decide(self, call: Call, rules: CacheRules, begins: int, words: str) -> WriteDecision | None:
        """Return what to do for a beginning; None where the model's price is unknown."""
        now, model = self._clock(), (call.provider, call.model)
        used = self._used.get((*model, begins), now)
        shared = self._tokens(begins, words, *model)
        rates = cache_rates(self._prices, *model, shared, now, rules)
        if rates is None:
            return None
        calls = self._calls.get(begins, 1)
        decision = decide_write(rules, rates, shared=shared, calls=calls, gap=now - used)
        _remember(self._used, (*model, begins), now)
        if decision.lifetime is not None and model not in self._noted:
            self._noted.add(model)
            self._note(
                f"{call.provider}/{call.model} keeps the {format_count(shared)} tokens that prompts begin with for "
                f"{decision.lifetime}: the first call writes them, the others read them"
            )
        return decision

    def _tokens(self, begins: int, words: str, provider: str, model: str) -> int:
        counted = self._sizes.get(begins)
        if counted is None:
            counted = tokens.estimate(words)
        _remember(self._sizes, begins, counted)
        return counted * (tokenizer_factor(provider, model) or 100) // 100


def _first_models(row: PlannedRow) -> Sequence[ModelRef]:
    return row.route.chain.steps[0].candidates


def _remember(known: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    known[key] = value
    known.move_to_end(key)
    while len(known) > _REMEMBERED:
        known.popitem(last=False)


def cache_rates(
    prices: PriceBook, provider: str, model: str, size: int, when: float, rules: CacheRules, *, batch: bool = False
) -> CacheRates | None:
    """Return what a model charges for cached input; None where its price is unknown.

    A kind without a rate of its own is billed as fresh input, and a long write as a short one.
    """
    price = prices.price(provider, model, when, batch=batch)
    rates: Rates | None = None if price is None else price.rates_for(size)
    if rates is None or rates.input is None:
        return None
    short = rates.input if rates.cache_write is None else rates.cache_write
    long = short if rates.cache_write_long is None else rates.cache_write_long
    read = rates.input if rates.cached_input is None else rates.cached_input
    return CacheRates(
        fresh=rates.input, read=read, write={each: long if each == "1h" else short for each in rules.lifetimes}
    )
