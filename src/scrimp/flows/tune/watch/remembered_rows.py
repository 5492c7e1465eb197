"""Rows of a run that certified routes answered below their flagship: those of a share, and the newest of the others."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.flows.tune.model_calls import answered_itself
from scrimp.flows.tune.pairs.pair_collector import KnownAnswer
from scrimp.flows.tune.pairs.prompt_key import in_share, prompt_key
from scrimp.store.tuning.pairs import OutputSpec
from scrimp.values import Answered, Entry, Outcome

# What is remembered of the share, whatever the length of the run: rows, and characters of prompts and completions.
_MAX_ROWS, _MAX_CHARACTERS = 10_000, 20_000_000
NEWEST = 40  # rows of a route outside the share


class WatchedRow(Struct, frozen=True):
    """A row that a route answered below its flagship."""

    known: KnownAnswer
    key: str
    time: float  # seconds since the epoch


class RememberedRows:
    """Rows by the name of their certificate. Those of tasks whose answers cannot be compared are left out."""

    def __init__(self, share: float, asked: OutputSpec) -> None:
        self._share, self._asked = share, asked
        self._characters_left = _MAX_CHARACTERS
        self._newest: defaultdict[str, deque[Answered]] = defaultdict(lambda: deque(maxlen=NEWEST))
        self.routes: dict[str, TunedRoute] = {}
        self.shared: defaultdict[str, list[WatchedRow]] = defaultdict(list)
        self.count = 0  # remembered rows

    def add(self, outcome: Outcome, certificates: Mapping[str, TunedRoute]) -> None:
        """Remember a row that needed a call: one from the cache was in the share when it was called, or never."""
        if not isinstance(outcome, Answered) or not outcome.entries or outcome.prompt.sample:
            return
        entry = _entry(outcome)
        route = certificates.get(entry.chain or "")
        if route is None or not route.compared or _reached_flagship(route, entry):
            return
        if not answered_itself(outcome.answer):
            return
        name = entry.chain or ""
        self.routes[name] = route
        if not in_share(outcome.prompt, self._share):
            self._newest[name].append(outcome)
        elif self.count < _MAX_ROWS and self._characters_left >= 0:
            prompt = outcome.prompt
            self._characters_left -= len(prompt.text) + len(prompt.system or "") + len(outcome.answer.output)
            self.count += 1
            self.shared[name].append(self._row(outcome, route))

    def newest(self, name: str, now: float) -> list[WatchedRow]:
        """Return the newest rows outside the share; they count as called `now`, in their order."""
        rows = [self._row(outcome, self.routes[name]) for outcome in self._newest[name]]
        return [replace(row, time=now + 1e-6 * place) for place, row in enumerate(rows)]

    def _row(self, outcome: Answered, route: TunedRoute) -> WatchedRow:
        entry, prompt = _entry(outcome), replace(outcome.prompt, row=None, sample=None)
        known = KnownAnswer(prompt, replace(outcome.answer, cost=entry.cost), route.steps[entry.step])
        return WatchedRow(known, prompt_key(prompt, self._asked), entry.time)


def spread(rows: list[WatchedRow]) -> Iterator[WatchedRow]:
    """Yield rows in an order of their own: where a cap cuts some off, those compared are of the whole run."""
    yield from sorted(rows, key=lambda row: row.key)


def _entry(outcome: Answered) -> Entry:
    return outcome.entry or outcome.entries[-1]


def _reached_flagship(route: TunedRoute, entry: Entry) -> bool:
    """Return whether the flagship gave a row's completion: it is the last of several steps."""
    return entry.step > 0 and entry.step == len(route.steps) - 1
