"""Telling a sink of calls from a thread of its own: a sink that is down or slow costs a run nothing but its buffer."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from scrimp.flows.sinks.spans import rows_with_calls, spans_of
from scrimp.transport.http.otlp import SpanRefusal
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.transport.http.otlp import Span, SpanPoster
    from scrimp.values import Outcome, OutcomeSink

_MOST_ROWS = 2048  # rows in the buffer; later ones are dropped, and counted
_MOST_CHARACTERS = 16_000_000  # total characters of buffered texts
_BATCH = 256  # rows in one request
_PAUSE = 1.0  # seconds between requests while few rows come
_TRIES = 3  # tries per request; each pause is twice the one before


class SpanSink:
    """Takes the outcomes of a run, and posts the spans of their calls in the background."""

    def __init__(
        self, name: str, open_poster: Callable[[], SpanPoster], hosts: Mapping[str, str], *, content: bool,
        longest: float, numbered: bool = False,
    ) -> None:  # fmt: skip
        """`longest` is how many seconds `close` may wait for what is left; `numbered` as in `spans_of`."""
        self._name, self._open_poster, self._hosts = name, open_poster, hosts
        self._content, self._longest, self._numbered = content, longest, numbered
        self._rows: deque[Outcome] = deque()
        self._characters = 0
        self._lost = 0  # calls
        self._in_flight = 0  # calls
        self._reason = ""
        self._down = False  # whether the last request may be taken later
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def tee(self, sink: OutcomeSink) -> OutcomeSink:
        """Return a sink that hands all on, and then takes the rows that calls were made for."""

        def take(outcomes: Sequence[Outcome]) -> None:
            sink(outcomes)
            if rows := rows_with_calls(outcomes):
                self._take(rows)

        return take

    def _take(self, rows: Sequence[Outcome]) -> None:
        for row in rows:
            size = _size(row) if self._content else 0
            with self._lock:
                if len(self._rows) >= _MOST_ROWS or self._characters + size > _MOST_CHARACTERS:
                    self._lost += len(row.entries)
                    self._reason = self._reason or "calls were made faster than it took them"
                    continue
                self._characters += size
                self._rows.append(row)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"sink {self._name}", daemon=True)
            self._thread.start()
        elif len(self._rows) >= _BATCH:
            self._wake.set()

    def close(self) -> str | None:
        """Post what is left, for a limited time; return a sentence if calls were not reported."""
        if self._thread is None:
            return None
        self._closing = True
        self._wake.set()
        self._thread.join(self._longest)
        with self._lock:
            lost = self._lost + _calls(self._rows) + self._in_flight
        if not lost:
            return None
        reason = self._reason or f"it was not done in {self._longest:g} s"
        return (
            f"sink {self._name} was not told of {pluralize(lost, 'call')}, which the ledger has: {reason}; correct "
            f"[sinks.{self._name}], or leave it out"
        )

    def _run(self) -> None:
        try:
            poster = self._open_poster()
            try:
                self._post_all(poster)
            finally:
                poster.close()
        except BaseException as error:  # noqa: BLE001 - also where the engine panics the run goes on; it is said at the end
            self._reason = _failed(error)

    def _post_all(self, poster: SpanPoster) -> None:
        while not (self._closing and (self._down or not self._rows)):
            if rows := self._next_rows():
                self._post(poster, rows)
            if len(self._rows) < _BATCH and not self._closing:
                self._wake.wait(_PAUSE)
                self._wake.clear()

    def _next_rows(self) -> list[Outcome]:
        with self._lock:
            rows = [self._rows.popleft() for _ in range(min(_BATCH, len(self._rows)))]
            self._in_flight = _calls(rows)
            if self._content:
                self._characters -= sum(map(_size, rows))
        return rows

    def _post(self, poster: SpanPoster, rows: Sequence[Outcome]) -> None:
        """Post the spans of rows; what fails costs these alone, and those that come later are posted again."""
        refusal = None
        try:
            if (request := self._encoded(poster, rows)) is not None:
                refusal = self._tried(poster, request)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is counted and said at the end
            refusal = SpanRefusal(_failed(error), retryable=False)
        self._down = refusal is not None and refusal.retryable
        if refusal is not None:
            most = self._in_flight if refusal.spans is None else refusal.spans
            self._lose(min(most, self._in_flight), refusal.reason)
        with self._lock:
            self._in_flight = 0

    def _encoded(self, poster: SpanPoster, rows: Sequence[Outcome]) -> bytes | None:
        """Return the request that reports rows, without those that cannot be reported; None if none can."""
        try:
            return poster.encoded(self._spans(rows))
        except Exception:  # noqa: BLE001 - which row it was, and why, is found out below
            tellable = [row for row in rows if self._can_be_told(poster, row)]
            return poster.encoded(self._spans(tellable)) if tellable else None

    def _can_be_told(self, poster: SpanPoster, row: Outcome) -> bool:
        try:
            poster.encoded(self._spans([row]))
        except Exception as error:  # noqa: BLE001 - no reply may keep the others from being told
            self._lose(len(row.entries), _failed(error))
            return False
        return True

    def _lose(self, calls: int, reason: str) -> None:
        """Count calls in flight as lost."""
        with self._lock:
            self._lost += calls
            self._in_flight -= calls
            self._reason = reason

    def _spans(self, rows: Sequence[Outcome]) -> list[Span]:
        told = {"content": self._content, "numbered": self._numbered}
        return [span for row in rows for span in spans_of(row, self._hosts, **told)]

    def _tried(self, poster: SpanPoster, request: bytes) -> SpanRefusal | None:
        """Post a request, again where that may help; while the run ends a second try would only keep it."""
        for attempt in range(_TRIES):
            refusal = poster.post(request)
            self._down = refusal is not None and refusal.retryable
            if refusal is None or not refusal.retryable or self._closing:
                break
            end = time.monotonic() + _PAUSE * 2**attempt
            while not self._closing and (left := end - time.monotonic()) > 0:
                self._wake.wait(left)
                self._wake.clear()
        return refusal


def _calls(rows: Iterable[Outcome]) -> int:
    return sum(len(row.entries) for row in rows)


def _failed(error: BaseException) -> str:
    return f"it failed ({type(error).__name__}: {error})"


def _size(row: Outcome) -> int:
    prompt, answer = row.prompt, row.answer
    turns = sum(len(message.content) for message in (*prompt.history, *prompt.after))
    return len(prompt.text) + len(prompt.system or "") + turns + (len(answer.output) if answer is not None else 0)
