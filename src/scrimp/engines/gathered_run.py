"""The rows that workers answer, brought together in the process that started them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Protocol

from msgspec.structs import replace

from scrimp.engines.chunk_order import ChunkOrder
from scrimp.engines.chunks import AnsweredChunk, InputRows, read_chunks
from scrimp.engines.worker_job import WorkerJob
from scrimp.errors import ScrimpError
from scrimp.flows.engine.stops.escalation_limit import EscalationLimit
from scrimp.flows.engine.stops.failure_limit import FailureLimit
from scrimp.flows.engine.stops.run_stop import SHARE_LOST, RunStop
from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.services import Services
from scrimp.flows.spend.lost_bounds import most_of_entry
from scrimp.values import Entry, Failed, Failure, Outcome, OutcomeSink

_DEADLY = Failure(kind="invalid", message="the workers that were given this row died: try it alone with --engine local")
_LEAST_CHUNKS = 4  # of a worker at once: some are answered while another one comes and goes


class Answers(Protocol):
    """Has workers answer rows; a chunk whose workers died is left out."""

    def __call__(
        self, inputs: InputRows, job: WorkerJob, *, chunks_at_once: int
    ) -> Generator[AnsweredChunk, None, None]:
        """Yield the chunks as they come; each worker has `chunks_at_once`."""


class GatheredRun:
    """The rows of a run as they come from workers: handed on, counted, and given out again if lost."""

    def __init__(
        self, job: WorkerJob, options: RunOptions, services: Services, sink: OutcomeSink,
        append: Callable[[list[Entry]], None], answers: Answers,
        table: Callable[[Sequence[str]], None] = lambda _: None,
    ) -> None:  # fmt: skip
        """`append` appends entries to the ledger; `answers` has workers answer rows; `table` gets their header."""
        self._job, self._options, self._services, self._sink = job, options, services, sink
        self._append, self._answers, self._table = append, answers, table
        self._failures = FailureLimit(options.limits)
        self._escalations = EscalationLimit()  # each worker has warned of its own rows
        chains = services.loaded.config.chains.items()
        self._braked = {name: services.routes.chain(name) for name, table in chains if table.max_escalation is not None}
        self._order = ChunkOrder(in_order=options.order == "input")
        self._credited = frozenset(job.credits)  # providers
        self.part_names = set[str]()  # that workers have written
        self.stop: RunStop | None = None
        self.error: BaseException | None = None

    @property
    def goes_on(self) -> bool:
        """Whether nothing has ended the run."""
        return self.stop is None and self.error is None

    @property
    def answered(self) -> int:
        """How many rows have a completion."""
        return self._failures.answered

    def end(self) -> RunStop | None:
        """Return why the run stopped early, with how many rows were answered; raise what went wrong with it."""
        if self.error is not None:
            raise self.error
        # The worker that stopped knew of its own rows alone.
        return None if self.stop is None else self.stop.after(self.answered, self._options.cache)

    def take(self, inputs: InputRows) -> None:
        """Answer the rows of the inputs.

        What is lost with a worker, or with its machine, is given out again. If a row makes workers die, others of
        its chunk are lost with it: giving out each alone tells which one it is. Where workers have shares of a cap,
        none is left for such tries.
        """
        at_once = _LEAST_CHUNKS + 2 * self._job.options.concurrency // inputs.rows_per_chunk
        try:
            self._iterate(inputs, chunks_at_once=at_once)
            if self.goes_on and self._order.missing and self._job.has_share_of_cap:
                self.stop = SHARE_LOST
            if self.goes_on and (lost := self._order.missing):
                self._iterate(replace(inputs, only=lost), chunks_at_once=at_once)
        finally:
            for outcomes in self._order.rest():
                self._sink(outcomes)
        if self.goes_on and (lost := self._order.missing):
            self._take_alone(replace(inputs, alone=lost))
        if self.goes_on:
            self.stop = self._failures.stop_at_end()

    def _take_alone(self, inputs: InputRows) -> None:
        """Answer these rows one at a time; what still does not come is a failed row."""
        self._order = ChunkOrder(in_order=False)
        self._iterate(inputs, chunks_at_once=1)
        lost = self._order.missing if self.goes_on else ()
        for chunk in read_chunks(inputs) if lost else ():
            if chunk.number in lost:
                failed = [Failed(prompt=row, failure=_DEADLY, status="error") for row in chunk.rows]
                self._count(failed)
                if (parts := self._job.parts) is not None:
                    parts.write(chunk.number, failed, alone=True)
                    self.part_names.add(parts.name(chunk.number, alone=True))
                self._sink(failed)

    def _iterate(self, inputs: InputRows, *, chunks_at_once: int) -> None:
        chunks = self._answers(inputs, self._job, chunks_at_once=chunks_at_once)
        unread: BaseException | None = ScrimpError(
            "the task that reads the inputs died: rerun the same command to resume"
        )
        with closing(chunks):
            for chunk in chunks:
                self._take_chunk(chunk)
                if chunk.is_last:  # what could not be read ends the run after the rows before it
                    self._order.count, unread = chunk.number, chunk.error
                    if chunk.header is not None:
                        self._table(chunk.header)
                if not self.goes_on:
                    return
        self.error = unread

    def _take_chunk(self, chunk: AnsweredChunk) -> None:
        """Write down what a chunk cost, and hand on the rows whose turn it is."""
        for kind, text in chunk.messages:
            (self._services.warn if kind == "warning" else self._services.note)(text)
        entries = [entry for outcome in chunk.outcomes for entry in outcome.entries]
        self._append(entries)
        self._take_off_credits(entries)
        self._count(chunk.outcomes)
        if not chunk.is_last:
            self.error = self.error or chunk.error
        self.stop = self.stop or chunk.stop
        if (parts := self._job.parts) is not None and chunk.outcomes:
            self.part_names.add(parts.name(chunk.number, alone=chunk.alone))
        for outcomes in self._order.add(chunk.number, chunk.outcomes):
            self._sink(outcomes)

    def _take_off_credits(self, entries: Sequence[Entry]) -> None:
        """Take what calls cost off the credits with their providers, whose end is told here: a worker knows its own."""
        for entry in entries if self._credited else ():
            if entry.provider in self._credited:
                services = self._services
                most = most_of_entry(entry, services.prices) if entry.cost is None else None
                services.provider_credits.pay(entry.provider, entry.cost, at_most=most)

    def _count(self, outcomes: Sequence[Outcome]) -> None:
        self._failures.count(outcomes)
        self.stop = self.stop or self._failures.stop()
        for entries in (each.entries for each in outcomes if self._braked and each.entries):
            if (chain := self._braked.get(entries[0].chain or "")) is not None:
                self.stop = self.stop or self._escalations.observe(chain, entries)
