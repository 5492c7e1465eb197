"""`scrimp tune shadow`: send a share of prompts to several models."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.flags import options as o
from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.flags.run_flags import AnswerFlags, CallFlags, CostFlags, LabelFlags, ReadingFlags
from scrimp.cli.flags.run_options import check_schema, config_flags, read_options, run_options
from scrimp.cli.inputs import inputs_or_stdin
from scrimp.cli.session import open_session
from scrimp.flows.tune.pair_collector import PairCollector, sampled
from scrimp.flows.tune.shadow_run import default_models
from scrimp.read.prompts import prompts
from scrimp.units import format_count, format_dollars, parse_percent, pluralize

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
@grouped(defaults={"max_cost": "1.00"})
def shadow(
    reading: ReadingFlags, answer: AnswerFlags, cost: CostFlags, calls: CallFlags, labels: LabelFlags,
    inputs: o.Inputs = None,
    models: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="The models; by default two cheap ones and the high tier's."),
    ] = None,
    share: Annotated[str, typer.Option(metavar="P%", help="The share of prompts to send.")] = "3%",
    gold: Annotated[
        str | None, typer.Option("--gold", metavar="COLUMN", help="The column that holds the right answer.")
    ] = None,
) -> None:  # fmt: skip
    """Send a share of prompts to cheap models and the flagship, and store their completions as pairs.

    Nothing is paid twice: completions in the cache are taken from there, so that after a run only the other models are
    called. The prompts of a share are always the same ones. Pairs are stored in the ledger for tune replay, label and
    certify. With --gold a completion that gives the column's answer is labeled right, and any other wrong.
    """
    fraction = parse_percent(share, "--share")
    with open_session(config_flags(answer, cost, calls)) as session:
        options = run_options(session.defaults, answer, labels, level_fixed=cost.compress is not None)
        check_schema(options)
        source = prompts(
            inputs_or_stdin(inputs), read_options(reading), warn=session.messages.warn, note=session.messages.note
        )
        model_names = o.words(models) or default_models(session.services.routes)
        collector = PairCollector(options, session.services, gold=gold)
        try:
            stop = collector.collect(sampled(source, fraction), model_names)
        finally:
            collector.close()
        session.messages.note(
            f"{pluralize(collector.prompts, 'prompt')}, {pluralize(collector.completions, 'completion')} of "
            f"{', '.join(model_names)} stored, {format_count(collector.calls.failed)} failed, "
            f"{format_dollars(collector.calls.spent)} spent"
        )
        if stop is not None and stop.message:
            session.messages.error(stop.message)
        elif not collector.prompts:
            session.messages.note(f"no prompt falls within the share of {share}: raise --share")
    raise typer.Exit(_status(stop.exit_status if stop else None, collector))


def _status(stopped: int | None, collector: PairCollector) -> int:
    if stopped is not None:
        return stopped
    return 0 if not collector.calls.failed else 3 if collector.completions else 4
