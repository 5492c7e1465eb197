"""A run whose rows are handed to it in chunks, from any thread, and handed back chunk by chunk."""

from __future__ import annotations

import os
import queue
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing

from scrimp.engines.chunks import AnsweredChunk, Chunk, Message
from scrimp.engines.worker_job import WorkerJob
from scrimp.errors import ScrimpError
from scrimp.flows import live
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.flows.plan.groups import ROWS_PER_GROUP
from scrimp.flows.services import Services
from scrimp.values import Outcome, Prompt

_Place = tuple[int, int | None]  # of a row: its index, and which sample of it


class _Pending:
    """A chunk that is being answered."""

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.outcomes: dict[_Place, Outcome] = {}
        self.answer: Future[AnsweredChunk] = Future()

    @property
    def in_order(self) -> list[Outcome]:
        """The outcomes so far, in the order of the rows."""
        places = map(_place, self.chunk.rows)
        return [self.outcomes[place] for place in places if place in self.outcomes]


class FedEngine:
    """The flow of a run in a thread of its own; it lives from the first chunk until `close`, or until it stops."""

    def __init__(
        self, job: WorkerJob, run: Callable[..., RunStop | None] = live.run_groups, *, in_thread: bool = True
    ) -> None:  # fmt: skip
        """`run` answers groups of prompts as `live.run_groups` does; unless in a thread, it waits for `work`."""
        self._job, self._run = job, run
        self._chunks: queue.SimpleQueue[list[Prompt] | None] = queue.SimpleQueue()
        self._pending: dict[_Place, list[_Pending]] = {}
        self._said: list[Message] = []
        self._lock = threading.Lock()
        self._end: AnsweredChunk | None = None  # what every chunk comes back with once the run has ended
        self._interruption: RunStop | None = None
        self._thread = threading.Thread(target=self.work, name="scrimp-engine", daemon=True) if in_thread else None
        if self._thread is not None:
            self._thread.start()

    def answer(self, chunk: Chunk) -> Future[AnsweredChunk]:
        """Begin a chunk; the future is done when all its rows are, or when the run has stopped."""
        pending = _Pending(chunk)
        with self._lock:
            if self._end is not None:
                pending.answer.set_result(self._end)
                return pending.answer
            for row in chunk.rows:
                self._pending.setdefault(_place(row), []).append(pending)
        for start in range(0, len(chunk.rows), ROWS_PER_GROUP):
            self._chunks.put(list(chunk.rows[start : start + ROWS_PER_GROUP]))
        if not chunk.rows:
            pending.answer.set_result(AnsweredChunk())
        return pending.answer

    def close(self) -> None:
        """Answer what was begun, and close the stores."""
        self.finish()
        if self._thread is not None:
            self._thread.join()

    def finish(self) -> None:
        """Signal that no more chunks will come; `work` returns once all that came are answered."""
        self._chunks.put(None)

    def interrupt(self, stop: RunStop) -> None:
        """Start no more rows; `live` ends those in flight by itself. Any thread may call this."""
        self._interruption = self._interruption or stop
        self._chunks.put(None)

    def work(self) -> None:
        """Answer what is given until there is no more, or the run stops; once."""
        stop: RunStop | None = None
        failed: BaseException | None = None
        try:
            with closing(self._open_services()) as services:
                stop = self._run(self._groups(), self._job.options, services, self._take) or self._interruption
        except ScrimpError as error:
            failed = error
        except BaseException:  # noqa: BLE001 - it goes to the process that can show it
            failed = RuntimeError(traceback.format_exc())
        with self._lock:
            self._end = AnsweredChunk(stop=stop, error=failed)
            left = {id(each): each for waiting in self._pending.values() for each in waiting}
            self._pending.clear()
        for each in left.values():
            each.answer.set_result(
                AnsweredChunk(outcomes=each.in_order, messages=self._take_messages(), stop=stop, error=failed)
            )

    def _open_services(self) -> Services:
        job = self._job
        services = Services(
            job.loaded, job.paths, env=os.environ, warn=lambda text: self._said.append(("warning", text)),
            note=lambda text: self._said.append(("note", text)),
        )  # fmt: skip
        services.join(job.run, job.began, job.credits, job.folder)
        return services

    def _groups(self) -> Iterator[list[Prompt]]:
        while (group := self._chunks.get()) is not None and self._interruption is None:
            yield group

    def _take(self, outcomes: Sequence[Outcome]) -> None:
        done = []
        with self._lock:
            for outcome in outcomes:
                place = _place(outcome.prompt)
                waiting = self._pending[place]
                pending = waiting.pop(0)
                if not waiting:
                    del self._pending[place]
                pending.outcomes[place] = outcome
                if len(pending.outcomes) == len(pending.chunk.rows):
                    done.append(pending)
        for each in done:
            each.answer.set_result(AnsweredChunk(outcomes=each.in_order, messages=self._take_messages()))

    def _take_messages(self) -> list[Message]:
        with self._lock:
            messages, self._said = self._said, []
        return messages


def _place(prompt: Prompt) -> _Place:
    return prompt.index, prompt.sample
