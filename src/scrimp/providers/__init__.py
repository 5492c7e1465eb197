"""Wire formats: turn a call into a request and a reply into a completion or a failure, without socket or key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast, get_args

from scrimp.enums import Dialect
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.values import Call, Completion, Failure

if TYPE_CHECKING:
    from scrimp.providers.replies.stream_reader import StreamReader


class DialectModule(Protocol):
    """The functions a dialect's module has."""

    def to_request(self, call: Call, endpoint: Endpoint) -> HttpRequest:
        """Return the HTTP request for a call."""

    def to_completion(self, reply: HttpReply, call: Call, endpoint: Endpoint) -> Completion | Failure:
        """Return the completion in a reply, or the failure it means."""

    def stream_reader(self, call: Call, endpoint: Endpoint) -> StreamReader:
        """Return a reader of a streamed reply."""


def _lazy_import(module: str) -> Callable[[], DialectModule]:
    return cache(lambda: cast("DialectModule", import_module(f"scrimp.providers.{module}")))


DIALECTS: Mapping[str, Callable[[], DialectModule]] = {name: _lazy_import(name) for name in get_args(Dialect)}
