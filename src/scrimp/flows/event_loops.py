"""The door to asyncio: coroutines that run in an event loop of their own, and end as Ctrl-C wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

_Result = TypeVar("_Result")


def run_in_loop(main: Coroutine[None, None, _Result]) -> _Result:
    """Run a coroutine in an event loop of its own and return its result.

    Raises KeyboardInterrupt where SIGINT ends it at any moment. asyncio.run counts signals and raises it when it has
    counted one, but sets the count to zero just after its handler is there: a signal between the two comes out as
    CancelledError (CPython 3.11 to 3.13, asyncio/runners.py).
    """
    try:
        return asyncio.run(main)
    except asyncio.CancelledError:
        # Nobody else can cancel the outermost task: its name never leaves asyncio.run.
        raise KeyboardInterrupt from None
    finally:
        main.close()  # where the signal came before it began, it was never awaited
