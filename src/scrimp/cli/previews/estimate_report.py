"""How an estimate is shown: tables and sentences for a person, one object for a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict

from scrimp.cli.observers.run_record import recent_bills
from scrimp.cli.printing import print_json, print_line, print_table
from scrimp.cli.session import Session
from scrimp.flows.estimates.estimate import Workload
from scrimp.flows.estimates.quotes import ChainQuote, Quote, SizeCliff
from scrimp.flows.estimates.routed_cost import RoutedCost
from scrimp.flows.plan.expected.chain_cost import GOES_ON
from scrimp.flows.plan.expected.output_tokens import OutputTokens
from scrimp.render.bill.text import below_cliffs, dear_rows
from scrimp.render.estimates.cache_savings import cache_document, cache_lines
from scrimp.render.estimates.estimate_error import mean_line
from scrimp.render.estimates.level_savings import ALIGN as LEVEL_ALIGN
from scrimp.render.estimates.level_savings import HEADERS as LEVEL_HEADERS
from scrimp.render.estimates.level_savings import cliff_lines, level_document, level_heading, level_rows
from scrimp.units import format_count, format_dollars, pluralize

if TYPE_CHECKING:
    from scrimp.caching.cache_saving import CacheSaving
    from scrimp.flows.batch.costs.ways import Ways

# Fields of the workload that other parts of the document have.
_TOLD_ELSEWHERE = frozenset(("sizes", "levels", "routed", "tasks", "sizes_in", "beginnings"))


class EstimatedWays(Struct, frozen=True):
    """What each model costs live, in batches and at its cheaper hours, and what the run does as it is routed."""

    offered: Sequence[Ways]
    routed: Ways | None


class Estimated(Struct, frozen=True, kw_only=True):
    """What a run would cost, by all that was asked for."""

    work: Workload
    output: OutputTokens
    quoted: Sequence[Quote]
    chained: Sequence[ChainQuote]
    routed: RoutedCost | None
    batched: RoutedCost | None  # as routed, in batches
    cliffs: Sequence[SizeCliff]
    ways: EstimatedWays | None  # with --batch
    caching: bool  # whether providers are asked to keep what prompts share
    caches: Sequence[CacheSaving]
    has_schema: bool


def print_document(estimated: Estimated) -> None:
    """Print an estimate for a program."""
    ways, work = estimated.ways, estimated.work
    offers = [asdict(each) for each in estimated.quoted]
    if ways is not None:
        offers = [{**offer, "ways": asdict(each)} for offer, each in zip(offers, ways.offered, strict=True)]
    print_json(
        {
            "work": {name: value for name, value in asdict(work).items() if name not in _TOLD_ELSEWHERE},
            "offers": offers,
            "routed": estimated.routed and asdict(estimated.routed),
            **({} if ways is None else {"routed_ways": ways.routed and asdict(ways.routed)}),
            "routed_in_batches": estimated.batched and asdict(estimated.batched),
            "chains": [asdict(each) for each in estimated.chained],
            "size_cliffs": [asdict(each) for each in estimated.cliffs],
            "compression": work.levels and level_document(work.levels),
            "provider_cache": cache_document(estimated.caches, work.beginnings.other, work.beginnings.shared_end),
        }
    )


def print_report(estimated: Estimated, session: Session) -> None:
    """Print an estimate for a person."""
    work = estimated.work
    _describe(work, estimated.output, estimated.quoted)
    if estimated.ways is not None:
        from scrimp.cli.previews.estimate_ways import print_ways  # only with --batch

        print_ways(estimated.quoted, estimated.ways.offered, estimated.ways.routed, session)
        return
    _print_quotes(estimated, session)
    if estimated.routed is not None:
        print_line(_as_routed(estimated.routed, estimated.batched))
    shared_end = work.beginnings.shared_end if estimated.caching else 0
    for line in (
        *cache_lines(estimated.caches, work.beginnings.other, schema=estimated.has_schema, end=shared_end),
        *map(_cliff, estimated.cliffs),
        *cliff_lines(work.levels),
    ):
        print_line(line)
    if errors := mean_line(recent_bills(session)):
        print_line(f"estimates: {errors}")
    if work.levels is not None:
        print_line(level_heading(work.levels))
        if savings := level_rows(work.levels):
            print_table(LEVEL_HEADERS, savings, LEVEL_ALIGN, session.out)


def _print_quotes(estimated: Estimated, session: Session) -> None:
    """Print what each model and each chain would cost."""
    billed = any(each.billed_calls for each in estimated.quoted)
    cells = [_cells(each, billed=billed) for each in estimated.quoted]
    cells += [_chain_cells(each, billed=billed) for each in estimated.chained]
    headers = ("tier", "model", "low", "expected", "high", "in batch", *(["a call before"] if billed else []))
    print_table(
        headers, cells, "llrrrr" + "r" * billed, session.out,
        empty="no model can be called: set a key, or see them all with --all",
    )  # fmt: skip


def _cells(quote: Quote, *, billed: bool) -> tuple[str, ...]:
    amounts = map(format_dollars, (quote.low, quote.expected, quote.high))
    in_batch = "" if quote.batch is None else format_dollars(quote.batch)
    return (quote.tier or "asked for", quote.model, *amounts, in_batch, *([_billed(quote)] if billed else []))


def _chain_cells(quote: ChainQuote, *, billed: bool) -> tuple[str, ...]:
    amounts = map(format_dollars, (quote.low, quote.expected, quote.high))
    in_batch = "" if quote.batch is None else format_dollars(quote.batch)
    return ("chain", quote.chain, *amounts, in_batch, *([""] if billed else []))


def _billed(quote: Quote) -> str:
    """Return what a call of the same task was billed before, and how many there were."""
    return f"{format_dollars(quote.billed)} ({format_count(quote.billed_calls)})" if quote.billed_calls else ""


def _cliff(cliff: SizeCliff) -> str:
    """Return a sentence on calls that cost more per token because they are long."""
    return (
        f"{pluralize(cliff.calls, 'call')} above {format_count(cliff.above)} tokens, where {cliff.model} costs "
        f"{format_dollars(cliff.rate_above)} instead of {format_dollars(cliff.rate)} a million in: shorten them "
        "(--on-cliff LEVEL, scrimp compress --max-tokens cliff), or send them to a model without such a step"
    )


def _as_routed(cost: RoutedCost, batched: RoutedCost | None) -> str:
    several = (
        f"; {pluralize(cost.several, 'row')} {'goes' if cost.several == 1 else 'go'} to two models first, and "
        f"{f'{round(100 * GOES_ON)} % of them (assumed)' if cost.assumed else 'as many as before'} on to the last"
        if cost.several
        else ""
    )
    low, expected, high = map(format_dollars, (cost.low, cost.expected, cost.high))
    in_batches = "" if batched is None else f"; in batches expected {format_dollars(batched.expected)}"
    return f"as routed: low {low}, expected {expected}, high {high}{in_batches}{several}"


def _describe(work: Workload, output: OutputTokens, quoted: Sequence[Quote]) -> None:
    attached = [each.attached_input for each in quoted]
    unsendable = f", {format_count(work.unsendable)} that cannot be sent" if work.unsendable else ""
    print_line(
        f"{pluralize(work.rows, 'row')}: {format_count(work.hits)} in the cache, "
        f"{pluralize(work.duplicates, 'duplicate')}, {format_count(work.calls)} to call{unsendable}"
    )
    if work.dear:
        print_line(dear_rows(work.dear))
    if work.below_cliffs:
        print_line(below_cliffs(work.below_cliffs))
    saved = f", {format_count(work.saved_input)} removed by compression" if work.saved_input else ""
    print_line(f"{format_count(work.input)} input tokens (estimated){saved}")
    if work.attachments:
        least, most = (format_count(end(attached, default=0)) for end in (min, max))
        tokens = f"at most {most} input tokens" if least == most else f"{least} to {most} input tokens, by model"
        print_line(f"{pluralize(work.attachments, 'attachment')}: {tokens}")
    print_line(
        f"completions of {output.low}, {output.expected} and {output.high} tokens (assumed) for low, expected and high"
    )
    if any(each.billed_calls for each in quoted):
        print_line(
            "where an earlier call is shown, expected is the length of completions of the same tasks at the same "
            "effort, hidden reasoning included"
        )
