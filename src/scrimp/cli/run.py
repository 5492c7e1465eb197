"""`scrimp run`: rows in, rows out, the bill at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from scrimp.billing.totals import Bill
from scrimp.cli import options as o
from scrimp.cli.inputs import inputs_or_stdin, read_options
from scrimp.cli.output import STDOUT, format_of, opened, refuse_input
from scrimp.cli.run_end import exit_status, print_bill, say_the_end, write_summary
from scrimp.cli.run_options import one_route, run_labels, run_options
from scrimp.cli.session import Session, session
from scrimp.config.amounts import share
from scrimp.errors import ConfigError, OutputError, ScrimpError
from scrimp.flows import live
from scrimp.flows.engine.run_stop import PIPE, RunStop
from scrimp.read.prompts import prompts
from scrimp.read.sources import is_stream
from scrimp.render.progress import open_progress
from scrimp.render.report import Report
from scrimp.render.rows.writers import open_rows

if TYPE_CHECKING:
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.tune.shadow_run import ShadowRun

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
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
    min_confidence: o.MinConfidence = None,
    choices: o.Choices = None,
    schema: o.Schema = None,
    check: o.Check = None,
    max_output: o.MaxOutput = None,
    effort: o.Effort = None,
    temperature: o.Temperature = None,
    max_cost: o.MaxCost = None,
    allow_unpriced: o.AllowUnpriced = False,
    cache: o.CacheOption = None,
    cache_ttl: o.CacheTtl = None,
    compress: o.Compress = None,
    baseline: o.Baseline = None,
    concurrency: o.Concurrency = None,
    rpm: o.Rpm = None,
    tpm: o.Tpm = None,
    retries: o.Retries = None,
    timeout: o.Timeout = None,
    max_failures: o.MaxFailures = None,
    fail_on: o.FailOn = "any",
    order: o.OrderOption = None,
    route: o.RouteLabel = None,
    user: o.User = None,
    tag: o.Tag = None,
    priority: o.PriorityOption = "normal",
    output: o.Output = "-",
    out: o.Out = None,
    fields: o.Fields = None,
    summary: o.Summary = "auto",
    summary_file: o.SummaryFile = None,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    color: o.Color = None,
    progress: o.ProgressOption = None,
) -> None:
    """Answer the prompts of files or stdin, then print what it cost.

    Rows go to stdout, everything else to stderr. Run the same line again to continue after any interruption: what was
    answered is in the cache.
    """
    flags = {
        **one_route(tier, chain, model), "min_confidence": min_confidence, "max_output": max_output, "effort": effort,
        "max_cost": o.dollars_of(max_cost), "allow_unpriced": allow_unpriced or None, "cache": cache,
        "cache_ttl": cache_ttl, "compress": compress, "baseline": baseline, "concurrency": concurrency, "rpm": rpm,
        "tpm": tpm, "retries": retries, "timeout": timeout, "max_failures": max_failures, "order": order,
        "color": color, "progress": progress,
    }  # fmt: skip
    words = inputs_or_stdin(inputs)
    with session(flags) as here:
        options = run_options(
            here.defaults, choices=choices, schema=schema, check=check, temperature=temperature,
            labels=run_labels(route, user, tag, priority), level_fixed=compress is not None,
        )  # fmt: skip
        reading = read_options(format, template, prompt_field, id_field, system, limit, nul=nul)
        found = prompts(words, reading, warn=here.messages.warn)
        bill = Bill(cap=options.limits.max_cost)
        bar = open_progress(sys.stderr, "none" if quiet else here.defaults.progress, None, here.err)
        here.messages.route(bar.note)
        to_terminal = here.out.terminal and output == STDOUT
        refuse_input(output, words)
        with opened(output) as stream:
            writer = open_rows(
                stream, out or format_of(output), o.words(fields), terminal=to_terminal, warn=here.messages.warn
            )
            tell, clear = here.messages.say if verbose else None, bar.clear if to_terminal else _nothing
            report = Report(writer, bill, bar.update, tell, clear=clear)
            shadow = _shadowing(here, options)
            take = report.take if shadow is None else shadow.beside(report.take)
            stop, trouble = _driven(
                report, lambda: live.run(found, options, here.services, take, live=is_stream(words))
            )
        bar.close()
        here.messages.route(None)
        heard = stop is None or stop.reason != "pipe"
        if heard and (bill.counts.total or trouble is None):
            print_bill(here, bill, summary, quiet=quiet)
        say_the_end(here, report, stop, trouble, words)
        if shadow is not None and stop is None and trouble is None and (told := shadow.put()) and not quiet:
            here.messages.say(told)
        status = exit_status(bill, stop, trouble, fail_on, cache_only=options.cache == "only")
        if summary_file is not None and (unwritten := write_summary(here, bill, Path(summary_file))) is not None:
            status = status or unwritten.exit_status
    raise typer.Exit(status)


def _shadowing(here: Session, options: RunOptions) -> ShadowRun | None:
    """Return what puts a share of the calls to other models too, where the config asks for that."""
    table = here.services.loaded.config.shadow
    if not share(table.share, "shadow.share"):
        return None
    from scrimp.flows.tune.shadow_run import ShadowRun, shadow_plan  # noqa: PLC0415 - few runs are shadowed

    try:
        plan = shadow_plan(table, here.services.routes)
    except ConfigError as error:
        here.messages.warn(f"[shadow] is not used: {error}")
        return None
    return None if plan is None else ShadowRun(plan, options, here.services)


def _driven(report: Report, drive: Callable[[], RunStop | None]) -> tuple[RunStop | None, ScrimpError | None]:
    """Run to the end and finish the output; return why it stopped early, and what went wrong."""
    stop: RunStop | None = None
    trouble: ScrimpError | None = None
    try:
        stop = drive()
    except ScrimpError as error:
        trouble = error
    except KeyboardInterrupt:
        stop = RunStop("interrupted", "stopped; rerun the same command to resume", 130)
    if stop is not None and stop.reason == "pipe":
        return stop, trouble
    try:
        report.close()
    except BrokenPipeError:
        stop = PIPE
    except OutputError as error:
        trouble = trouble or error
    return stop, trouble


def _nothing() -> None:
    """Clear no bar: rows do not go where it is drawn."""
