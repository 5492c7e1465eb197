"""Ray, started or connected to for the length of a run by a thread of its own.

While Ray starts, its handler of SIGTERM and native code that Python's handlers wait for would hold up a signal for many
seconds. Handlers run in the main thread, which only waits here. The thread lasts as long as the run: what Ray starts is
killed by the kernel when the thread that started it ends.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from scrimp.errors import ScrimpError


@contextmanager
def ray_session(env: Mapping[str, str], workers: int | None) -> Iterator[int]:
    """Start Ray, or connect to the cluster of RAY_ADDRESS; yield how many processors there are."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing is sent to anyone but providers
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # else Ray's native part writes to stderr
    warnings.simplefilter("ignore")  # of what goes on between Ray and its dependencies
    address = env.get("RAY_ADDRESS")
    # Reading is a task of its own: one more than the workers.
    cpus = {} if address else {"num_cpus": (workers or os.cpu_count() or 1) + 1}
    session = _SessionThread(
        address=address or "local", include_dashboard=None if address else False, log_to_driver=False,
        logging_level=logging.ERROR, **cpus,
    )  # fmt: skip
    with _silent_stderr():
        error = session.begin()
    if isinstance(error, ImportError):
        raise ScrimpError("--engine ray needs Ray: pip install 'scrimp[ray]'") from error
    if error is not None:  # Ray's own are bare ones: "The current node timed out during startup"
        why = (str(error).splitlines() or [type(error).__name__])[0]
        where = f"no cluster answers at RAY_ADDRESS, {address}" if address else "Ray does not start"
        raise ScrimpError(f"{where} ({why}): see ray status, or use --engine local") from error
    try:
        yield session.processors
    finally:
        session.end()


class _SessionThread:
    """The thread in which Ray is started and shut down."""

    def __init__(self, **parameters: object) -> None:
        self._parameters = parameters
        self._error: BaseException | None = None
        self.processors = 1  # for workers, once it has begun
        self._begun, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._last, name="scrimp-ray", daemon=True)

    def begin(self) -> BaseException | None:
        """Start Ray and return why it did not start. A signal's exception does not wait for that."""
        self._thread.start()
        try:
            self._begun.wait()
        except BaseException:
            self._over.set()
            raise
        return self._error

    def end(self) -> None:
        """Shut Ray down; raise what goes wrong with that."""
        self._over.set()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _last(self) -> None:
        try:
            self._hold_ray()
        except BaseException as error:  # noqa: BLE001 - it goes to the thread that waits
            self._error = error
        finally:
            self._begun.set()

    def _hold_ray(self) -> None:
        import ray  # few runs use it, and it takes seconds

        ray.init(**self._parameters)
        try:
            self.processors = max(1, int(ray.cluster_resources().get("CPU", 1)) - 1)
            self._begun.set()
            self._over.wait()
        finally:
            ray.shutdown()


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Keep from stderr what native code says of itself; errors are exceptions."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
