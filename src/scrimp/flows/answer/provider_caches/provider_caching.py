"""What the calls of a run ask of their provider's prompt cache, by what they share with others of the run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp import tokens
from scrimp.caching.cache_rules import LIFETIME_WORDS, CacheRates, CacheRules
from scrimp.caching.write_decision import WriteDecision, decide_write
from scrimp.flows.answer.provider_caches.beginning_counts import BeginningCounts
from scrimp.flows.answer.provider_caches.beginnings import Beginning, Beginnings, Words, words_of
from scrimp.flows.answer.provider_caches.model_cache_rules import ModelCacheRules
from scrimp.flows.spend.cache_rates import cache_rates
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.requests.stored_contents import can_store
from scrimp.units import format_count
from scrimp.values import CacheMark, Call, PromptCache

if TYPE_CHECKING:
    from scrimp.enums import CacheLifetime
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.prices.book import PriceBook

_MOST_MARKS = 4
_Decided = tuple[Beginning, int, int, WriteDecision]  # the beginning, its tokens, the calls that share it
_NAMED = ("openai", "mistral", "openrouter")  # flavours that take a name for what is shared
# Where nothing is asked for, and the price is not known: waiting for the first call can only save.
_FREE_TO_READ = CacheRates(fresh=Decimal(1), read=Decimal(0), write={"5m": Decimal(1)})


class SharedBeginning(Struct, frozen=True):
    """What the calls of a batch share, and what all of them would save by it, in dollars."""

    mark: CacheMark
    identity: int
    saved: Decimal


class StorableBeginning(Struct, frozen=True):
    """What a provider could store of a call, its tokens, and how many calls are known to begin so."""

    mark: CacheMark
    identity: int
    tokens: int
    calls: int


class ProviderCaching:
    """The beginnings that the rows of a run have in common, and what is asked for each."""

    def __init__(
        self, endpoints: Mapping[str, Endpoint], prices: PriceBook, clock: Callable[[], float],
        note: Callable[[str], None] = lambda _: None, *, asks: bool = True,
        words: Callable[[PlannedRow], Words] = words_of,
    ) -> None:  # fmt: skip
        """`note` is called once for each model with what is kept; unless it `asks`, nothing is sent to providers.

        `words` says what the call for a row says.
        """
        self._endpoints, self._prices, self._clock, self._note = endpoints, prices, clock, note
        self._asks, self._words = asks, words
        self.rules = ModelCacheRules(endpoints, asks=asks)
        self._beginnings, self._counts = Beginnings(), BeginningCounts()
        self._noted: set[tuple[str, str]] = set()

    def expect(self, rows: Sequence[PlannedRow], *, batch: bool = False) -> None:
        """Count what these rows, which are about to be called, or sent in a batch, begin with."""
        rules_of = self.rules.in_batch if batch else self.rules.usual
        said = [
            (words, models)
            for row in rows
            if (models := _keeping(row, rules_of)) and not (words := self._words(row)).is_short
        ]
        self._beginnings.learn([words for words, _ in said])
        for words, models in said:
            for each in self._beginnings.of(words):
                for model in models:
                    self._counts.add_row(*model, each)

    def asked(self, call: Call) -> tuple[Call, tuple[int, ...]]:
        """Return a call with what it asks of its provider's cache, and the beginnings that it shares with others.

        Of calls that share one, the first fills the cache, and the others should follow it.
        """
        ways = self.rules.ways(call.provider, call.model)
        words = _words_of_call(call)
        if ways[0].form == "none" or call.predicate is not None or words.is_short:
            return call, ()
        rules, kept, lifetime, tokens_in_all = self._kept(call, ways, self._beginnings.of(words))
        # What the provider keeps by itself is not what it keeps for the asking.
        identities = tuple(hash((each.identity, rules.form)) if rules.explicit else each.identity for each in kept)
        if rules.form == "automatic" or not self._asks:
            return call, identities
        if kept:
            key = _name(kept[0]) if self._endpoints[call.provider].flavour in _NAMED else ""
            marks = tuple(each.mark for each in kept) if rules.form == "marks" else ()
            return replace(call, prompt_cache=PromptCache(marks=marks, lifetime=lifetime, key=key)), identities
        goes_on = bool(call.history) and call.stream  # a conversation, which its next turn begins with
        if rules.billed_unasked and not goes_on and tokens_in_all + tokens.estimate(call.text) >= rules.minimum:
            return replace(call, prompt_cache=PromptCache()), ()
        return call, ()

    def shared_in_batch(self, call: Call) -> SharedBeginning | None:
        """Return the beginning that a call of a batch had best share with others for an hour; None if none pays."""
        hour = self.rules.in_batch(call.provider, call.model)
        if not self._asks or hour.form == "none" or (words := _words_of_call(call)).is_short:
            return None
        best, most, size = None, Decimal(0), 0
        for each in self._beginnings.of(words):
            size += self._counts.tokens(each, call.provider, call.model)
            rates = cache_rates(self._prices, call.provider, call.model, size, self._clock(), hour, batch=True)
            calls = self._counts.rows(call.provider, call.model, each)
            if rates is None or not calls:
                continue
            decision = decide_write(hour, rates, shared=size, calls=calls, gap=0.0)
            if decision.saved / calls > most:
                best, most = SharedBeginning(each.mark, each.identity, decision.saved), decision.saved / calls
        return best

    def storable(self, call: Call) -> list[StorableBeginning]:
        """Return what a call's provider could store of it, the longest first; nothing where it stores nothing."""
        model, words = (call.provider, call.model), _words_of_call(call)
        rules = self.rules.usual(*model)
        if not self._asks or not rules.storable or call.predicate is not None or words.is_short:
            return []
        size, found = 0, list[StorableBeginning]()
        for each in self._beginnings.of(words):
            size += self._counts.tokens(each, *model)
            if size >= rules.minimum and can_store(call, each.mark):
                found.append(StorableBeginning(each.mark, each.identity, size, self._counts.most(*model, each)))
        return found[::-1]

    def without_writes(self, call: Call) -> Call:
        """Return a call that has nothing kept where that would be billed unasked."""
        rules = self.rules.usual(call.provider, call.model)
        if not self._asks or not rules.billed_unasked:
            return call
        size = tokens.estimate(call.system or "") + tokens.estimate(call.text)
        return replace(call, prompt_cache=PromptCache()) if size >= rules.minimum else call

    def _kept(
        self, call: Call, ways: Sequence[CacheRules], found: Sequence[Beginning]
    ) -> tuple[CacheRules, list[Beginning], CacheLifetime, int]:
        """Return how it pays to keep which beginnings, for how long, and the tokens before a call's own text."""
        now, model = self._clock(), (call.provider, call.model)
        kept: list[Beginning] = []
        lifetime: CacheLifetime = "5m"
        before = 0
        counts = [self._count(call, each) for each in found]
        rules, decided = self._best(model, ways, found, counts)
        for each, size, _, decision in decided:
            if decision.lifetime is not None:
                kept.append(each)
                lifetime, before = decision.lifetime, size
        for each in found:
            self._counts.add_call(*model, each, now)
        if kept:
            self._tell(call, rules, before, lifetime)
        return rules, kept[-_MOST_MARKS:], lifetime, sum(self._counts.tokens(each, *model) for each in found)

    def _best(
        self, model: tuple[str, str], ways: Sequence[CacheRules], found: Sequence[Beginning], counts: Sequence[int]
    ) -> tuple[CacheRules, list[_Decided]]:
        """Return the way that saves most of a call with these beginnings, the first of equals, and what is decided."""
        tried = [(rules, list(self._decided(model, rules, found, counts))) for rules in ways]
        return max(tried, key=lambda way: _saved_of_a_call(way[1]))

    def _decided(
        self, model: tuple[str, str], rules: CacheRules, found: Sequence[Beginning], counts: Sequence[int]
    ) -> Iterator[_Decided]:
        """Yield the beginnings that may be kept, the tokens of each, the calls that have it, and what is decided."""
        now, size, before = self._clock(), 0, 0
        for place, each in enumerate(found):
            size += self._counts.tokens(each, *model)
            # What all calls that begin so have in common beyond it is kept with it.
            if place + 1 < len(found) and counts[place + 1] == counts[place]:
                continue
            gap = self._counts.seconds_since(*model, each, now)
            rates = cache_rates(self._prices, *model, size, now, rules)
            if rates is None and rules.form == "marks":
                return  # it might cost more
            rates = rates or _FREE_TO_READ
            decision = decide_write(rules, rates, shared=size - before, calls=counts[place], gap=gap, before=before)
            if decision.lifetime is not None:
                before = size
            yield each, size, counts[place], decision

    def expected_saving(
        self, row: PlannedRow, provider: str, model: str, *, named: tuple[str, str] | None = None
    ) -> Decimal:
        """Return the dollars that a call for a row is expected to cost less: its share of what calls like it save.

        `named` is the model that these rows name, where it may be bought at another provider.
        """
        ways, words = self.rules.ways(provider, model), self._words(row)
        if ways[0].form == "none" or words.is_short or self._prices.price(provider, model, self._clock()) is None:
            return Decimal(0)
        found = self._beginnings.of(words)
        counts = [max(self._counts.most(*(named or (provider, model)), each), 1) for each in found]
        _, decided = self._best((provider, model), ways, found, counts)
        return _saved_of_a_call(decided)

    def _count(self, call: Call, beginning: Beginning) -> int:
        """Return how many calls are known to begin so: those announced, or those made and this one."""
        made = self._counts.calls(call.provider, call.model, beginning) + 1
        return max(made, self._counts.rows(call.provider, call.model, beginning)) if call.step == 0 else made

    def _tell(self, call: Call, rules: CacheRules, size: int, lifetime: CacheLifetime) -> None:
        model = (call.provider, call.model)
        if not self._asks or rules.form != "marks" or model in self._noted:
            return
        self._noted.add(model)
        self._note(
            f"{call.provider}/{call.model} keeps about {format_count(size)} tokens that prompts begin with for "
            f"{LIFETIME_WORDS[lifetime]}: the first call writes them, the others read them"
        )


def _saved_of_a_call(decided: Sequence[_Decided]) -> Decimal:
    return sum((decision.saved / calls for _, _, calls, decision in decided), Decimal(0))


def _keeping(row: PlannedRow, rules_of: Callable[[str, str], CacheRules]) -> set[tuple[str, str]]:
    """Return the models that a row may go to first, of those that keep anything; none for a row without a prompt."""
    if row.prompt.defect:
        return set()
    models = {(model.provider, model.model) for model in row.route.chain.steps[0].candidates}
    return {model for model in models if rules_of(*model).form != "none"}


def _words_of_call(call: Call) -> Words:
    return Words(call.system or "", call.history, call.attachments, call.text, call.attached_tokens)


def _name(beginning: Beginning) -> str:
    """Return a name for calls that share a beginning; the same in every run."""
    return f"scrimp-{hashlib.sha256(beginning.words.encode(errors='surrogatepass')).hexdigest()[:16]}"
