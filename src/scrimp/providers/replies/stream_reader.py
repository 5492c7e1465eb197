"""What the readers of streamed completions share: text is collected, and a stream without an end is a failure."""

from __future__ import annotations

from abc import ABC, abstractmethod

from scrimp.providers.endpoint import Endpoint, HttpReply
from scrimp.providers.json_access import well_formed
from scrimp.providers.replies.error_replies import to_failure
from scrimp.values import Call, Completion, Failure


class StreamReader(ABC):
    """Reads the events of one streamed completion; a dialect's own reader says what each event means."""

    def __init__(self, call: Call, endpoint: Endpoint) -> None:
        self._call, self._endpoint = call, endpoint
        self._pieces: list[str] = []
        self._half = ""  # first half of a surrogate pair
        self._finish_reason = ""
        self._model = call.model
        self._failure: Failure | None = None

    def feed(self, data: str) -> str:
        """Return the text an event adds; the first half of a surrogate pair waits for the second."""
        piece = self._half + self._read(data)
        self._half = piece[-1] if piece and "\ud800" <= piece[-1] <= "\udbff" else ""
        piece = well_formed(piece.removesuffix(self._half)) if not piece.isascii() else piece
        self._pieces.append(piece)
        return piece

    @property
    def broken(self) -> bool:
        """Whether an event was an error or unreadable, so that nothing after it counts."""
        return self._failure is not None

    def completion(self) -> Completion | Failure:
        """Return the whole completion after the last event, or why it is incomplete.

        A stream that was cut off has no finish reason, and may have been billed.
        """
        if self._failure is not None:
            return self._failure
        if not self._finish_reason:
            message = f"the stream of {self._endpoint.name} ended early: rerun the same command to resume"
            return Failure(kind="network", message=message, http=200)
        return self._whole("".join(self._pieces) + well_formed(self._half))

    @abstractmethod
    def _read(self, data: str) -> str:
        """Read the data of an event; return the text it adds."""

    @abstractmethod
    def _whole(self, text: str) -> Completion | Failure:
        """Return the completion of a stream that came to its end, or the failure that ended it."""

    def _fail(self, data: str) -> str:
        """Read an event that reports an error, or is not JSON."""
        reply = HttpReply(status=200, body=data.encode())
        self._failure = to_failure(reply, self._endpoint, self._call.model)
        return ""
