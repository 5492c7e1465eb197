"""One call on its way: the request that is sent, again if need be, and who observes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.rate_limit_headers import stated_limits
from scrimp.values import Call, Completion, Entry, Failure

if TYPE_CHECKING:
    from scrimp.providers.rate_limit_headers import StatedLimits

Show = Callable[[str], None]


class CallObserver(Protocol):
    """Sees every request that is sent and what came of it: the spend guard and the row's recorder."""

    async def begin(self, call: Call) -> str | Failure:
        """Record that a request is about to be sent; return its id, or why it must not be."""

    def end(self, call_id: str, result: Completion | Failure) -> Entry | None:
        """Record what came of it; return its ledger entry."""


class Exchange:
    """The request of one call, and how far its attempts have come."""

    def __init__(self, call: Call, endpoint: Endpoint, observer: CallObserver, show: Show | None) -> None:
        """`show` gets a streamed completion piece by piece; None asks for it whole."""
        self.call, self.endpoint, self.observer, self.show = call, endpoint, observer, show
        self.dialect = DIALECTS[endpoint.dialect]()
        self.request: HttpRequest = self.dialect.to_request(call, endpoint)
        self.shown = False  # a piece of the completion was shown
        self.attempted = False  # a request was made
        self.sending = False  # the request may have left this machine
        self.stated_limits: StatedLimits | None = None  # by the latest reply

    def completion(self, reply: HttpReply) -> Completion | Failure:
        """Return what a reply says."""
        self.stated_limits = stated_limits(reply.headers)
        return self.dialect.to_completion(reply, self.call, self.endpoint)

    def show_piece(self, piece: str) -> None:
        """Show a piece of the completion."""
        self.shown = True
        if self.show is not None:
            self.show(piece)
