"""Death at the n-th thing that a command writes or sends for its batches: SIGKILL, just before it is done.

After one thing is before the next. DIES_AT is n, counted from 0; DIED_AT is a file that tells what was not done.
"""

from __future__ import annotations

import inspect
import os
import signal
from collections.abc import Callable
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any

WRITES = ("add_job", "save_job", "add_shard", "save_shard", "share", "merge", "keep_results", "_keep", "end_shard",
          "drop_waiting", "keep_live", "forget_live")  # fmt: skip


def prepare() -> None:
    """Arm this process."""
    from scrimp.flows.engine.commit_queue import CommitQueue  # imported by the process that is forked
    from scrimp.store.batches.spool import ShardFile, Spool
    from scrimp.store.batches.store import BatchStore
    from scrimp.transport.batch_wire import BatchWire

    dies_at, moments = int(os.environ["DIES_AT"]), count()

    def moment(name: str) -> None:
        if next(moments) == dies_at:
            Path(os.environ["DIED_AT"]).write_text(name)
            os.kill(os.getpid(), signal.SIGKILL)

    for owner, names in (
        (BatchStore, WRITES), (ShardFile, ("end",)), (Spool, ("remove",)), (CommitQueue, ("commit", "close")),
        (BatchWire, ("_send", "save")),
    ):  # fmt: skip
        for name in names:
            setattr(owner, name, _watched(getattr(owner, name), f"{owner.__name__}.{name}", moment))


def _watched(function: Callable[..., Any], name: str, moment: Callable[[str], None]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def watched_later(*given: Any, **named: Any) -> Any:
            moment(name)
            return await function(*given, **named)

        return watched_later

    @wraps(function)
    def watched(*given: Any, **named: Any) -> Any:
        moment(name)
        return function(*given, **named)

    return watched
