"""What a run leaves for `scrimp runs`: its record in the ledger's file, and the input rows that failed."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw

from scrimp.cli.flags.flag_group import FlagGroup
from scrimp.enums import RunKind
from scrimp.errors import ScrimpError, StoreError, StoreUnwritableError
from scrimp.read.options import named_file
from scrimp.store.files.failed_rows import FailedRow, FailedRows, InputState
from scrimp.store.run_log import RunEnd, RunLog, RunRecord
from scrimp.values import Failed, Outcome, OutcomeSink

if TYPE_CHECKING:
    from scrimp.billing.totals import Bill
    from scrimp.cli.session import Session
    from scrimp.flows.engine.stops.run_stop import RunStop
    from scrimp.flows.services import Services

# Flags whose value is a text for the model, or may hold a secret: only a file's name is recorded.
_TEXTS = frozenset(("template", "system", "choices_text", "schema", "check"))
_NAMES = {"nul": "null", "goes_on": "continue"}  # flags whose name differs from their field

_COMPARED_RUNS = 50  # the latest, by whose bills estimates are judged

_encode = msgspec.json.Encoder().encode


def command_words(
    inputs: Sequence[str], groups: Sequence[FlagGroup], *, hidden: Collection[str] = _TEXTS
) -> Iterator[str]:
    """Yield the words of a command: its inputs, and the flags that differ from their defaults, hidden ones as "..."."""
    yield from inputs
    for group in groups:
        for name, default in group.defaults().items():
            value = getattr(group, name)
            if value == default:
                continue
            flag = "--" + _NAMES.get(name, name).replace("_", "-")
            for each in value if isinstance(value, list) else [value]:
                yield flag
                if each is not True:
                    is_hidden = name in hidden and named_file(str(each)) is None
                    yield "..." if is_hidden else str(each)


class RunRecorder:
    """Records one run; if it cannot, it warns and the run goes on."""

    def __init__(self, session: Session, words: Sequence[str]) -> None:
        self._services, self._width = session.services, session.err.width
        services = session.services
        self._warn, self._path, self._run = session.messages.warn, services.paths.ledger_db, services.run
        self._failed: FailedRows | None = None
        self._states: dict[str, InputState | None] = {}
        self._log: RunLog | None = None  # open until the end: closing and reopening a database syncs it again
        self._newest_entry = 0
        self.newest_entries: tuple[int, int] | None = None  # ids of the newest ledger entry before and after the run
        try:
            self._failed = FailedRows(services.paths.failed_rows, self._run)
            self._log = self._begin(_record(services, "run", services.clock(), words))
        except StoreError as error:
            if isinstance(error, StoreUnwritableError) and services.stores.read_only:
                return  # one warning is enough
            self._warn(f"this run is not recorded for `scrimp runs`: {error}")

    def _begin(self, record: RunRecord) -> RunLog:
        log = RunLog(self._path)
        try:
            log.begin(record)
            self._newest_entry = log.newest_entry()
        except BaseException:
            log.close()
            raise
        return log

    def tee(self, sink: OutcomeSink) -> OutcomeSink:
        """Return a sink that keeps the rows that failed before it hands all on."""

        def take(outcomes: Sequence[Outcome]) -> None:
            failed = [outcome for outcome in outcomes if isinstance(outcome, Failed) and not outcome.in_batch]
            if failed and self._failed is not None:
                try:
                    self._failed.add([self._row(outcome) for outcome in failed])
                except StoreError as error:
                    self._warn(f"failed rows are not kept for `scrimp runs errors`: {error}")
            sink(outcomes)

        return take

    def end(self, bill: Bill, status: int, stop: RunStop | None, error: ScrimpError | None) -> None:
        """Complete the record, if it was begun."""
        if self._log is not None:
            self._end(self._log, bill, status, stop, error)
        if self._failed is not None:
            self._failed.close()

    def _end(self, log: RunLog, bill: Bill, status: int, stop: RunStop | None, error: ScrimpError | None) -> None:
        stopped = stop.message or stop.reason if stop is not None else None if error is None else str(error)
        try:
            with log:
                log.end(self._run, _end(self._services, bill, status, stopped, self._width))
                self.newest_entries = self._newest_entry, log.newest_entry()
        except StoreError as store_error:
            self._warn(f"the end of this run is not recorded for `scrimp runs`: {store_error}")

    def _row(self, failed: Failed) -> FailedRow:
        prompt = failed.prompt
        text = prompt.text if prompt.line is None else prompt.line
        value = prompt.unread if prompt.unread is not None else text if prompt.row is None else prompt.row
        file = os.path.abspath(prompt.file) if prompt.file else None  # noqa: PTH100 - resolves no link
        if file is not None and file not in self._states:
            from scrimp.flows.stores.failed_rows import input_state  # only where a row failed

            self._states[file] = input_state(file)
        state = None if file is None else self._states[file]
        return FailedRow(
            index=prompt.index, value=Raw(_encode(value)), file=None if state is None else file,
            number=prompt.number, state=state, unread=prompt.unread is not None,
        )  # fmt: skip


def record_ask(
    session: Session, words: Sequence[str], began: float, bill: Bill, status: int, stopped: str | None
) -> None:
    """Record a call of `scrimp ask` once it has ended; where that cannot be, a warning says so."""
    services = session.services
    try:
        with RunLog(services.paths.ledger_db) as log:
            log.begin(_record(services, "ask", began, words))
            log.end(services.run, _end(services, bill, status, stopped, session.err.width))
    except StoreError as error:
        if not (isinstance(error, StoreUnwritableError) and services.stores.read_only):  # warned of at the start
            session.messages.warn(f"this prompt is not recorded for `scrimp runs`: {error}")


def _record(services: Services, kind: RunKind, began: float, words: Sequence[str]) -> RunRecord:
    command = tuple(_printable(services.keys.redact(word)) for word in words)
    return RunRecord(run=services.run, kind=kind, started=began, folder=_folder(), command=command)


def _end(services: Services, bill: Bill, status: int, stopped: str | None, width: int) -> RunEnd:
    from scrimp.render.bill.document import bill_document  # not for a run that dies
    from scrimp.render.bill.text import bill_lines
    from scrimp.render.decimal_json import encode_json

    return RunEnd(
        time=services.clock(), status=status, stopped=None if stopped is None else services.keys.redact(stopped),
        rows=bill.counts.total, failed=bill.counts.failed, calls=bill.calls, cost=bill.cost,
        unpriced=bill.unknown_calls,
        bill="\n".join(bill_lines(bill, width, color=False)), document=Raw(encode_json(bill_document(bill))),
    )  # fmt: skip


def _folder() -> str:
    try:
        return _printable(str(Path.cwd()))
    except OSError:  # it was deleted
        return ""


def _printable(text: str) -> str:
    """Return a text that can be stored: a file's name may be any bytes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def recent_bills(session: Session) -> list[Raw]:
    """Return the bills of the latest runs, as documents; none if there is no ledger that can be read."""
    try:
        with RunLog(session.services.paths.ledger_db) as log:
            return [record.end.document for record in log.latest(_COMPARED_RUNS) if record.end is not None]
    except StoreError:
        return []  # an estimate needs none, and `runs show` has read it before
