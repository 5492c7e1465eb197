"""`scrimp tune shadow`: a share of prompts, put to several models."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli import options as o
from scrimp.cli.flag_groups import grouped
from scrimp.cli.inputs import inputs_or_stdin
from scrimp.cli.run_flags import AnswerFlags, CallFlags, CostFlags, LabelFlags, ReadingFlags
from scrimp.cli.run_options import config_flags, read_options, run_options
from scrimp.cli.session import session
from scrimp.config.amounts import share as share_of
from scrimp.flows.tune.pair_collector import PairCollector, sampled
from scrimp.flows.tune.shadow_run import default_models
from scrimp.read.prompts import prompts
from scrimp.render.amounts import count, money
from scrimp.render.shares import plural

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
@grouped(defaults={"max_cost": "1.00"})
def shadow(
    reading: ReadingFlags, answer: AnswerFlags, cost: CostFlags, calls: CallFlags, labels: LabelFlags,
    inputs: o.Inputs = None,
    models: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="The models to call; else two cheap ones and the high tier's."),
    ] = None,
    share: Annotated[str, typer.Option(metavar="P%", help="How many of the prompts.")] = "3%",
    gold: Annotated[
        str | None, typer.Option("--gold", metavar="COLUMN", help="The column that holds the right answer.")
    ] = None,
) -> None:  # fmt: skip
    """Put a share of prompts to cheap models and the flagship, and keep what they say beside each other.

    Nothing is paid twice: what the cache holds is taken from there, so that after a run only the models that did not
    answer it are called. The prompts of a share are always the same ones. Pairs are kept in the ledger for tune replay,
    label and certify. With --gold a completion that says what the column says is right, and any other is wrong.
    """
    part = share_of(share, "--share")
    with session(config_flags(answer, cost, calls)) as here:
        asked = run_options(here.defaults, answer, labels, level_fixed=cost.compress is not None)
        found = prompts(inputs_or_stdin(inputs), read_options(reading), warn=here.messages.warn)
        asking = o.words(models) or default_models(here.services.routes)
        gathering = PairCollector(asked, here.services, gold=gold)
        try:
            stop = gathering.gather(sampled(found, part), asking)
        finally:
            gathering.close()
        here.messages.say(
            f"{plural(gathering.prompts, 'prompt')}, {plural(gathering.kept, 'completion')} of {', '.join(asking)} "
            f"kept, {count(gathering.failed)} failed, {money(gathering.spent)} spent"
        )
        if stop is not None and stop.message:
            here.messages.error(stop.message)
        elif not gathering.prompts:
            here.messages.say(f"no prompt is among the {share} that are taken: raise --share")
    raise typer.Exit(_status(stop.exit_status if stop else None, gathering))


def _status(stopped: int | None, gathering: PairCollector) -> int:
    if stopped is not None:
        return stopped
    return 0 if not gathering.failed else 3 if gathering.kept else 4
