"""A process that answers chunks: it is told its job, then chunks, through stdin, and hands them back through stdout.

A signal from the process that started it stops it as it would stop a run: calls in flight end and are kept. So does
the end of that process: none is left to hand rows to.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import BinaryIO

from scrimp.engines.chunks import AnsweredChunk, Chunk
from scrimp.engines.fed_engine import FedEngine
from scrimp.engines.pickled import pickled
from scrimp.engines.processes.packed_outcomes import HandedBack, packed
from scrimp.engines.worker_job import WorkerJob
from scrimp.flows import live
from scrimp.flows.engine.stops.run_stop import RunStop, interrupted
from scrimp.flows.event_loops.handled_signals import STATUSES


def main() -> None:
    """Answer chunks until there are no more."""
    given, handed_back = _own_streams()
    job = pickle.load(given)  # noqa: S301 - of the process that started this one
    if not isinstance(job, WorkerJob):
        raise TypeError(f"{type(job)} came where a job was expected")
    engine = FedEngine(job, _answer_until_stopped, in_thread=False)
    for number in STATUSES:
        signal.signal(number, partial(_interrupt, engine))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STATUSES)  # the process that starts a worker blocks them until here
    hand_back = partial(_hand_back, handed_back, threading.Lock())
    hand_back(None)
    taking = threading.Thread(target=_take, args=(given, engine, hand_back), name="scrimp-chunks", daemon=True)
    taking.start()
    engine.work()
    taking.join()
    # os._exit: nothing is left to write, and freeing memory object by object would only take time.
    os._exit(0)


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return stdin and stdout, and leave others in their place for what reads or prints without being asked to."""
    given, handed_back = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdin, sys.stdout = open(0, closefd=False), sys.stderr  # noqa: SIM115 - as long as the process lives
    return given, handed_back


def _answer_until_stopped(*run: object) -> RunStop | None:
    try:
        return live.run_groups(*run)  # type: ignore[arg-type]  # what FedEngine gives it
    finally:
        for number in STATUSES:  # what was answered is still handed back
            signal.signal(number, signal.SIG_IGN)


def _interrupt(engine: FedEngine, number: int, frame: FrameType | None) -> None:
    del frame
    engine.interrupt(interrupted(number))


def _take(given: BinaryIO, engine: FedEngine, hand_back: Callable[[HandedBack], None]) -> None:
    """Begin chunks as they come; None says that there are no more."""
    try:
        while (chunk := pickle.load(given)) is not None:  # noqa: S301 - as above
            engine.answer(chunk).add_done_callback(partial(hand_back_chunk, chunk, hand_back))
    except (EOFError, pickle.UnpicklingError):  # the process that started this one has died
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        engine.finish()


def hand_back_chunk(chunk: Chunk, hand_back: Callable[[HandedBack], None], future: Future[AnsweredChunk]) -> None:
    """Hand a chunk back, or why that fails: a future drops what its callbacks raise, and the chunk is waited for."""
    try:
        answered = future.result()
        messages = [*chunk.messages, *answered.messages]
        without = AnsweredChunk(number=chunk.number, stop=answered.stop, error=answered.error, messages=messages)
        hand_back((without, packed(answered.outcomes, chunk.rows)))
    except Exception:  # noqa: BLE001 - it goes to the process that can show it
        error = RuntimeError(traceback.format_exc())
        hand_back((AnsweredChunk(number=chunk.number, error=error), packed((), ())))


def _hand_back(stream: BinaryIO, lock: threading.Lock, answered: HandedBack) -> None:
    """Hand a chunk back, or None once this process is ready to take some."""
    with lock:
        data = pickled(answered)
        with suppress(BrokenPipeError):  # no process is left to take it: it is in the stores
            stream.write(data)
            stream.flush()
