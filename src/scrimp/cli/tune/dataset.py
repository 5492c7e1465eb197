"""The dataset a tuning command works on: rows of a recording, or of the pairs in the ledger."""

from __future__ import annotations

import math
from collections.abc import Collection
from pathlib import Path

from scrimp.cli.flags.comma_lists import comma_list
from scrimp.cli.session import Session
from scrimp.cli.tune.tune_flags import LEDGER, PairFlags, RecordingFlags
from scrimp.errors import UsageError
from scrimp.flows.tune.dataset import Dataset
from scrimp.flows.tune.recorded_rows import RecordedRows, rows_from_pairs, rows_from_recording
from scrimp.read.recordings import ScoreRange, read_recording, recording_prices
from scrimp.store.tuning.pairs import PairStore
from scrimp.units import format_count

ASSUMED_OUTPUT_TOKENS = 200
_MOST_NAMED = 10  # tasks in a message


def load_dataset(
    session: Session, pairs: PairFlags, source: str = LEDGER, recording: RecordingFlags | None = None
) -> Dataset:  # fmt: skip
    """Return the rows of a source, of one task where it is named, and the models that take part."""
    start, recording = pairs.start(), recording or RecordingFlags()
    if start and source != LEDGER:
        raise UsageError(f"--since is for pairs in the ledger: the rows of {source} have no time; leave it out")
    if recording.prices is not None and source == LEDGER:
        raise UsageError("--prices is for a recording: pairs in the ledger have their costs with them; leave it out")
    if recording.scores is not None and source == LEDGER:
        raise UsageError("--scores is for a recording: the scores of pairs in the ledger are shares; leave it out")
    rows = _pairs(session, start) if source == LEDGER else _recording(session, Path(source), recording)
    if pairs.route is not None:
        check_task(pairs.route, {row.signature for row in rows.rows})
        rows = rows.of_task(pairs.route)
    pool = None if pairs.pool is None else comma_list(pairs.pool, "--pool")
    dataset = Dataset(rows, flagship=pairs.flagship, pool=pool)
    if dataset.left_out:
        lack = "row lacks" if dataset.left_out == 1 else "rows lack"
        session.messages.warn(f"{format_count(dataset.left_out)} {lack} a completion of one of the models: left out")
    return dataset


def check_task(task: str, tasks: Collection[str]) -> None:
    """Raise UsageError if none of the prompts, which are of these tasks, is of that one."""
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


def _recording(session: Session, path: Path, flags: RecordingFlags) -> RecordedRows:
    price_file = recording_prices(path, flags.prices)
    return rows_from_recording(
        read_recording(
            path, price_file, assumed_output=ASSUMED_OUTPUT_TOKENS, warn=session.messages.warn,
            scores=_score_range(flags.scores),
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
