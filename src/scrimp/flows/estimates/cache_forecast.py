"""What providers' prompt caches would save of a run, and the first row that begins otherwise: for an estimate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp import tokens
from scrimp.caching.cache_rules import CacheRates, CacheRules
from scrimp.caching.cache_saving import CacheSaving, OtherBeginning
from scrimp.caching.shared_starts import common_length
from scrimp.caching.write_decision import PRICED_PER, WORTH_A_BATCH, decide_write
from scrimp.enums import CachePart
from scrimp.flows.answer.provider_caches.beginnings import SHORTEST, Beginnings, Words, tools_of, words_as_given
from scrimp.flows.spend.cache_rates import cache_rates
from scrimp.providers.requests.prompt_cache import batch_rules, cache_ways
from scrimp.tokens.tokenizer_factors import tokenizer_factor

if TYPE_CHECKING:
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.services import Services
    from scrimp.values import ModelRef, Step

# Beginnings of which the number of calls is known.
_REMEMBERED = 20_000
_SHARED = 2  # calls, from which on a beginning is one that is shared
_MOST_COUNTED = 1_000_000  # characters of shared beginnings; the tokens of others are estimated
_SHOWN = 12  # characters of what differs
CacheWay = tuple[CacheRules, Callable[[int], CacheRates | None]]  # how a model keeps prompts, and its rates
_WORTH_A_WORD = 512  # tokens: no provider keeps fewer


class _Node(Struct):
    """A beginning, the one before it, its own size in o200k_base, and how many calls have it."""

    before: int | None
    size: int
    part: CachePart
    calls: int = 0
    most_after: int = 0  # calls of the largest beginning that goes on from it


class CacheForecast:
    """Adds up the rows of an estimate."""

    def __init__(
        self, count: Callable[[str], int] = tokens.estimate, counted: Callable[[str], int] = tokens.count
    ) -> None:
        """`count` says about how many tokens of o200k_base a text has, `counted` exactly, which takes longer."""
        self._count, self._counted, self._beginnings = count, counted, Beginnings()
        self._to_count = _MOST_COUNTED
        self._nodes: dict[Step, dict[int, _Node]] = {}  # by where calls go first
        self._first: tuple[str, Words] | None = None
        self.other: OtherBeginning | None = None
        self._end: str | None = None  # the ending that all prompts so far share

    def add(self, rows: Sequence[PlannedRow]) -> None:
        """Add rows that would be called, and that come at once."""
        said = [words_as_given(row) for row in rows]
        self._beginnings.learn(said)
        for row, words in zip(rows, said, strict=True):
            self._compare(row.prompt.source or f"row {row.prompt.index + 1}", words)
            self._end = words.text if self._end is None else _common_end(self._end, words.text)
            self._add(self._nodes.setdefault(row.route.chain.steps[0], {}), words)

    def _add(self, nodes: dict[int, _Node], words: Words) -> None:
        before: int | None = None
        for each in self._beginnings.of(words):
            node = nodes.get(each.identity)
            if node is None:
                if len(nodes) >= _REMEMBERED:
                    return
                node = nodes[each.identity] = _Node(before, self._count(each.words), each.mark.part)
            node.calls += 1
            if node.calls == _SHARED and self._to_count > 0:
                self._to_count -= len(each.words)
                node.size = self._counted(each.words)
            if before is not None:
                nodes[before].most_after = max(nodes[before].most_after, node.calls)
            before = each.identity

    @property
    def shared_end(self) -> int:
        """How many tokens all prompts end with; 0 if they are few, or the whole of a prompt."""
        first = self._first
        if first is None or not self._end or self._end == first[1].text or len(self._end) < SHORTEST:
            return 0
        size = self._count(self._end)
        return size if size >= _WORTH_A_WORD else 0

    def _compare(self, source: str, words: Words) -> None:
        """Note the first row whose system text or tools are not those of the first row."""
        if self._first is None:
            self._first = (source, words)
            return
        first_source, first = self._first
        ours, theirs = tools_of(words), tools_of(first)
        if words.system == first.system and ours == theirs:
            return
        if max(len(words.system), len(first.system)) < SHORTEST and not (ours or theirs):
            return
        if self.other is not None:
            self.other = replace(self.other, rows=self.other.rows + 1)
        elif words.system != first.system:
            at = common_length(words.system, first.system)
            self.other = OtherBeginning(
                source=source, first=first_source, part="system text", byte=len(first.system[:at].encode()) + 1,
                has=words.system[at : at + _SHOWN], instead_of=first.system[at : at + _SHOWN],
            )  # fmt: skip
        else:
            self.other = OtherBeginning(
                source=source, first=first_source, part="tools", byte=0, has=", ".join(ours),
                instead_of=", ".join(theirs),
            )  # fmt: skip

    def saved(self, name: str, ways: Sequence[CacheWay]) -> Decimal:
        """Return the dollars that a model would save by what it keeps, if all calls went to it."""
        savings = [self.best(step, name, ways) for step in self._nodes]
        return sum((each.saved for each in savings if each is not None), Decimal(0))

    def best(self, step: Step, name: str, ways: Sequence[CacheWay]) -> CacheSaving | None:
        """Return a model's savings on the calls that go to a step first, in the way that saves most."""
        savings = [self.saving(step, name, *way) for way in ways]
        return max((each for each in savings if each is not None), key=lambda each: each.saved, default=None)

    def saving(
        self, step: Step, name: str, rules: CacheRules, rates: Callable[[int], CacheRates | None]
    ) -> CacheSaving | None:
        """Return a model's savings on the calls that go to a step first; None if nothing is cached.

        `name` is provider/model, `rates` are those of a call of a size; a model without a price keeps nothing.
        """
        factor = tokenizer_factor(*name.split("/", 1)) or 100
        size: dict[int | None, int] = {None: 0}  # of all up to a beginning
        covered: dict[int | None, int] = {None: 0}  # of what is kept up to it
        cost = plain = Decimal(0)
        largest: CacheSaving | None = None
        for identity, node in self._nodes.get(step, {}).items():
            whole = size[identity] = size[node.before] + node.size * factor // 100
            before = covered[identity] = covered[node.before]
            if node.calls == node.most_after or node.part == "attachments" or (known := rates(whole)) is None:
                continue
            decision = decide_write(rules, known, shared=whole - before, calls=node.calls, gap=0.0, before=before)
            if decision.lifetime is None:
                continue
            covered[identity] = whole
            cost, plain = cost + decision.cost, plain + decision.plain_cost
            if largest is None or node.calls > largest.calls:
                largest = CacheSaving(
                    model=name, calls=node.calls, shared=whole, part=node.part, lifetime=decision.lifetime,
                    asked=rules.form == "marks", cost=cost, plain_cost=plain, storable=rules.storable,
                    storage=None if known.storage is None else known.storage * whole / PRICED_PER,
                )  # fmt: skip
        return None if largest is None else replace(largest, cost=cost, plain_cost=plain)


