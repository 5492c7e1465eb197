"""A worker as the process that started it sees it: chunks are given to it, and come back in a thread."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

from msgspec.structs import replace

from scrimp.engines.chunks import AnsweredChunk, Chunk
from scrimp.engines.pickled import pickled
from scrimp.engines.processes.packed_outcomes import HandedBack, unpacked
from scrimp.engines.worker_job import WorkerJob
from scrimp.flows.event_loops.handled_signals import STATUSES

# The worker imports from where this process does, and not from the directory that it is started in; it looks for cycles
# of references as rarely as this process.
_PROGRAM = (
    "import gc, sys; gc.set_threshold(50_000); sys.path[:] = sys.argv[1:]; "
    "from scrimp.engines.processes.worker import main; main()"
)
_PATIENCE = 40.0  # seconds in which a worker ends its calls in flight, once it is told to stop
# A chunk that came back; None: the worker has ended; or why what came back cannot be read: nothing more is read then.
Told: TypeAlias = AnsweredChunk | BaseException | None


class WorkerProcess:
    """One worker."""

    def __init__(self, job: WorkerJob, tell: Callable[[WorkerProcess, Told], None]) -> None:
        """`tell` is called in a thread of this worker."""
        self.given: dict[int, Chunk] = {}  # and not back yet, by number
        self.ready = False  # it has read its job
        # A group of its own: signals reach it through this process alone, and not before it can take them.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, STATUSES)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _PROGRAM, *sys.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                process_group=0,
            )  # fmt: skip
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        self._send(job)
        self._listening = threading.Thread(target=self._listen, args=(tell,), name="scrimp-worker", daemon=True)
        self._listening.start()

    def give(self, chunk: Chunk) -> None:
        """Have it answer a chunk; if it has died, `tell` is called."""
        self.given[chunk.number] = chunk
        self._send(chunk)

    def signal(self, number: int) -> None:
        """Pass a signal on."""
        self._process.send_signal(number)

    def finish(self) -> None:
        """Signal that no more chunks will come."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.closed:
            self._send(None)
            with suppress(OSError):  # what it did not read before it died
                stdin.close()

    def end(self) -> None:
        """Wait until it has ended."""
        self.finish()
        try:
            # Until its stdout ends, when it does: `wait` with a time limit polls at growing intervals.
            self._listening.join(_PATIENCE)
            self._process.wait(0 if self._listening.is_alive() else _PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        except KeyboardInterrupt:  # the user does not want to wait
            self._process.kill()
            raise

    def _send(self, message: WorkerJob | Chunk | None) -> None:
        data = pickled(message)
        with suppress(BrokenPipeError):  # it has died: the listening thread reports that
            if self._process.stdin is not None:
                self._process.stdin.write(data)
                self._process.stdin.flush()

    def _listen(self, tell: Callable[[WorkerProcess, Told], None]) -> None:
        if self._process.stdout is None:
            return
        try:
            with self._process.stdout as stream:
                while True:
                    handed_back: HandedBack = pickle.load(stream)  # noqa: S301 - of a process that this one has started
                    if handed_back is None:
                        self.ready = True
                        continue
                    chunk, outcomes = handed_back
                    tell(self, replace(chunk, outcomes=unpacked(outcomes, self.given[chunk.number].rows)))
        except (EOFError, pickle.UnpicklingError):
            tell(self, None)
        except BaseException as error:  # noqa: BLE001 - raised where the chunk is waited for
            tell(self, error)
