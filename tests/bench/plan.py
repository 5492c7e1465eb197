"""What one run of the benchmark was asked for, and what its rows share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.home import Home
from bench.provider import Provider, provider


@dataclass(frozen=True, slots=True)
class Filled:
    """A home whose cache holds the first `rows` prompts, and the most memory the live run held that put them there."""

    home: Home
    rows: int
    peak: int


@dataclass(slots=True, kw_only=True)
class Plan:
    """The sizes, the server and the directory of a run."""

    folder: Path
    short: bool = False
    long: bool = False
    server: str = "ours"
    _homes: int = 0
    _filled: list[Filled] = field(default_factory=list)

    def size(self, full: int, short: int) -> int:
        """Return the size asked for."""
        return short if self.short else full

    def home(self) -> Home:
        """Make a home that knows nothing yet."""
        self._homes += 1
        return Home(self.folder / str(self._homes))

    def provider(self, *, delay: float = 0.0) -> AbstractContextManager[Provider]:
        """Run the server asked for."""
        return provider(self.server, delay=delay)

    @contextmanager
    def connected(
        self, *, delay: float = 0.0, server: str | None = None, states: int | None = None
    ) -> Iterator[tuple[Home, Provider]]:
        """Run a server, the one asked for unless one is named, and make a new home that knows it."""
        with provider(server or self.server, delay=delay, states=states) as running:
            home = self.home()
            home.configure(running.url)
            yield home, running

    def filled(self, rows: int, *, exactly: bool = False) -> Filled:
        """Return a home with so many prompts in its cache, or more of them, put there by scrimp itself, live.

        Its provider is gone afterwards: a prompt that were not in the cache would fail, and the measurement with it.
        """
        for filled in self._filled:
            if filled.rows == rows or (filled.rows > rows and not exactly):
                return filled
        with self.connected() as (home, _):
            self._filled.append(Filled(home, rows, home.peak(rows, in_flight=64)))
        return self._filled[-1]
