"""The run that a command names: by its id, by how that begins, or as the last."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer

from scrimp.cli.flags import completions
from scrimp.cli.session import Session
from scrimp.enums import RunKind
from scrimp.errors import UsageError
from scrimp.store.files.failed_rows import is_running
from scrimp.store.ledger import Ledger
from scrimp.store.run_log import RunLog, RunRecord

_LAST = "last"
_HELP = "A run's id, or how it begins, or last: the latest run that has ended."
Run = Annotated[str, typer.Argument(metavar="RUN", help=_HELP, autocompletion=completions.runs)]
FailedRun = Annotated[str, typer.Argument(metavar="RUN", help=_HELP, autocompletion=completions.failed_runs)]


def find_run(session: Session, name: str, kind: RunKind | None = None) -> RunRecord:
    """Return the run of that name, `last` of that kind; raise UsageError if there is none, or several."""
    with RunLog(session.services.paths.ledger_db) as log:
        if name == _LAST:
            # Not one that is running: `scrimp runs errors last | scrimp run -` starts the next one at the same time.
            ended = (record for record in log.latest(1000, kind) if record.end or not _is_running(session, record.run))
            found = list(islice(ended, 1))
        else:
            found = log.matching(name) if name else []
    found = found or _unrecorded(session, name)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{name} matches {len(found)} runs: give more of {', '.join(each.run for each in found[:5])}")
    if name == _LAST:
        raise UsageError("no run has ended yet: start one with `scrimp run`")
    raise UsageError(f"there is no run {name}: `scrimp runs list` shows them")


def _unrecorded(session: Session, name: str) -> list[RunRecord]:
    """Return the runs of the ledger alone: of `scrimp tune`, of an `ask` that was killed, or from before records."""
    if not name or name == _LAST:
        return []
    with Ledger(session.services.paths.ledger_db) as ledger:
        known = ledger.runs(beginning_with=name)
    return [RunRecord(run=run, kind=None, started=began, folder="", command=()) for run, began in known]


def _is_running(session: Session, run: str) -> bool:
    return is_running(session.services.paths.failed_rows, run)
