"""What a worker and the process that started it hand to each other, as bytes."""

from __future__ import annotations

import pickle
import sys

_DEEPER = 3  # times; more than the most deeply nested row that can be read needs


def pickled(message: object) -> bytes:
    """Return a message as bytes; one thread at a time may call this.

    A row may be nested almost as deeply as Python's own limit allows, and what it goes in makes it deeper.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(_DEEPER * limit)
    try:
        return pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    finally:
        sys.setrecursionlimit(limit)