def cache_savings(
    forecast: CacheForecast, models: Mapping[Step, ModelRef], services: Services, *, batch: bool
) -> list[CacheSaving]:  # fmt: skip
    """Return the savings of each step's calls by model, if there are any."""
    found = []
    for step, model in models.items():
        saving = forecast.best(step, model.without_arm, ways_of(model, services, services.clock(), batch=batch))
        if saving is not None and (not batch or saving.saved >= WORTH_A_BATCH):
            found.append(saving)
    return found


def ways_of(
    model: ModelRef, services: Services, when: float, *, batch: bool = False, asks: bool = True
) -> list[CacheWay]:
    """Return how a model's provider can keep prompts, and what it charges then in a call of this many tokens.

    Unless it is asked, it keeps no more than it does by itself, and says so.
    """
    endpoint = services.routes.endpoints[model.provider]
    ways = (batch_rules(endpoint, model.model),) if batch else cache_ways(endpoint, model.model)

    def rates_with(rules: CacheRules) -> Callable[[int], CacheRates | None]:
        return lambda size: cache_rates(services.prices, model.provider, model.model, size, when, rules, batch=batch)

    return [(rules, rates_with(rules)) for rules in ways if asks or _surely_kept(rules)]


def _surely_kept(rules: CacheRules) -> bool:
    """Return whether a provider keeps prompts without being asked, for nothing, and says nothing against it."""
    return rules.unasked and not rules.billed_unasked and not rules.storable


def _common_end(one: str, other: str) -> str:
    """Return the common ending of two texts."""
    length = common_length(one[::-1], other[::-1])
    return one[len(one) - length :]
