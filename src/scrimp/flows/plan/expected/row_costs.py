"""What a row is expected to cost at a model or along a chain: its tokens in, the tokens out of its task, the price."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp import tokens
from scrimp.flows.plan.expected.chain_cost import chain_cost
from scrimp.flows.plan.expected.climbs import ChainClimbs
from scrimp.flows.plan.expected.output_tokens import OutputHistory, OutputTokens
from scrimp.flows.plan.prompt_compressor import texts_of
from scrimp.tokens.tokenizer_factors import tokenizer_factor
from scrimp.values import Attachment, Chain, ModelRef, Parameters, Step, Usage

if TYPE_CHECKING:
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.prompt_compressor import PromptCompressor
    from scrimp.prices.book import PriceBook
    from scrimp.providers.endpoint import Endpoint

_MESSAGE_TOKENS = 8  # around the texts of a call
_REMEMBERED = 10_000  # sizes of calls, with their dollars
_NOTHING = Decimal(0)
Saving = Callable[[ModelRef], Decimal]  # dollars of a call, at a provider


def _nothing(_: ModelRef) -> Decimal:
    return _NOTHING


class RowCosts:
    """The expected cost of the rows of one run."""

    def __init__(
        self, prices: PriceBook, endpoints: Mapping[str, Endpoint], places: Callable[[ModelRef], list[ModelRef]], *,
        prior: OutputTokens, history: OutputHistory, climbs: ChainClimbs, when: float, schema_tokens: int = 0,
        batch: bool = False,
    ) -> None:  # fmt: skip
        """`places` tells where a model can be bought; with `batch` calls are bought in batches."""
        self._prices, self._endpoints, self._places = prices, endpoints, places
        self._prior, self._history, self._when, self._batch = prior, history, when, batch
        self._climbs = climbs
        self._factors: dict[tuple[str, str], int | None] = {}
        self._known: dict[tuple[ModelRef, int, str], Decimal | None] = {}  # dollars of calls of a size and a task
        self._around = _MESSAGE_TOKENS + schema_tokens

    def tokens_in(self, texts: Iterable[str], count: Callable[[str], int] = tokens.estimate) -> int:
        """Return how many tokens the texts of a row are, about unless they are counted, as o200k_base has them."""
        return self._around + sum(map(count, texts))

    def tokens_out(self, model: ModelRef, task: str) -> int:
        """Return how many tokens a completion of a task is expected to have."""
        known = self._history.of(model, task)
        expected = self._prior.expected if known is None else known
        return expected if model.max_output is None else min(expected, model.max_output)

    def of_call(
        self, model: ModelRef, tokens_in: int, task: str, attachments: Sequence[Attachment] = (),
        saving: Saving = _nothing,
    ) -> Decimal | None:  # fmt: skip
        """Return the dollars of a call where it costs least; None if no price is known.

        `saving` says what is expected to be saved of it at a place, by what its provider keeps.
        """
        places = self._places(model) or [model]
        if len(places) == 1:
            return self.of_place(places[0], tokens_in, task, attachments, saving)
        costs = [self.of_place(place, tokens_in, task, attachments, saving) for place in places]
        return min((cost for cost in costs if cost is not None), default=None)

    def of_place(
        self, model: ModelRef, tokens_in: int, task: str, attachments: Sequence[Attachment] = (),
        saving: Saving = _nothing,
    ) -> Decimal | None:  # fmt: skip
        """Return the dollars of a call at the provider of a model; None if its price is unknown."""
        factor = self._factor(model)
        size = tokens_in if factor is None else -(-tokens_in * factor // 100)
        if attachments:
            from scrimp.providers.requests.attachment_tokens import attached_tokens  # few prompts have any

            size += attached_tokens(attachments, self._endpoints[model.provider], model.model)
        cost = self._dollars(model, size, task)
        return None if cost is None else max(_NOTHING, cost - saving(model))

    def _dollars(self, model: ModelRef, size: int, task: str) -> Decimal | None:
        """Return the dollars of a call of this many tokens, computed once for the rows of a task that are as long."""
        key = model, size, task
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            usage = Usage(input=size, output=self.tokens_out(model, task))
            self._known[key] = self._prices.cost_of(
                provider=model.provider, model=model.model, usage=usage, when=self._when, batch=self._batch
            ).dollars
        return self._known[key]

    def _factor(self, model: ModelRef) -> int | None:
        """Return a model's tokens per hundred of o200k_base; None if that is its own tokenizer."""
        name = model.provider, model.model
        if name not in self._factors:
            self._factors[name] = tokenizer_factor(*name)
        return self._factors[name]

    def of_chain(
        self, chain: Chain, tokens_in: int, task: str, attachments: Sequence[Attachment] = (),
        saving: Saving = _nothing,
    ) -> Decimal | None:  # fmt: skip
        """Return the dollars that a row costs along a chain; None if the price of a step is unknown."""
        models = [self.called(step) for step in chain.steps]
        if len(models) == 1:
            return None if models[0] is None else self.of_call(models[0], tokens_in, task, attachments, saving)
        costs = [None if each is None else self.of_call(each, tokens_in, task, attachments, saving) for each in models]
        known = [cost for cost in costs if cost is not None]
        return chain_cost(chain, known, self._climbs.shares(chain, (task,))) if len(known) == len(costs) else None

    def cliff(self, model: ModelRef, tokens_in: int) -> int | None:
        """Return the size in tokens that a call is above and a model charges more for all of it; None for none."""
        price = self._prices.price(model.provider, model.model, self._when, batch=self._batch)
        factor = self._factor(model)
        size = tokens_in if factor is None else -(-tokens_in * factor // 100)
        return None if price is None else price.cliff(size)

    def knows(self, chain: Chain, task: str) -> bool:
        """Return whether completions of a task by the first model of a chain are known: their length is not assumed."""
        model = self.called(chain.steps[0])
        climbs = len(chain.steps) == 1 or self._climbs.shares(chain, (task,)) is not None
        return climbs and model is not None and self._history.of(model, task) is not None

    def called(self, step: Step) -> ModelRef | None:
        """Return the model of a step that is called first; None if none can be called."""
        return next(filter(self._places, step.candidates), None)

    def callable(self, model: ModelRef) -> bool:
        """Return whether a model can be called anywhere."""
        return bool(self._places(model))


def schema_tokens(parameters: Parameters) -> int:
    """Return the tokens of the schema, which every call carries, in words or in a field of its own."""
    if parameters.schema is None:
        return 0
    from scrimp.providers.schemas.sent_schema import in_words  # only with a schema

    return tokens.estimate(in_words(parameters.schema))


class PricedRow:
    """A planned row, with what it is expected to cost; its tokens are counted once for each way it is sent."""

    def __init__(self, row: PlannedRow, costs: RowCosts, task: str, saving: Saving = _nothing) -> None:
        """`saving` says what is expected to be saved of it as it was given, by what its provider keeps."""
        self.row, self._costs, self._task, self._saving = row, costs, task, saving
        self._given: int | None = None
        self._sent: int | None = None

    def at(self, compressor: PromptCompressor, count: Callable[[str], int] = tokens.estimate) -> PricedRow:
        """Return the row as another compressor sends it."""
        compressed = PricedRow(self.row, self._costs, self._task, self._saving)
        texts = (*compressor.compress(self.row.prompt).texts, self.row.instruction or "")
        compressed._sent = self._costs.tokens_in(texts, count)
        return compressed

    def cost_given(self, chain: Chain) -> Decimal | None:
        """Return the dollars that it costs at most along a chain: as it was given, so that nothing is compressed."""
        return self._costs.of_chain(chain, self.tokens_given, self._task, self.row.prompt.attachments, self._saving)

    def cost(self, chain: Chain) -> Decimal | None:
        """Return the dollars that it costs along a chain as it is sent; None if a price is unknown."""
        return self._costs.of_chain(chain, self.tokens_in, self._task, self.row.prompt.attachments, self._saved)

    def cost_at(self, model: ModelRef) -> Decimal | None:
        """Return the dollars of a call of a model; None if no price is known."""
        return self._costs.of_call(model, self.tokens_in, self._task, self.row.prompt.attachments, self._saved)

    def cost_in(self, place: ModelRef) -> Decimal | None:
        """Return the dollars of a call of a model at its provider; None if its price is unknown."""
        return self._costs.of_place(place, self.tokens_in, self._task, self.row.prompt.attachments, self._saved)

    def _saved(self, place: ModelRef) -> Decimal:
        """Return the expected saving for the prompt as it is sent: in proportion to its length."""
        given = self._saving(place)
        return given * min(self.tokens_in, self.tokens_given) / self.tokens_given if given else given

    @property
    def tokens_given(self) -> int:
        """Its tokens as it was given, which are the most that are sent."""
        if self._given is None:
            self._given = self._costs.tokens_in((*texts_of(self.row.prompt), self.row.instruction or ""))
        return self._given

    @property
    def tokens_in(self) -> int:
        """Its tokens as it is sent."""
        if self._sent is None:
            self._sent = self._costs.tokens_in((*self.row.sent.texts, self.row.instruction or ""))
        return self._sent
