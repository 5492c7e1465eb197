"""The dataset a tuning command works on: rows of a recording, or of the pairs in the ledger."""

from __future__ import annotations

import math
import time
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from scrimp.cli.flags import completions
from scrimp.cli.flags.comma_lists import comma_list
from scrimp.cli.flags.since import since_start
from scrimp.cli.session import Session
from scrimp.errors import UsageError
from scrimp.flows.tune.dataset import Dataset
from scrimp.flows.tune.recorded_rows import RecordedRows, rows_from_pairs, rows_from_recording
from scrimp.read.recordings import ScoreRange, read_recording, recording_prices
from scrimp.store.tuning.pairs import PairStore
from scrimp.tuning.policy_metrics import Interval
from scrimp.units import format_count

LEDGER = "ledger"
ASSUMED_OUTPUT_TOKENS = 200
_MOST_NAMED = 10  # tasks in a message

Source = Annotated[
    str, typer.Argument(metavar="[FILE]", help="A recording (JSON lines, gzip or not), or ledger: the collected pairs.")
]
Flagship = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        help="The model others are compared with; by default the best, or the dearest.",
        autocompletion=completions.models,
    ),
]
Pool = Annotated[
    str | None,
    typer.Option(metavar="A,B,C", help="The cheap models; by default those at a third of its cost or less."),
]
Prices = Annotated[
    str | None, typer.Option(metavar="FILE", help="Prices of a recording's models; by default prices.json beside it.")
]
Scores = Annotated[
    str | None, typer.Option(metavar="LOW:HIGH", help="The range of a recording's scores; by default 0:1.")
]
Since = Annotated[
    str | None, typer.Option(metavar="30d|DATE", help="Only pairs collected within this time, or since this day.")
]
Task = Annotated[str | None, typer.Option("--route", metavar="NAME", help="Only prompts of the task of this name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def since_time(since: str | None) -> float:
    """Return the time at which the period of --since began, in seconds since the epoch; 0 where it is not given."""
    return since_start(since, time.time())


def load_dataset(
    session: Session, source: str, flagship: str | None, pool: str | None, prices: str | None = None,
    since: float = 0.0, scores: str | None = None, task: str | None = None,
) -> Dataset:  # fmt: skip
    """Return the rows of a source, of one task where it is named, and the models that take part."""
    if since and source != LEDGER:
        raise UsageError(f"--since is for pairs in the ledger: the rows of {source} have no time; leave it out")
    if prices is not None and source == LEDGER:
        raise UsageError("--prices is for a recording: pairs in the ledger have their costs with them; leave it out")
    if scores is not None and source == LEDGER:
        raise UsageError("--scores is for a recording: the scores of pairs in the ledger are shares; leave it out")
    rows = _pairs(session, since) if source == LEDGER else _recording(session, Path(source), prices, scores)
    if task is not None:
        check_task(task, {row.signature for row in rows.rows})
        rows = rows.of_task(task)
    dataset = Dataset(rows, flagship=flagship, pool=None if pool is None else comma_list(pool, "--pool"))
    if dataset.left_out:
        lack = "row lacks" if dataset.left_out == 1 else "rows lack"
        session.messages.warn(f"{format_count(dataset.left_out)} {lack} a completion of one of the models: left out")
    return dataset


def check_task(task: str, tasks: Collection[str]) -> None:
    """Raise UsageError where none of the prompts, which are of these tasks, is of that one."""
    if tasks and task not in tasks:
        more = f" and {len(tasks) - _MOST_NAMED} more" if len(tasks) > _MOST_NAMED else ""
        raise UsageError(
            f"no such prompt is of task {task}: they are of {', '.join(sorted(tasks)[:_MOST_NAMED])}{more}"
        )


def _pairs(session: Session, since: float) -> RecordedRows:
    pairs = PairStore(session.services.paths.ledger_db)
    try:
        return rows_from_pairs(pairs.prompts(since=since))
    finally:
        pairs.close()


def _recording(session: Session, path: Path, prices: str | None, scores: str | None) -> RecordedRows:
    price_file = recording_prices(path, prices)
    return rows_from_recording(
        read_recording(
            path, price_file, assumed_output=ASSUMED_OUTPUT_TOKENS, warn=session.messages.warn,
            scores=_score_range(scores),
        )
    )  # fmt: skip


def _score_range(text: str | None) -> ScoreRange:
    if text is None:
        return ScoreRange()
    low, _, high = text.partition(":")
    try:
        given = ScoreRange(float(low), float(high))
    except ValueError:
        given = ScoreRange(0.0, 0.0)
    if not -math.inf < given.lowest < given.highest < math.inf:
        raise UsageError(f"--scores {text} is not a range: write the lowest and the highest score, such as 1:5")
    return given


def interval_json(interval: Interval | None) -> dict[str, float] | None:
    """Return an estimate with its interval as JSON has it; None where it is not known."""
    return None if interval is None else {"value": interval.value, "low": interval.low, "high": interval.high}
