"""`scrimp estimate`: what a run would cost."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.flags.all_run_flags import AllRunFlags
from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.flags.options.reading import Inputs
from scrimp.cli.flags.run_flags import (
    BatchFlags,
    CallFlags,
    DryRunFlag,
    EngineFlags,
    OutputFlags,
    ScreenFlags,
    StopFlags,
)
from scrimp.cli.flags.run_options import answering_options, check_schema, config_flags, read_options, with_known_models
from scrimp.cli.inputs import inputs_or_stdin
from scrimp.cli.previews.estimate_report import Estimated, EstimatedWays, print_document, print_report
from scrimp.cli.session import Session, open_session
from scrimp.flows.estimates.estimate import Workload, provider_caches, workload
from scrimp.flows.estimates.quotes import Quotes
from scrimp.flows.plan.expected.output_tokens import output_tokens
from scrimp.flows.plan.run_input import RunInput
from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.plan.samples import warn_of_equal_samples
from scrimp.values import Chain, ModelRef

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
@grouped(hidden=(BatchFlags, CallFlags, EngineFlags, StopFlags, OutputFlags, ScreenFlags, DryRunFlag))
def estimate(
    flags: AllRunFlags, inputs: Inputs = None,
    everything: Annotated[bool, typer.Option("--all", help="Also models whose provider has no key.")] = False,
    as_json: AsJson = False,
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
    names = inputs_or_stdin(inputs)
    with open_session(config_flags(*flags.with_defaults)) as session:
        options = answering_options(session.defaults, flags)
        check_schema(options)
        options = with_known_models(options, session.services, flags.reading)
        source = RunInput(names=tuple(names), options=read_options(flags.reading), samples=flags.several.samples)
        rows = source.prompts(warn=session.messages.warn, note=session.messages.note)
        warn_of_equal_samples(options, flags.several.samples, session.messages.warn)
        work = workload(rows, options, session.services, one_by_one=source.is_stream)
        estimated = _estimated(work, options, session, everything=everything or as_json, batch=flags.batch.batch)
        if as_json:
            print_document(estimated)
        else:
            print_report(estimated, session)


def _estimated(work: Workload, options: RunOptions, session: Session, *, everything: bool, batch: bool) -> Estimated:
    """Return what the work would cost at each model."""
    models = _models(session, everything=everything)
    models[:0] = [(None, model) for model in _named(session, options)]
    output, caching = output_tokens(options), options.provider_cache != "off"
    quotes = Quotes(work, output, session.services, options.parameters.effort, caching=caching)
    models = quotes.sendable(models)
    ways = None
    if batch:
        from scrimp.flows.batch.costs.ways import WaysToBuy  # only with --batch

        bought = WaysToBuy(work, quotes, session.services)
        ways = EstimatedWays([bought.of(model) for _, model in models], bought.as_routed())
    return Estimated(
        work=work, output=output, quoted=quotes.of_models(models), chained=quotes.of_chains(_chains(session, options)),
        routed=quotes.as_routed(), batched=quotes.as_routed(batch=True),
        cliffs=quotes.cliffs([model for _, model in models]), ways=ways, caching=caching,
        caches=provider_caches(work, session.services, batch=batch) if caching else [],
        has_schema=options.parameters.schema is not None,
    )  # fmt: skip


def _chains(session: Session, options: RunOptions) -> list[tuple[str, Chain]]:
    """Return the chains of the config, and the one that was asked for."""
    names = dict.fromkeys([*([options.chain] if options.chain else []), *session.services.loaded.config.chains])
    routes = session.services.routes
    return [(name, routes.chain(name, min_confidence=options.min_confidence)) for name in names]


def _named(session: Session, options: RunOptions) -> list[ModelRef]:
    """Return the models that are asked for by their names: the one of --model, or those of a chain's steps."""
    routes = session.services.routes
    if options.model is not None:
        return [routes.model(options.model)]
    steps = () if options.chain is None else routes.chain(options.chain).steps
    return [model for step in steps if step.tier is None for model in step.candidates]


def _models(session: Session, *, everything: bool) -> list[tuple[str | None, ModelRef]]:
    routes = session.services.routes
    return [
        (name, model)
        for name, models in routes.tiers.items()
        for model in models
        if everything or session.services.can_call(model)
    ]
