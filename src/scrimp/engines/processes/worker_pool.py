"""The workers of a run: chunks go to the one that has least to do, and come back as they are answered."""

from __future__ import annotations

import queue
import signal
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from types import FrameType
from typing import TypeAlias

from msgspec.structs import replace

from scrimp.engines.chunks import AnsweredChunk, Chunk, InputRows, Message, read_chunks
from scrimp.engines.processes.worker_process import Told, WorkerProcess
from scrimp.engines.worker_job import WorkerJob
from scrimp.errors import ScrimpError
from scrimp.flows.engine.stops.run_stop import SHARE_LOST, interrupted
from scrimp.flows.event_loops.handled_signals import STATUSES, handled_signals

# How far chunks may go ahead of the oldest one that has not come back: what comes in between waits in memory.
_AHEAD = 64
_TRIES = 2  # of a chunk whose worker dies: a row may be what it dies of, and others in flight are paid again
_NONE = -1  # the number of no chunk
_News: TypeAlias = tuple[WorkerProcess, Told] | signal.Signals


def answered_chunks(
    inputs: InputRows, job: WorkerJob, *, workers: int, warn: Callable[[str], None], chunks_at_once: int,
    read: Callable[[InputRows], Iterator[Chunk]] = read_chunks,
) -> Generator[AnsweredChunk, None, None]:  # fmt: skip
    """Yield what becomes of all rows that are read, as it comes; each worker has `chunks_at_once`.

    A chunk whose workers died again and again is left out. Once one worker stops, or a signal comes, no more rows
    begin, and what was in flight comes before the stop.
    """
    with closing(_Pool(job, workers, chunks_at_once, warn)) as pool, _signals_to(pool.news):
        yield from pool.answers(read(inputs))


class _Pool:
    """Workers and what they were given."""

    def __init__(self, job: WorkerJob, workers: int, chunks_at_once: int, warn: Callable[[str], None]) -> None:
        self._job, self._at_once, self._warn = job, chunks_at_once, warn
        self.news: queue.SimpleQueue[_News] = queue.SimpleQueue()
        self._workers: list[WorkerProcess] = []
        self._tries: Counter[int] = Counter()  # that a chunk's worker has died of, or beside
        self._said: set[Message] = set()
        self._end: AnsweredChunk | None = None  # why the run stopped, once it does: no more chunks are given out
        self._hurried = False  # a second signal has ended workers with calls in flight
        self._all_back = False
        for _ in range(workers):
            self._start(job)

    def close(self) -> None:
        """End all workers, which first end the calls that are in flight, if any are."""
        if not self._all_back:
            self._pass_on(signal.SIGTERM)
        for worker in self._workers:  # all before any is waited for: each closes its stores
            worker.finish()
        for worker in self._workers:
            worker.end()

    def answers(self, chunks: Iterator[Chunk]) -> Iterator[AnsweredChunk]:
        """Yield chunks as they come back, then the one that ended the run, or the last of the input."""
        last: Chunk | None = None
        while True:
            while last is None and self._end is None and (worker := self._free_worker()) is not None:
                chunk = next(chunks)
                if chunk.is_last:
                    last = chunk
                else:
                    worker.give(chunk)
            if not any(worker.given for worker in self._workers):
                break
            if (answered := self._next_answer()) is not None:
                yield replace(answered, stop=None, error=None)
                if answered.stop is not None or answered.error is not None:
                    self._stop(AnsweredChunk(number=_NONE, stop=answered.stop, error=answered.error), signal.SIGTERM)
        self._all_back = True
        if self._end is not None:
            yield self._end
        elif last is not None:
            yield AnsweredChunk(
                number=last.number, is_last=True, messages=last.messages, error=last.error, header=last.header
            )

    def _free_worker(self) -> WorkerProcess | None:
        given = [number for worker in self._workers for number in worker.given]
        if given and max(given) - min(given) >= _AHEAD:
            return None
        worker = min(self._workers, key=lambda each: len(each.given))
        return worker if len(worker.given) < self._at_once else None

    def _next_answer(self) -> AnsweredChunk | None:
        """Wait for news; return the chunk that came back, if that was it."""
        news = self.news.get()
        if isinstance(news, signal.Signals):
            if self._end is None:
                self._warn(_waiting(news))
                self._stop(AnsweredChunk(number=_NONE, stop=interrupted(news)), news)
            else:
                self._hurried = True
                self._pass_on(news)
            return None
        worker, answered = news
        if isinstance(answered, BaseException):
            raise answered
        if answered is None:
            self._replace(worker)
            return None
        del worker.given[answered.number]
        new = [each for each in answered.messages if each not in self._said]  # each worker says it
        self._said.update(new)
        return replace(answered, messages=new)

    def _stop(self, end: AnsweredChunk, number: signal.Signals) -> None:
        """Have all workers end what is in flight; the first reason is the one reported."""
        if self._end is None:
            self._end = end
            self._said.add(("warning", _waiting(number)))
            self._pass_on(number)

    def _pass_on(self, number: signal.Signals) -> None:
        for worker in self._workers:
            worker.signal(number)

    def _start(self, job: WorkerJob) -> WorkerProcess:
        worker = WorkerProcess(job, lambda *news: self.news.put(news))
        self._workers.append(worker)
        return worker

    def _replace(self, dead: WorkerProcess) -> None:
        """Give another worker what one had that died; what two have died of goes to none.

        It is a new one, unless that would have the share of a cap that the dead one may have spent.
        """
        self._workers.remove(dead)
        dead.end()
        if self._end is not None:
            if dead.given and not self._hurried:
                self._warn("a worker died: what it had in flight may be paid twice when you resume")
            return
        if not dead.ready:
            raise ScrimpError("a worker ended before it was given anything: try --engine local")
        self._warn("a worker died: its rows are given to another one, and what it had in flight may be paid twice")
        if not self._job.has_share_of_cap:
            self._start(self._job.in_place_of_a_dead_one)
        elif not self._workers:
            self._end = AnsweredChunk(number=_NONE, stop=SHARE_LOST)
            return
        for number, chunk in dead.given.items():
            self._tries[number] += 1
            if self._tries[number] < _TRIES:
                min(self._workers, key=lambda each: len(each.given)).give(chunk)


def _waiting(number: signal.Signals) -> str:
    return f"stopped by {number.name}: waiting for calls in flight; a second signal stops at once"


@contextmanager
def _signals_to(news: queue.SimpleQueue[_News]) -> Iterator[None]:
    """Take the signals that end a run as news, in the main thread, which is where they come."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def take(number: int, frame: FrameType | None) -> None:
        del frame
        news.put(signal.Signals(number))

    with handled_signals(STATUSES, take):
        yield
