"""One call on its way: what is sent, again and again if need be, and who watches it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.rate_limit_headers import stated_limits
from scrimp.values import Call, Completion, Failure

if TYPE_CHECKING:
    from scrimp.providers.rate_limit_headers import StatedLimits

Show = Callable[[str], None]


class CallObserver(Protocol):
    """Sees every request that is sent and what came of it: the purse, and the ledger's eye."""

    async def begin(self, call: Call) -> str | Failure:
        """Note that a request is about to be sent; return its id, or why it must not be."""

    def end(self, ticket: str, result: Completion | Failure) -> None:
        """Note what came of it."""


class Exchange:
    """One call on its way: what is sent again and again, and what was shown of its completion."""

    def __init__(self, call: Call, endpoint: Endpoint, witness: CallObserver, show: Show | None) -> None:
        self.call, self.endpoint, self.witness = call, endpoint, witness
        self.dialect = DIALECTS[endpoint.dialect]()
        self.request: HttpRequest = self.dialect.to_request(call, endpoint)
        self.show, self.shown, self.tried = show, False, False
        self.stated: StatedLimits | None = None
        self.sending = False

    def completion(self, reply: HttpReply) -> Completion | Failure:
        """Return what a reply says."""
        self.stated = stated_limits(reply.headers)
        return self.dialect.to_completion(reply, self.call, self.endpoint)

    def see(self, piece: str) -> None:
        """Show a piece of the completion."""
        self.shown = True
        if self.show is not None:
            self.show(piece)
