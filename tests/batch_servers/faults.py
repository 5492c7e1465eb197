"""Faults that wait for a step of the client: replies lost, cut off, or refusals in their place."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from batch_servers.wire import Reply


class Step(StrEnum):
    """What a client does."""

    START = "start"  # of a resumable upload
    UPLOAD = "upload"
    CREATE = "create"
    POLL = "poll"
    LIST = "list"
    DOWNLOAD = "download"
    CANCEL = "cancel"
    DELETE = "delete"
    LIVE = "live"
    OTHER = "other"


class Refused(Exception):  # noqa: N818 - it is not an error of the server
    """The request cannot be served; carries the reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply)
        self.reply = reply


class Planned(Struct):
    """A fault that waits for its step; `times` is None where it holds for ever."""

    step: Step
    times: int | None
    reply: Reply | None = None  # in place of serving the request
    lost: bool = False  # the reply, not the request
    dropped: bool = False  # the request
    cut_at: int | None = None
    says_so: bool = True  # the length of the whole is announced
    change: Callable[[bytes], bytes] | None = None  # what becomes of the body on its way


class Faults:
    """The faults that were planned; of several for a step the first comes first."""

    def __init__(self) -> None:
        self._planned: list[Planned] = []

    def error(self, status: int, code: str, message: str) -> Reply:
        """Return an error in the API's envelope."""
        raise NotImplementedError

    def lose(self, step: str, *, times: int | None = 1) -> None:
        """Serve the request, then hang up without a reply."""
        self._planned.append(Planned(Step(step), times, lost=True))

    def drop(self, step: str, *, times: int | None = 1) -> None:
        """Hang up without serving the request, as if it never came; `before` is called all the same."""
        self._planned.append(Planned(Step(step), times, dropped=True))

    def refuse(
        self, step: str, status: int, *, times: int | None = 1, code: str = "", message: str = "no",
        headers: dict[str, str] | None = None, body: bytes | None = None,
    ) -> None:  # fmt: skip
        """Answer with a status, in the API's envelope, and do nothing; `times=None` does so for ever."""
        reply = self.error(status, code, message)
        reply = Reply(status, reply.body if body is None else body, reply.headers | (headers or {}))
        self._planned.append(Planned(Step(step), times, reply))

    def cut(self, at: int, step: str = "download", *, times: int | None = 1, says_so: bool = True) -> None:
        """End a reply after so many bytes; a silent cut announces the shortened length, so that only content tells."""
        self._planned.append(Planned(Step(step), times, cut_at=at, says_so=says_so))

    def garble(self, step: str, change: Callable[[bytes], bytes], *, times: int | None = 1) -> None:
        """Serve the request, and change the body of the reply, as a proxy between may."""
        self._planned.append(Planned(Step(step), times, change=change))

    def relent(self) -> None:
        """Forget all planned faults."""
        self._planned.clear()

    def plan(self, step: Step) -> Planned | None:
        """Return the fault that this request meets, used up once."""
        for planned in self._planned:
            if planned.step is step:
                if planned.times is not None:
                    planned.times -= 1
                    if planned.times == 0:
                        self._planned.remove(planned)
                return planned
        return None
