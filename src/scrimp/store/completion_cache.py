"""What a cache of completions is to those who use it: get many, put many, close. A file's administration is apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.values import Answer

if TYPE_CHECKING:  # a protocol takes a third of a millisecond to define, and only the type checker reads it
    from typing import Protocol

    class CompletionCache(Protocol):
        """Completions by key; an implementation says where they are kept and turns foreign errors into StoreError."""

        def get_many(
            self, keys: Sequence[bytes], *, since: float = 0.0, run: str | None = None
        ) -> dict[bytes, CachedCompletion]:
            """Return what is cached under these keys, made at or after `since`, by that run only if one is named."""

        def put_many(self, rows: Sequence[tuple[bytes, Answer]], *, run: str, now: float) -> None:
            """Cache completions, all or none; the newest of a key wins."""

        def close(self) -> None:
            """Release files and connections."""


class CachedCompletion(Struct, frozen=True):
    """A cached completion: which run made it when (seconds since the epoch), and what it is."""

    key: bytes
    created: float
    run: str
    answer: Answer


class NoCache:
    """Takes the place of a file that cannot be read: it finds nothing."""

    def get_many(
        self, keys: Sequence[bytes], *, since: float = 0.0, run: str | None = None
    ) -> dict[bytes, CachedCompletion]:
        """Find nothing."""
        del keys, since, run
        return {}

    def put_many(self, rows: Sequence[tuple[bytes, Answer]], *, run: str, now: float) -> None:
        """Keep nothing."""

    def close(self) -> None:
        """Close nothing."""


class MemoryCache:
    """Completions in this process alone, where no file can be written anywhere."""

    def __init__(self) -> None:
        self._completions: dict[bytes, CachedCompletion] = {}

    def get_many(
        self, keys: Sequence[bytes], *, since: float = 0.0, run: str | None = None
    ) -> dict[bytes, CachedCompletion]:
        """Return what was put under these keys, made at or after `since`, by that run only if one is named."""
        found = [cached for key in keys if (cached := self._completions.get(key)) is not None]
        return {each.key: each for each in found if each.created >= since and run in (None, each.run)}

    def put_many(self, rows: Sequence[tuple[bytes, Answer]], *, run: str, now: float) -> None:
        """Keep completions until the process ends."""
        self._completions.update((key, CachedCompletion(key, now, run, answer)) for key, answer in rows)

    def close(self) -> None:
        """Close nothing."""


class LayeredCache:
    """A cache that can only be read, below one that lives as long as the run: equal rows are paid for once."""

    def __init__(self, below: CompletionCache) -> None:
        """Read what is below; `own` is set when something is to be put."""
        self._below: CompletionCache = below
        self.own: CompletionCache = NoCache()

    def get_many(
        self, keys: Sequence[bytes], *, since: float = 0.0, run: str | None = None
    ) -> dict[bytes, CachedCompletion]:
        """Return what is cached under these keys, made at or after `since`, by that run only if one is named."""
        own = self.own.get_many(keys, since=since, run=run)
        return self._below.get_many([key for key in keys if key not in own], since=since, run=run) | own

    def put_many(self, rows: Sequence[tuple[bytes, Answer]], *, run: str, now: float) -> None:
        """Keep completions until the run ends."""
        self.own.put_many(rows, run=run, now=now)

    def close(self) -> None:
        """Close both."""
        self._below.close()
        self.own.close()
