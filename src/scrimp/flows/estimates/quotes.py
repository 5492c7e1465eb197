"""What models and chains would charge for a workload: low, expected and high, live and in batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.caching.write_decision import WORTH_A_BATCH
from scrimp.enums import Effort
from scrimp.flows.estimates.cache_forecast import ways_of
from scrimp.flows.estimates.routed_cost import RoutedCalls, RoutedCost, routed_cost
from scrimp.flows.plan.expected.climbs import ChainClimbs
from scrimp.flows.plan.expected.output_tokens import OutputHistory, OutputTokens
from scrimp.flows.spend.billed_before import BilledBefore
from scrimp.tokens.tokenizer_factors import tokenizer_factor
from scrimp.values import Chain, ModelRef, Usage

if TYPE_CHECKING:
    from scrimp.flows.estimates.estimate import Workload
    from scrimp.flows.services import Services


class Quote(Struct, frozen=True, kw_only=True):
    """What a model would charge for the workload, in dollars; None if its price is unknown."""

    tier: str | None
    model: str
    callable: bool
    low: Decimal | None
    expected: Decimal | None
    high: Decimal | None
    batch: Decimal | None  # expected, through a batch job; None if none is sold
    attached_input: int = 0  # the most tokens that what is attached counts at this model
    billed_calls: int = 0  # ledger calls of the same tasks at the same effort
    billed: Decimal | None = None  # the mean of what one of them cost
    batch_low: Decimal | None = None
    batch_high: Decimal | None = None
    output: int = 0  # tokens that a completion is expected to have


class ChainQuote(Struct, frozen=True, kw_only=True):
    """What a chain would charge for the workload, all its steps together; None if a price is unknown."""

    chain: str
    low: Decimal | None
    expected: Decimal | None
    high: Decimal | None
    batch: Decimal | None  # expected, through batches; None if a step is not sold so


class SizeCliff(Struct, frozen=True, kw_only=True):
    """Calls that are so long that a model charges more for all of their tokens; rates in dollars per million in."""

    model: str
    above: int  # tokens, as the model counts them
    calls: int
    rate: Decimal | None  # below
    rate_above: Decimal | None


class Quotes:
    """Prices a workload."""

    def __init__(
        self, work: Workload, size: OutputTokens, services: Services, asked: Effort | None, *, caching: bool = True
    ) -> None:
        """`size` is assumed of completions where the ledger has none; `asked` is the effort that the run asks for.

        What is low and expected counts on what providers keep of prompts, with `caching` also on what they are asked
        to keep; what is high never does.
        """
        self._work, self._size, self._services, self._caching = work, size, services, caching
        routes, ledger = services.routes, services.paths.ledger_db
        self._saved: dict[tuple[ModelRef, bool, float], Decimal] = {}  # by model, batch or not, time
        self._when = services.clock()
        self._before = BilledBefore(ledger, work.tasks, routes.endpoints, asked)
        self._climbs = ChainClimbs(ledger, until=self._when)
        self._history = OutputHistory(ledger, routes.endpoints, asked, until=self._when)

    def of_models(self, models: Sequence[tuple[str | None, ModelRef]]) -> list[Quote]:
        """Return what each model would charge.

        Completions are expected to be as long as those of the same tasks were at the same effort, hidden thought
        included, where the ledger has any.
        """
        return [self._quote(tier, model) for tier, model in models]

    def sendable(self, models: Sequence[tuple[str | None, ModelRef]]) -> list[tuple[str | None, ModelRef]]:
        """Return the models that can be sent what there is to do: not those that read text alone, if there is more."""
        if not self._work.attachments:
            return list(models)
        from scrimp.providers.requests.attached_files import reads_text_only  # few prompts have any

        ends = self._services.routes.endpoints
        return [each for each in models if not reads_text_only(ends[each[1].provider], each[1].model)]

    def _quote(self, tier: str | None, model: ModelRef) -> Quote:
        before, size = self._before.of(model), self.output(model)
        sold = self._sold_in_batches(model)
        return Quote(
            tier=tier, model=model.id, callable=self._services.can_call(model),
            low=self.cost_kept(model, size.low), expected=self.cost_kept(model, size.expected),
            high=self.cost(model, size.high), batch=self.cost_kept(model, size.expected, batch=True) if sold else None,
            batch_low=self.cost_kept(model, size.low, batch=True) if sold else None,
            batch_high=self.cost(model, size.high, batch=True) if sold else None,
            attached_input=self._attached(model), billed_calls=before.calls if before else 0,
            billed=before.cost_of_one if before else None, output=size.expected,
        )  # fmt: skip

    def of_chains(self, chains: Sequence[tuple[str, Chain]]) -> list[ChainQuote]:
        """Return what chains would charge for all calls of the workload."""
        return [self._chain_quote(name, chain) for name, chain in chains]

    def _chain_quote(self, name: str, chain: Chain) -> ChainQuote:
        calls = RoutedCalls({id(chain): chain}, {id(chain): self._work.calls})
        live, batch = self._routed(calls), self._routed(calls, batch=True)
        in_batches = None if batch is None else batch.expected
        if live is None:
            return ChainQuote(chain=name, low=None, expected=None, high=None, batch=in_batches)
        return ChainQuote(chain=name, low=live.low, expected=live.expected, high=live.high, batch=in_batches)

    def as_routed(self, *, batch: bool = False) -> RoutedCost | None:
        """Return what the calls cost where each prompt goes, with all models that it takes; None if unknown."""
        return self._routed(self._work.routed, batch=batch)

    def _routed(self, calls: RoutedCalls, *, batch: bool = False) -> RoutedCost | None:
        def cost(model: ModelRef, length: str) -> Decimal | None:
            if batch and not self._sold_in_batches(model):
                return None
            total = self._cost_for(length)(model, getattr(self.output(model), length), batch=batch)
            return None if total is None else total / (self._work.calls or 1)

        return routed_cost(calls, self._services.routes, cost, self.shares)

    def shares(self, chain: Chain) -> list[Decimal] | None:
        """Return the share of rows of these tasks that came to each step of a chain before; None if unknown."""
        return self._climbs.shares(chain, self._work.tasks)

    def output(self, model: ModelRef) -> OutputTokens:
        """Return the length of completions of a model: as long as they were before, for each task that is known."""
        known = {task: self._history.of(model, task) for task in self._work.tasks}
        if all(mean is None for mean in known.values()):
            return self._size
        tasks = self._work.tasks
        lengths = ((tasks[task], self._size.expected if mean is None else mean) for task, mean in known.items())
        mean = round(sum(rows * length for rows, length in lengths) / tasks.total())
        return OutputTokens(min(self._size.low, mean), mean, max(self._size.high, mean))

    def cliffs(self, models: Sequence[ModelRef]) -> list[SizeCliff]:
        """Return the sizes above which a model charges more, where calls are longer."""
        found = []
        for model in dict.fromkeys(models):
            price = self._services.prices.price(model.provider, model.model, self._when)
            for below, band in zip(price.bands, price.bands[1:], strict=False) if price else ():
                calls = self._work.sizes_in.above(band.above, self._share * _factor(model) / 100)
                dearer = (below.rates.input or 0) < (band.rates.input or 0)
                if calls and dearer:
                    rates = below.rates.input, band.rates.input
                    found.append(
                        SizeCliff(model=model.id, above=band.above, calls=calls, rate=rates[0], rate_above=rates[1])
                    )
        return found

    @property
    def _share(self) -> float:
        """The share of its tokens that a call is sent with."""
        return self._work.input / (self._work.sizes_in.all_tokens or 1)

    def cost(self, model: ModelRef, output: int, *, batch: bool = False, when: float | None = None) -> Decimal | None:
        """Return what all calls cost at a model with completions of this many tokens; None if unknown.

        A rate may depend on the size of each call. Live calls are bought where they cost least, if they may be.
        """
        total, attached = Decimal(0), self._attached(model) // (self._work.calls or 1)
        for size, calls in self._work.sizes_in.scaled(self._share * _factor(model) / 100):
            usage = Usage(input=size + attached, output=output)
            place = model if batch else self._place(model, usage)
            one = self._services.prices.cost_of(
                provider=place.provider, model=place.model, usage=usage, when=when or self._when, batch=batch
            ).dollars
            if one is None:
                return None
            total += one * calls
        return total

    def cost_kept(
        self, model: ModelRef, output: int, *, batch: bool = False, when: float | None = None
    ) -> Decimal | None:  # fmt: skip
        """Return the same, less what the provider's prompt cache is expected to save."""
        plain = self.cost(model, output, batch=batch, when=when)
        return plain and max(Decimal(0), plain - self._kept(model, batch=batch, when=when or self._when))

    def _cost_for(self, length: str) -> Callable[..., Decimal | None]:
        return self.cost if length == "high" else self.cost_kept

    def _kept(self, model: ModelRef, *, batch: bool, when: float) -> Decimal:
        place = model
        if not batch:
            size = self._work.input // (self._work.calls or 1) * _factor(model) // 100
            place = self._place(model, Usage(input=size, output=self.output(model).expected))
        return self._kept_at(place, batch=batch, when=when)

    def _place(self, model: ModelRef, usage: Usage) -> ModelRef:
        """Return where a live call is bought: where it costs least, its share of what is kept there included."""
        offers, calls = self._services.offers, self._work.calls or 1
        if model.buy == "named" or len(places := offers.places(model)) < 2:
            return self._services.place_of(model, usage) or model
        found = offers.compare(
            places, usage, saving=lambda place: self._kept_at(place, batch=False, when=self._when) / calls
        )  # fmt: skip
        return found[0].model

    def _kept_at(self, place: ModelRef, *, batch: bool, when: float) -> Decimal:
        if (place, batch, when) not in self._saved:
            ways = ways_of(place, self._services, when, batch=batch, asks=self._caching)
            saved = self._work.beginnings.saved(place.without_arm, ways)
            self._saved[place, batch, when] = saved if not batch or saved >= WORTH_A_BATCH else Decimal(0)
        return self._saved[place, batch, when]

    def _sold_in_batches(self, model: ModelRef) -> bool:
        price = self._services.prices.price(model.provider, model.model, self._when, batch=True)
        return price is not None and price.batch

    def _attached(self, model: ModelRef) -> int:
        """Return the most tokens that all attachments count at a model."""
        if not self._work.sizes:
            return 0
        from scrimp.providers.requests.attachment_tokens import attached_tokens  # few prompts have any

        endpoint = self._services.routes.endpoints[model.provider]
        sizes = self._work.sizes.items()
        return sum(attached_tokens([size], endpoint, model.model) * count for size, count in sizes)


def _factor(model: ModelRef) -> int:
    """Return a model's tokens per hundred of o200k_base."""
    return tokenizer_factor(model.provider, model.model) or 100
