"""Wire formats: a call becomes a request, a reply becomes a completion or a failure; no socket, no key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Protocol, cast, get_args

from scrimp.enums import Dialect
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.values import Call, Completion, Failure


class StreamReader(Protocol):
    """Takes the events of a streamed completion one by one."""

    def feed(self, data: str) -> str:
        """Return the text an event adds."""

    def completion(self) -> Completion | Failure:
        """Return the whole, once the events are over."""


class DialectModule(Protocol):
    """What a dialect's module offers."""

    def to_request(self, call: Call, endpoint: Endpoint) -> HttpRequest:
        """Return the request that asks for a completion."""

    def to_completion(self, reply: HttpReply, call: Call, endpoint: Endpoint) -> Completion | Failure:
        """Return what a reply says."""

    def stream(self, call: Call, endpoint: Endpoint) -> StreamReader:
        """Return what reads a streamed reply."""


def _lazily(name: str) -> Callable[[], DialectModule]:
    return lambda: cast("DialectModule", import_module(f"scrimp.providers.{name}"))


DIALECTS: Mapping[str, Callable[[], DialectModule]] = {name: _lazily(name) for name in get_args(Dialect)}
