"""What a run would cost, computed from the inputs and the cache: no network, no call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from scrimp import tokens
from scrimp.caching.cache_saving import CacheSaving
from scrimp.enums import OnDear
from scrimp.flows.estimates.cache_forecast import CacheForecast, cache_savings
from scrimp.flows.estimates.call_sizes import CallSizes
from scrimp.flows.estimates.level_savings import LevelSampler
from scrimp.flows.estimates.routed_cost import RoutedCalls
from scrimp.flows.estimates.seen_keys import SeenKeys
from scrimp.flows.plan.expected.row_costs import schema_tokens
from scrimp.flows.plan.groups import groups, planned
from scrimp.flows.plan.prompt_compressor import texts_of
from scrimp.flows.planning import open_planner
from scrimp.values import Attachment, Prompt

if TYPE_CHECKING:
    from scrimp.billing.level_savings import LevelSavings
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services

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
    below_cliffs: int = 0  # calls that are compressed harder, to stay below a size at which their model costs more
    sizes: dict[Attachment, int] = field(default_factory=dict)  # how often each size is attached (names are dropped)
    tasks: Counter[str] = field(default_factory=Counter)  # signatures of the first calls
    sizes_in: CallSizes = field(default_factory=CallSizes)  # of the calls that are left, before compression
    levels: LevelSavings | None = None  # what each level would save; None if there is nothing to call
    routed: RoutedCalls = field(default_factory=RoutedCalls)
    beginnings: CacheForecast = field(default_factory=CacheForecast)  # what the calls have in common


def workload(prompts: Iterator[Prompt], options: RunOptions, services: Services, *, one_by_one: bool) -> Workload:
    """Count what a run would do."""
    planner, lookup = open_planner(options, services), services.cache_lookup(options)
    total, seen, sampler = Workload(), SeenKeys(), LevelSampler(services)
    around = _MESSAGE_TOKENS + schema_tokens(options.parameters)
    for unplanned in groups(prompts, one_by_one=one_by_one):
        group = planned(unplanned, planner, lookup)
        total.rows += len(group.rows)
        total.hits += len(group.cached)
        called = []
        for place, row in enumerate(group.rows):
            if place not in group.cached:
                calls = total.calls
                _count(row, total, seen, services, sampler, around)
                called += [row] if total.calls > calls else []
                if total.calls <= _TASK_SAMPLE and total.calls:
                    total.tasks[row.signature(options.parameters, options.labels.task_name)] += 1
        total.beginnings.add(called)
    total.levels = sampler.savings(total.calls * around)
    if total.levels is not None:
        total.input, total.saved_input = total.levels.now.input, total.levels.now.saved_input
    return total


def _defect(prompt: Prompt) -> str | None:
    """Return why a prompt cannot be sent, with its place; None if it can."""
    if prompt.defect:
        return prompt.placed_defect
    return next((each.defect for each in prompt.attachments if each.defect), None)


def _count(
    row: PlannedRow, total: Workload, seen: SeenKeys, services: Services, sampler: LevelSampler, around: int
) -> None:  # fmt: skip
    if defect := _defect(row.prompt):
        if not total.unsendable:
            services.warn(f"the first row that cannot be sent: {defect}")
        total.unsendable += 1
        return
    dear = row.route.dear
    if not seen.add(int.from_bytes(row.key[:8])):  # 64 bits tell a million rows apart, at a quarter of the memory
        total.duplicates += 1
        return
    if dear is not None:
        total.dear[dear.action] = total.dear.get(dear.action, 0) + 1
        if dear.action == "skip":
            return
    total.calls += 1
    total.routed.add(row.route.chain)
    sampler.offer(row)
    total.below_cliffs += bool(row.below)
    texts = row.sent.texts if row.below else texts_of(row.prompt)  # the former at a lower rate
    total.sizes_in.add(around + sum(map(tokens.estimate, (*texts, row.instruction or ""))))
    if row.prompt.attachments:
        _count_attachments(row.prompt.attachments, total)


def _count_attachments(attachments: Sequence[Attachment], total: Workload) -> None:
    from scrimp.read.attachments import measured  # few prompts have attachments

    total.attachments += len(attachments)
    for attached in map(measured, attachments):
        size = Attachment(
            name="", media_type=attached.media_type, identity="", width=attached.width, height=attached.height,
            pages=attached.pages,
        )  # fmt: skip
        total.sizes[size] = total.sizes.get(size, 0) + 1


def provider_caches(work: Workload, services: Services, *, batch: bool = False) -> list[CacheSaving]:
    """Return the savings by prompt caches of the models that calls go to first, live or in batches."""
    first = {
        step: next((model for model in step.candidates if services.can_call(model)), step.candidates[0])
        for step in (chain.steps[0] for chain, _ in work.routed.by_chain())
    }
    return cache_savings(work.beginnings, first, services, batch=batch)
