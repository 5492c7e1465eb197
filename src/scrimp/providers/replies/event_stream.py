"""Server-sent events: bytes in any pieces go in, the data of each event comes out (WHATWG HTML, 9.2).

Lines end at LF, CR or CRLF only: U+2028, U+2029 and U+0085 are text inside JSON. What follows `[DONE]` is not read.
"""

from __future__ import annotations

import re

from scrimp.providers.endpoint import HttpReply
from scrimp.providers.json_access import event_object

DONE = "[DONE]"
_LINE_END = re.compile(rb"\r\n|\n|\r(?!\Z)")
_FIRST_FIELD = re.compile(rb"\s*(?:data|event|id|retry)?:")
_BOM = b"\xef\xbb\xbf"
# Events of these types carry a completion or its error; of another type only if they are JSON (Anthropic names each).
_COMPLETION_EVENTS = frozenset(("", "message", "error"))
# Bytes that a line takes in memory besides its text.
_LINE_OVERHEAD = 64


class EventDecoder:
    """Splits a stream into events."""

    def __init__(self) -> None:
        self.done = False  # the stream said that it is complete
        self._started = False
        self._rest: list[bytes] = []  # pieces of a line that has not ended
        self._rest_length = self._data_length = 0
        self._type = ""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> list[str]:
        """Return the data of the events that a chunk completes."""
        after_return = self._rest and self._rest[-1].endswith(b"\r")
        self._rest.append(chunk)
        self._rest_length += len(chunk)
        if not after_return and b"\n" not in chunk and b"\r" not in chunk:
            return []  # joined at the end of the line: its length would cost its square
        *lines, rest = _LINE_END.split(b"".join(self._rest))
        self._rest, self._rest_length = [rest], len(rest)
        return [data for line in lines for data in self._read_line(line)]

    @property
    def pending(self) -> int:
        """The bytes of an event that has not ended."""
        return self._rest_length + self._data_length

    def end(self) -> list[str]:
        """Return the data of a last event that lacks its blank line."""
        return [data for line in (b"".join(self._rest).removesuffix(b"\r"), b"") for data in self._read_line(line)]

    def _read_line(self, line: bytes) -> list[str]:
        if not self._started:
            line, self._started = line.removeprefix(_BOM), True
        if self.done:
            return []
        if not line:
            return self._dispatch()
        name, _, value = line.decode("utf-8", "replace").partition(":")
        if name == "data":
            self._data.append(value.strip())
            self._data_length += len(value) + _LINE_OVERHEAD
        elif name == "event":
            self._type = value.strip()
        return []

    def _dispatch(self) -> list[str]:
        """Return the data of the event that a blank line ends; some servers forget the blank lines between events."""
        lines, self._data, self._data_length = [line for line in self._data if line], [], 0
        kind, self._type = self._type, ""
        events = lines if len(lines) > 1 and all(map(_is_whole, lines)) else ["\n".join(lines)]
        events = [data for data in events if data and (kind in _COMPLETION_EVENTS or data[0] == "{")]
        self.done = DONE in events
        if kind == "error":
            events = list(map(_as_error, events))
        return events[: events.index(DONE) + 1] if self.done else events


def _is_whole(line: str) -> bool:
    return line == DONE or event_object(line) is not None


def _as_error(data: str) -> str:
    """Return the data of an event whose type alone tells that it is an error, so that the data tells it, too."""
    value = event_object(data)
    return data if not value or value.get("error") else f'{{"error": {data}}}'


def starts_event_stream(body: bytes) -> bool:
    """Return whether a body, or what has arrived of it, starts like an event stream, whatever its content type."""
    return _FIRST_FIELD.match(body.removeprefix(_BOM)) is not None


def events_of(reply: HttpReply) -> list[str]:
    """Return the data of the events in a reply's body."""
    decoder = EventDecoder()
    return [*decoder.feed(reply.body), *decoder.end()]
