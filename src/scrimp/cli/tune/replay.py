"""`scrimp tune replay`: what policies would have cost and kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from scrimp.cli.flags.flag_group import FlagGroup
from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.printing import print_json, print_line
from scrimp.cli.results.own_files import OwnFiles
from scrimp.cli.session import open_session
from scrimp.cli.tune.dataset import load_dataset
from scrimp.cli.tune.trade_off_report import calibration_diagrams, print_trade_off, row_count, trade_off_document
from scrimp.cli.tune.tune_flags import LEDGER, PairFlags, RecordingFlags, Source
from scrimp.errors import OutputError
from scrimp.flows.tune.trade_off import trade_off
from scrimp.render.plot import Point, svg_plot, text_plot
from scrimp.tuning.policies import policy_name

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_X_AXIS = "saved: share of an all-flagship run not paid"
_Y_AXIS = "kept: mean score beside the flagship's"


_FORMAT = """\
A recording is JSON lines, plain or gzip, one prompt a line (here on three):

\b
{"id": "t-1", "task": "triage", "prompt": "Which team ...?", "prompt_tokens": 212,
 "models": {"small": {"out": "billing", "completion_tokens": 3, "score": 1},
            "large": {"out": "Billing.", "completion_tokens": 4, "score": 1}}}

out is the completion; answer may replace it where only the answer was recorded. score is how right it is, 0 to 1 or
as --scores says; without it what a policy keeps is unknown. task names the prompt's task; without it the prompt's own
form does. id identifies the row. cost, in dollars, takes precedence over prices. Other fields are ignored.

prices.json beside it, or --prices FILE, holds dollars per million tokens in and out:

\b
{"models": {"small": [0.15, 0.60], "large": [3.00, 15.00]}}

Where completion_tokens are missing 200 are assumed. A provider with base_url = "replay:FILE" in the config answers
live commands from such a file.
"""


class ReplayFlags(FlagGroup, frozen=True):
    """What policies learn from, where they are measured, and how that is shown."""

    pairs: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Learn orders from only N pairs of each task.")
    ] = None
    wording: Annotated[
        bool, typer.Option("--wording", help="Also learn an order from the prompts' words; takes seconds.")
    ] = False
    target: Annotated[
        float,
        typer.Option(metavar="X", min=0.5, max=0.999, help="The quality that policies for each task keep together."),
    ] = 0.98
    report: Annotated[
        Literal["odd", "all"], typer.Option(help="Measure on the rows that nothing is learned from, or on all.")
    ] = "odd"
    plot: Annotated[bool, typer.Option("--plot", help="Plot what is kept against what is saved.")] = False
    picture: Annotated[str | None, typer.Option("--svg", metavar="FILE", help="Write the plot as SVG.")] = None
    as_json: AsJson = False


@app.command(epilog=_FORMAT)
@grouped()
def replay(source: Source = LEDGER, *, compared: PairFlags, recording: RecordingFlags, how: ReplayFlags) -> None:
    """Show what each policy of a short list would have cost and kept on recorded rows.

    \b
    kept    the mean score, as a share of the flagship's
    flag    the share of rows that reach the flagship
    saved   the share of an all-flagship run not paid, every cheap call included
    oracle  knows the scores: no policy does better
    APGR    how much of the gap between a cheap model and the flagship an order of
            prompts recovers, averaged over all shares of flagship calls (random: 50 %)
    AUROC   the chance that a right completion has more confidence than a wrong one

    Beside them is every recorded model, or model@effort, with its mean score where nearly all its rows are labeled, and
    what 1,000 rows were billed, hidden reasoning included: that, and not list prices, decides which models are cheap.

    Of several tasks each also gets a policy of its own: of all ways to do so the one that saves most of those that
    keep --target together, with one standard error to spare, on the rows that are not reported.

    The first three have 95 % intervals. Orders are learned on the rows whose sha256(id) is even, and everything is
    measured on the odd ones; --report all measures policies on every row. --plot shows whether completions are right as
    often as their model is confident. Calls no API.
    """  # noqa: D301 - the control character itself tells typer not to wrap the list
    with open_session() as session:
        dataset = load_dataset(session, compared, source, recording)
        result = trade_off(
            dataset, report_all=how.report == "all", pairs=how.pairs, wording=how.wording, target=how.target
        )
        points = [
            Point(policy_name(policy), measured.saved.value, measured.kept.value)
            for policy, measured in result.policies
            if measured.kept is not None
        ]
        if not points and (how.plot or how.picture is not None):
            session.messages.warn("no score is recorded, so what is kept is unknown and there is nothing to draw")
        if how.picture is not None and points:
            title = f"{row_count(result)}, flagship {result.flagship}"
            OwnFiles(session).refuse("--svg", how.picture)
            _write(Path(how.picture), svg_plot(points, _X_AXIS, _Y_AXIS, title))
        if how.as_json:
            print_json(trade_off_document(result))
            return
        print_trade_off(session, result)
        if how.plot:
            for text in (*text_plot(points, _X_AXIS, _Y_AXIS, session.out.width), *calibration_diagrams(result)):
                print_line(text)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror}): name another file") from error
