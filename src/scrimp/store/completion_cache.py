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
    """Stands in where no file can be written: it finds nothing and keeps nothing."""

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
