"""`scrimp tune replay`: what policies would have cost and kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from scrimp.cli.printing import document, line
from scrimp.cli.session import session
from scrimp.cli.tune.dataset import LEDGER, AsJson, Flagship, Pool, Prices, Since, Source, begin_of, recording
from scrimp.cli.tune.trade_off_report import diagrams, print_trade, rows_of, trade_document
from scrimp.errors import OutputError
from scrimp.flows.tune.trade_off import trade_off
from scrimp.render.plot import Point, drawn, svg
from scrimp.tuning.policies import policy_name

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_ACROSS, _UP = "saved: share of an all-flagship run not paid", "kept: mean score beside the flagship's"


_FORMAT = """\
A recording is JSON lines, plain or gzip, one prompt a line (here on three):

\b
{"id": "t-1", "task": "triage", "prompt": "Which team ...?", "prompt_tokens": 212,
 "models": {"small": {"out": "billing", "completion_tokens": 3, "score": 1},
            "large": {"out": "Billing.", "completion_tokens": 4, "score": 1}}}

out is the completion; answer may stand for it where only what it comes to was kept. score is what it was worth, 0
to 1, and may be missing: then nothing is known of what is kept. task names what the prompt is one of; without it
the prompt's own form does. id tells rows apart. cost, in dollars, goes before prices. Other fields are passed over.

prices.json beside it, or --prices FILE, holds dollars per million tokens in and out:

\b
{"models": {"small": [0.15, 0.60], "large": [3.00, 15.00]}}

Where completion_tokens are missing 200 are assumed. A provider with base_url = "replay:FILE" in the config answers
live commands from such a file.
"""


@app.command(epilog=_FORMAT)
def replay(
    source: Source = LEDGER,
    flagship: Flagship = None,
    pool: Pool = None,
    prices: Prices = None,
    since: Since = None,
    pairs: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Learn orders from so many pairs of a task only.")
    ] = None,
    wording: Annotated[
        bool, typer.Option("--wording", help="Learn an order from the prompts' words, too; takes seconds.")
    ] = False,
    report: Annotated[
        Literal["odd", "all"], typer.Option(help="Measure on the rows nothing is learned from, or on all.")
    ] = "odd",
    plot: Annotated[bool, typer.Option("--plot", help="Draw what is kept over what is saved.")] = False,
    picture: Annotated[str | None, typer.Option("--svg", metavar="FILE", help="Write the picture as SVG.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what each policy of a short list would have cost and kept on recorded rows.

    kept is the mean score beside the flagship's, flag the share of rows that reach it, saved what was not paid of an
    all-flagship run, every cheap call paid; each with its 95 % interval. The oracle knows the scores: nothing does
    better. APGR is how much of the gap between a cheap model and the flagship an order of prompts recovers, averaged
    over all shares of flagship calls: a half at random. Orders are learned on the rows whose sha256(id) is even and all
    is measured on the odd ones; with --report all policies are measured on every row. Where models said how sure they
    were, AUROC is the chance that a right completion is surer than a wrong one; --plot shows whether they are as often
    right as they are sure. Nothing is called.
    """
    with session() as here:
        rows = recording(here, source, flagship, pool, prices, begin_of(since))
        found = trade_off(rows, report_all=report == "all", pairs=pairs, wording=wording)
        points = [
            Point(policy_name(policy), measured.saved.value, measured.kept.value)
            for policy, measured in found.policies
            if measured.kept is not None
        ]
        if not points and (plot or picture is not None):
            here.messages.warn("no score is recorded, so what is kept is not known and there is nothing to draw")
        if picture is not None and points:
            _written(Path(picture), svg(points, _ACROSS, _UP, f"{rows_of(found)}, flagship {found.flagship}"))
        if as_json:
            document(trade_document(found))
            return
        print_trade(here, found)
        if plot:
            for text in (*drawn(points, _ACROSS, _UP, here.out.width), *diagrams(found)):
                line(text)


def _written(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror}): name another file") from error
