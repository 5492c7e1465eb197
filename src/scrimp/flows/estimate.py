"""What a run would cost, computed from the inputs and the cache: no network, no call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct, field

from scrimp.caching.cache_saving import CacheSaving
from scrimp.enums import Effort, OnDear
from scrimp.flows.cache_forecast import CacheForecast, cache_savings
from scrimp.flows.level_savings import LevelSampler
from scrimp.flows.plan.expected.output_tokens import OutputTokens
from scrimp.flows.plan.expected.row_costs import schema_tokens
from scrimp.flows.plan.groups import groups, planned
from scrimp.flows.routed_cost import RoutedCalls, RoutedCost, routed_cost
from scrimp.flows.spend.billed_before import BilledBefore
from scrimp.values import Attachment, ModelRef, Prompt, Usage

if TYPE_CHECKING:
    from scrimp.billing.level_savings import LevelSavings
    from scrimp.flows.plan.planner import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.providers.endpoint import Endpoint
    from scrimp.store.billed_calls import BilledCalls

_MESSAGE_TOKENS = 8
_TASK_SAMPLE = 200  # rows whose task is looked up


class Workload(Struct):
    """What there is to do; tokens are counted up to some hundred calls, and estimated from a sample of more."""

    rows: int = 0
    hits: int = 0
    duplicates: int = 0
    calls: int = 0
    input: int = 0  # tokens of the calls that are left, as they would be sent
    saved_input: int = 0  # tokens that compression takes off them
    attachments: int = 0  # images and PDFs of the calls that are left; each model counts their tokens in its own way
    unsendable: int = 0  # rows whose images or PDFs cannot be sent: they fail without a call
    dear: dict[OnDear, int] = field(default_factory=dict)  # rows above what one may cost, by what becomes of them
    sizes: dict[Attachment, int] = field(default_factory=dict)  # how often each size is attached, nameless
    tasks: set[str] = field(default_factory=set)  # signatures of the first calls
    levels: LevelSavings | None = None  # what each level would save; None where there is nothing to call
    routed: RoutedCalls = field(default_factory=RoutedCalls)
    beginnings: CacheForecast = field(default_factory=CacheForecast)  # what the calls have in common


class Quote(Struct, frozen=True, kw_only=True):
    """What a model would charge for the workload, in dollars; None where its price is unknown."""

    tier: str | None
    model: str
    callable: bool
    low: Decimal | None
    expected: Decimal | None
    high: Decimal | None
    batch: Decimal | None  # expected, through a batch job; None where none is sold
    attached_input: int = 0  # the most tokens that what is attached counts at this model
    billed_calls: int = 0  # of the same tasks at the same effort, in the ledger
    billed: Decimal | None = None  # the mean of what one of them cost


def workload(prompts: Iterator[Prompt], options: RunOptions, services: Services, *, one_by_one: bool) -> Workload:
    """Count what a run would do."""
    planner, lookup = services.planner(options), services.cache_lookup(options)
    total, seen, sampler = Workload(), set[int](), LevelSampler(services)
    for unplanned in groups(prompts, one_by_one=one_by_one):
        group = planned(unplanned, planner, lookup)
        total.rows += len(group.rows)
        total.hits += len(group.cached)
        called = []
        for place, row in enumerate(group.rows):
            if place not in group.cached:
                calls = total.calls
                _count(row, total, seen, services, sampler)
                called += [row] if total.calls > calls else []
                if total.calls <= _TASK_SAMPLE and total.calls:
                    total.tasks.add(row.signature(options.parameters, options.labels.task_name))
        total.beginnings.add(called)
    total.levels = sampler.savings(total.calls * (_MESSAGE_TOKENS + schema_tokens(options.parameters)))
    if total.levels is not None:
        total.input, total.saved_input = total.levels.now.input, total.levels.now.saved_input
    return total


def _count(row: PlannedRow, total: Workload, seen: set[int], services: Services, sampler: LevelSampler) -> None:
    attachments = row.prompt.attachments
    if attachments and (defect := next((each.defect for each in attachments if each.defect), None)):
        if not total.unsendable:
            services.warn(f"the first row that cannot be sent: {defect}")
        total.unsendable += 1
        return
    dear = row.route.dear
    short = int.from_bytes(row.key[:8])  # 64 bits tell a million rows apart, at a third of the memory
    if short in seen:
        total.duplicates += 1
        return
    seen.add(short)
    if dear is not None:
        total.dear[dear.action] = total.dear.get(dear.action, 0) + 1
        if dear.action == "skip":
            return
    total.calls += 1
    total.routed.add(row.route.chain)
    sampler.offer(row)
    if attachments:
        _count_attachments(attachments, total)


def _count_attachments(attachments: Sequence[Attachment], total: Workload) -> None:
    from scrimp.read.attachments import measured  # noqa: PLC0415 - few prompts have attachments

    total.attachments += len(attachments)
    for attached in map(measured, attachments):
        size = Attachment(
            name="", media_type=attached.media_type, identity="", width=attached.width, height=attached.height,
            pages=attached.pages,
        )  # fmt: skip
        total.sizes[size] = total.sizes.get(size, 0) + 1


def _attached_tokens(work: Workload, endpoint: Endpoint, model: str) -> int:
    """Return the most tokens that all attachments count at a model."""
    if not work.sizes:
        return 0
    from scrimp.providers.requests.attachment_tokens import attached_tokens  # noqa: PLC0415 - few prompts have attachments

    return sum(attached_tokens([size], endpoint, model) * count for size, count in work.sizes.items())


def quotes(
    work: Workload, size: OutputTokens, services: Services, models: Sequence[tuple[str | None, ModelRef]],
    asked: Effort | None = None,
) -> list[Quote]:  # fmt: skip
    """Return what each model would charge.

    `asked` is the effort that the run asks for. Completions are expected to be as long as those of the same tasks were
    at the same effort, hidden reasoning included, where the ledger has any.
    """
    before = BilledBefore(services.paths.ledger_db, work.tasks, services.routes.endpoints, asked)
    return [_quote(work, size, services, tier, model, before.of(model)) for tier, model in models]


def sendable(
    models: Sequence[tuple[str | None, ModelRef]], work: Workload, services: Services
) -> list[tuple[str | None, ModelRef]]:  # fmt: skip
    """Return the models that can be sent what there is to do: not those that read text alone, if there is more."""
    if not work.attachments:
        return list(models)
    from scrimp.providers.requests.attached_files import reads_text_only  # noqa: PLC0415 - few prompts have attachments

    endpoints = services.routes.endpoints
    return [each for each in models if not reads_text_only(endpoints[each[1].provider], each[1].model)]


def provider_caches(work: Workload, services: Services, *, batch: bool = False) -> list[CacheSaving]:
    """Return what the prompt caches would save of the models that the calls go to first, live or in batches."""
    first = [
        next((model for model in chain.steps[0].candidates if services.can_call(model)), chain.steps[0].candidates[0])
        for chain, _ in work.routed.by_chain()
    ]
    return cache_savings(work.beginnings, first, services, batch=batch)


def quote_as_routed(
    work: Workload, size: OutputTokens, services: Services, asked: Effort | None = None
) -> RoutedCost | None:
    """Return what the calls would cost where each prompt goes, with all models that it takes; None where unknown."""
    before = BilledBefore(services.paths.ledger_db, work.tasks, services.routes.endpoints, asked)

    def cost(model: ModelRef, length: str) -> Decimal | None:
        output: int = getattr(as_before(size, before.of(model)), length)
        usage = average_call(work, services, model, output)
        place = services.place_of(model, usage) or model
        return services.prices.cost_of(
            provider=place.provider, model=place.model, usage=usage, when=services.clock()
        ).dollars

    return routed_cost(work.routed, services.routes, cost)


def average_call(work: Workload, services: Services, model: ModelRef, output: int) -> Usage:
    """Return the tokens of an average call at a model, whose completion has so many."""
    attached = _attached_tokens(work, services.routes.endpoints[model.provider], model.model)
    return Usage(input=(work.input + attached) // (work.calls or 1), output=output)


def as_before(size: OutputTokens, before: BilledCalls | None) -> OutputTokens:
    """Return the length of completions, where it is known as long as they were before."""
    if before is None:
        return size
    mean = before.output_of_one
    return OutputTokens(min(size.low, mean), mean, max(size.high, mean))


def _quote(
    work: Workload, size: OutputTokens, services: Services, tier: str | None, model: ModelRef,
    before: BilledCalls | None,
) -> Quote:  # fmt: skip
    routes = services.routes
    size = as_before(size, before)
    endpoint = routes.endpoints[model.provider]
    attached = _attached_tokens(work, endpoint, model.model)

    def cost(output: int, *, batch: bool = False) -> Decimal | None:
        if not work.calls:
            return Decimal(0)
        # A cliff belongs to one call, so one average call is priced, and then multiplied.
        usage = Usage(input=(work.input + attached) // work.calls, output=output)
        place = model if batch else services.place_of(model, usage) or model
        one = services.prices.cost_of(
            provider=place.provider, model=place.model, usage=usage, when=services.clock(), batch=batch
        ).dollars
        return None if one is None else one * work.calls

    price = services.prices.price(model.provider, model.model, services.clock(), batch=True)
    sold = price is not None and price.batch
    return Quote(
        tier=tier, model=model.id, callable=services.can_call(model), low=cost(size.low),
        expected=cost(size.expected), high=cost(size.high), batch=cost(size.expected, batch=True) if sold else None,
        attached_input=attached, billed_calls=before.calls if before else 0,
        billed=before.cost_of_one if before else None,
    )  # fmt: skip
