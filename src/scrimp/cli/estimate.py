"""`scrimp estimate`: what a run would cost."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from scrimp.cli import options as o
from scrimp.cli.inputs import inputs_or_stdin, read_options
from scrimp.cli.printing import document, line, show
from scrimp.cli.run_options import one_route, run_options
from scrimp.cli.session import Session, session
from scrimp.flows.estimate import OutputTokens, Workload, output_tokens, quotes, workload
from scrimp.read.prompts import prompts
from scrimp.read.sources import is_stream
from scrimp.render.amounts import count, money
from scrimp.values import ModelRef

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def estimate(
    inputs: o.Inputs = None,
    format: o.Format = "auto",  # noqa: A002 - the flag's name
    nul: o.Nul = False,
    template: o.Template = None,
    prompt_field: o.PromptField = None,
    id_field: o.IdField = None,
    system: o.System = None,
    limit: o.Limit = None,
    tier: o.Tier = None,
    chain: o.ChainName = None,
    model: o.Model = None,
    choices: o.Choices = None,
    schema: o.Schema = None,
    max_output: o.MaxOutput = None,
    cache: o.CacheOption = None,
    compress: o.Compress = None,
    everything: Annotated[bool, typer.Option("--all", help="Also models whose provider has no key.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what a run would cost, without calling anybody.

    Rows, cache hits and duplicates are counted with the same keys a run uses; tokens are estimated, and completions are
    taken to be short, middling or as long as --max-output allows.
    """
    words = inputs_or_stdin(inputs)
    flags = {**one_route(tier, chain, model), "max_output": max_output, "cache": cache, "compress": compress}
    with session(flags) as here:
        options = run_options(here.defaults, choices=choices, schema=schema)
        reading = read_options(format, template, prompt_field, id_field, system, limit, nul=nul)
        found = prompts(words, reading, warn=here.messages.warn)
        work = workload(found, options, here.services, live=is_stream(words))
        size = output_tokens(options)
        listed = _models(here, everything=everything or as_json)
        if options.model is not None:
            listed.insert(0, (None, here.services.routes.model(options.model)))
        asks = quotes(work, size, here.services, listed)
        if as_json:
            document({"work": msgspec.structs.asdict(work), "offers": [msgspec.structs.asdict(each) for each in asks]})
            return
        _describe(work, size)
        rows = [
            (each.tier or "asked for", each.model, money(each.low), money(each.expected), money(each.high),
             money(each.batch) if each.batch is not None else "")
            for each in asks
        ]  # fmt: skip
        show(
            ("tier", "model", "low", "expected", "high", "in batch"), rows, "llrrrr", here.out, empty="no model to ask"
        )


def _describe(work: Workload, size: OutputTokens) -> None:
    line(
        f"{count(work.rows)} rows: {count(work.hits)} in the cache, {count(work.duplicates)} duplicates, "
        f"{count(work.calls)} to call"
    )
    saved = f", {count(work.saved_input)} taken off by compression" if work.saved_input else ""
    line(f"{count(work.input)} input tokens (estimated){saved}")
    line(f"completions of {size.low}, {size.expected} and {size.high} tokens (assumed) for low, expected and high")


def _models(here: Session, *, everything: bool) -> list[tuple[str | None, ModelRef]]:
    routes = here.services.routes
    return [
        (name, model)
        for name, models in routes.tiers.items()
        for model in models
        if everything or model.provider in routes.available
    ]
