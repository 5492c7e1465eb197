"""`scrimp estimate`: what a run would cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from msgspec.structs import asdict

from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.flags.options.reading import Inputs
from scrimp.cli.flags.run_flags import (
    AnswerFlags,
    BatchFlags,
    BudgetFlags,
    CallFlags,
    CheckFlag,
    CostFlags,
    DryRunFlag,
    EngineFlags,
    LabelFlags,
    OutputFlags,
    ReadingFlags,
    RouteFlags,
    RowLimitFlags,
    SamplesFlag,
    ScreenFlags,
    StopFlags,
)
from scrimp.cli.flags.run_options import check_schema, config_flags, read_options, run_options, with_known_models
from scrimp.cli.inputs import inputs_or_stdin
from scrimp.cli.observers.run_record import recent_bills
from scrimp.cli.printing import print_json, print_line, print_table
from scrimp.cli.session import Session, open_session
from scrimp.flows.estimates.estimate import Workload, provider_caches, workload
from scrimp.flows.estimates.quotes import ChainQuote, Quote, Quotes, SizeCliff
from scrimp.flows.estimates.routed_cost import RoutedCost
from scrimp.flows.plan.expected.chain_cost import GOES_ON
from scrimp.flows.plan.expected.output_tokens import OutputTokens, output_tokens
from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.plan.samples import samples, warn_of_equal_samples
from scrimp.read.inputs.sources import is_stream
from scrimp.read.prompts import prompts
from scrimp.render.bill.text import below_cliffs, dear_rows
from scrimp.render.cache_savings import cache_document, cache_lines
from scrimp.render.estimate_error import mean_line
from scrimp.render.level_savings import ALIGN as LEVEL_ALIGN
from scrimp.render.level_savings import HEADERS as LEVEL_HEADERS
from scrimp.render.level_savings import cliff_lines, level_document, level_heading, level_rows
from scrimp.units import format_count, format_dollars, pluralize
from scrimp.values import Chain, ModelRef

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
@grouped(hidden=(BatchFlags, CallFlags, EngineFlags, StopFlags, OutputFlags, ScreenFlags, DryRunFlag))
def estimate(
    reading: ReadingFlags, where: RouteFlags, answer: AnswerFlags, check: CheckFlag, several: SamplesFlag,
    cost: CostFlags, shared: BudgetFlags, row: RowLimitFlags, batch: BatchFlags, calls: CallFlags, engine: EngineFlags,
    stops: StopFlags, labels: LabelFlags,
    written: OutputFlags,
    screen: ScreenFlags, look: DryRunFlag, inputs: Inputs = None,
    everything: Annotated[bool, typer.Option("--all", help="Also models whose provider has no key.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:  # fmt: skip
    """Show what a run would cost, without calling any API.

    It accepts every flag of scrimp run: just replace run with estimate. Flags for speed and output have no effect here.
    Images and PDFs count as many tokens as their vendors' formulas give for their sizes.
    Rows, cache hits and duplicates are counted with the same keys a run uses; tokens are estimated, completions are
    assumed to be short, medium or as long as --max-output allows. Where the ledger has calls of the same tasks, a model
    is expected to write as much as it did there at the same effort, hidden reasoning included. Tokens are counted as
    each model's family counts them, and each call is priced by its own size: a line names the models that charge more
    for all of a call above a size, and how many calls are. Chains of the config have a line each, of all their steps.

    How far estimates were from the bill in earlier runs is shown at the end; scrimp runs show has that of each run.

    With --batch each model's cost live, in batches and at its cheaper hours stand side by side, for completions of the
    expected length.

    What is low and expected counts on what providers' prompt caches keep of the prompts; what is high does not. What
    they would save is said for the model that rows go to first, with the first row that does not begin like the others
    and the byte of its system text from which it differs.

    Each level of compression is tried on what would be sent, on every row up to some hundred and on an evenly spread
    sample of more: what it would save is a run's at that level, at the price of the model that each row goes to first.
    """
    del written, look, engine
    names = inputs_or_stdin(inputs)
    with open_session(config_flags(where, answer, cost, shared, row, calls, stops, screen)) as session:
        options = run_options(
            session.defaults, answer, labels, check=check.check, level_fixed=cost.compress is not None
        )  # fmt: skip
        check_schema(options)
        options = with_known_models(options, session.services, reading)
        rows = prompts(names, read_options(reading), warn=session.messages.warn, note=session.messages.note)
        warn_of_equal_samples(options, several.samples, session.messages.warn)
        work = workload(samples(rows, several.samples), options, session.services, one_by_one=is_stream(names))
        output = output_tokens(options)
        models = _models(session, everything=everything or as_json)
        models[:0] = [(None, model) for model in _named(session, options)]
        caching = options.provider_cache != "off"
        quotes = Quotes(work, output, session.services, options.parameters.effort, caching=caching)
        models = quotes.sendable(models)
        quoted, chained = quotes.of_models(models), quotes.of_chains(_chains(session, options))
        routed, batched = quotes.as_routed(), quotes.as_routed(batch=True)
        cliffs = quotes.cliffs([model for _, model in models])
        ways = None
        if batch.batch:
            from scrimp.flows.batch.costs.ways import WaysToBuy  # noqa: PLC0415 - only with --batch

            ways = WaysToBuy(work, quotes, session.services)
        caches = provider_caches(work, session.services, batch=batch.batch) if caching else []
        if as_json:
            omitted = {"sizes", "levels", "routed", "tasks", "sizes_in", "beginnings"}
            counts = {name: value for name, value in asdict(work).items() if name not in omitted}
            offers = [
                {**asdict(each), **({} if ways is None else {"ways": asdict(ways.of(model))})}
                for each, (_, model) in zip(quoted, models, strict=True)
            ]
            print_json(
                {
                    "work": counts,
                    "offers": offers,
                    "routed": routed and asdict(routed),
                    **({} if ways is None else {"routed_ways": (as_routed := ways.as_routed()) and asdict(as_routed)}),
                    "routed_in_batches": batched and asdict(batched),
                    "chains": [asdict(each) for each in chained],
                    "size_cliffs": [asdict(each) for each in cliffs],
                    "compression": work.levels and level_document(work.levels),
                    "provider_cache": cache_document(caches, work.beginnings.other, work.beginnings.shared_end),
                }
            )
            return
        _describe(work, output, quoted)
        if ways is not None:
            from scrimp.cli.jobs.batch_estimate import print_ways  # noqa: PLC0415 - only with --batch

            offered = [ways.of(model) for _, model in models]
            print_ways(quoted, offered, ways.as_routed(), session)
            return
        billed = any(each.billed_calls for each in quoted)
        cells = [
            (
                each.tier or "asked for",
                each.model,
                format_dollars(each.low),
                format_dollars(each.expected),
                format_dollars(each.high),
                format_dollars(each.batch) if each.batch is not None else "",
                *([_billed(each)] if billed else []),
            )
            for each in quoted
        ]
        cells += [_chain_cells(each, billed=billed) for each in chained]
        headers = ("tier", "model", "low", "expected", "high", "in batch", *(["a call before"] if billed else []))
        print_table(
            headers,
            cells,
            "llrrrr" + "r" * billed,
            session.out,
            empty="no model can be called: set a key, or see them all with --all",
        )
        if routed is not None:
            print_line(_as_routed(routed, batched))
        shared_end = work.beginnings.shared_end if caching else 0
        for line in cache_lines(
            caches, work.beginnings.other, schema=options.parameters.schema is not None, end=shared_end
        ):
            print_line(line)
        for line in (*map(_cliff, cliffs), *cliff_lines(work.levels)):
            print_line(line)
        if errors := mean_line(recent_bills(session)):
            print_line(f"estimates: {errors}")
        if work.levels is not None:
            print_line(level_heading(work.levels))
            if savings := level_rows(work.levels):
                print_table(LEVEL_HEADERS, savings, LEVEL_ALIGN, session.out)


def _chain_cells(quote: ChainQuote, *, billed: bool) -> tuple[str, ...]:
    amounts = map(format_dollars, (quote.low, quote.expected, quote.high))
    in_batch = "" if quote.batch is None else format_dollars(quote.batch)
    return ("chain", quote.chain, *amounts, in_batch, *([""] if billed else []))


def _cliff(cliff: SizeCliff) -> str:
    """Return a sentence on calls that cost more by the token, since they are long."""
    return (
        f"{pluralize(cliff.calls, 'call')} above {format_count(cliff.above)} tokens, where {cliff.model} costs "
        f"{format_dollars(cliff.rate_above)} instead of {format_dollars(cliff.rate)} a million in: shorten them "
        "(--on-cliff LEVEL, scrimp compress --max-tokens cliff), or send them to a model without such a step"
    )


def _chains(session: Session, options: RunOptions) -> list[tuple[str, Chain]]:
    """Return the chains of the config, and the one that was asked for."""
    names = dict.fromkeys([*([options.chain] if options.chain else []), *session.services.loaded.config.chains])
    routes = session.services.routes
    return [(name, routes.chain(name, min_confidence=options.min_confidence)) for name in names]


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


def _billed(quote: Quote) -> str:
    """Return what a call of the same task was billed before, and how many there were."""
    return f"{format_dollars(quote.billed)} ({format_count(quote.billed_calls)})" if quote.billed_calls else ""


def _named(session: Session, options: RunOptions) -> list[ModelRef]:
    """Return the models that are asked for by their names: the one of --model, or those of a chain's steps."""
    routes = session.services.routes
    if options.model is not None:
        return [routes.model(options.model)]
    steps = () if options.chain is None else routes.chain(options.chain).steps
    return [model for step in steps if step.tier is None for model in step.candidates]


def _describe(work: Workload, output: OutputTokens, quoted: Sequence[Quote]) -> None:
    attached = [each.attached_input for each in quoted]
    unsendable = f", {format_count(work.unsendable)} that cannot be sent" if work.unsendable else ""
    print_line(
        f"{format_count(work.rows)} rows: {format_count(work.hits)} in the cache, "
        f"{format_count(work.duplicates)} duplicates, {format_count(work.calls)} to call{unsendable}"
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
            "where a call before is shown, expected is as long as calls of the same tasks at the same effort were, "
            "hidden reasoning included"
        )


def _models(session: Session, *, everything: bool) -> list[tuple[str | None, ModelRef]]:
    routes = session.services.routes
    return [
        (name, model)
        for name, models in routes.tiers.items()
        for model in models
        if everything or session.services.can_call(model)
    ]
