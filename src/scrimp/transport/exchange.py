"""The exchange with a provider for one call: its request, its reply, its state over all attempts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import REPLY_BYTES, REPLY_BYTES_OF_TOKEN, Endpoint, HttpReply, HttpRequest
from scrimp.providers.replies.event_stream import events_of, starts_event_stream
from scrimp.providers.replies.rate_limit_headers import stated_limits
from scrimp.values import Call, Completion, Entry, Failure

if TYPE_CHECKING:
    from scrimp.providers.replies.rate_limit_headers import StatedLimits

Show = Callable[[str], None]
Content = Callable[[Call], Call]


class CallObserver(Protocol):
    """Observes every request and its result, for the spend guard and the ledger."""

    async def begin(self, call: Call) -> str | Failure:
        """Record that a request is about to be sent; return its id, or why it must not be sent."""

    def end(self, call_id: str, result: Completion | Failure) -> Entry | None:
        """Record the result of a request; return its ledger entry, if it has one."""


class Exchange:
    """The request of one call and the state of its attempts."""

    def __init__(
        self, call: Call, endpoint: Endpoint, observer: CallObserver, show: Show | None, content: Content | None = None
    ) -> None:
        """`show` receives a streamed completion piece by piece; with None the completion is not streamed.

        `content` returns the call with what is attached, which is kept in the request alone.
        """
        self.call, self.endpoint, self.observer, self.show = call, endpoint, observer, show
        self.dialect = DIALECTS[endpoint.dialect]()
        whole = call if content is None else content(call)
        self.request: HttpRequest = self.dialect.to_request(whole, endpoint)
        if call.parameters.max_output is not None:
            limit = REPLY_BYTES + REPLY_BYTES_OF_TOKEN * call.parameters.max_output
            self.request = replace(self.request, reply_limit=limit)
        # Of the request, without what is attached, whose tokens do not depend on its bytes.
        self.text_bytes = len(self.request.body) - sum(len(attached.data) for attached in whole.attachments)
        self.shown = False  # a piece of the completion was shown
        self.attempted = False  # a request was made
        self.keeps_place = True  # whether it keeps its place in the queue while it waits for a retry
        self.sending = False  # the request may have left this machine
        self.stated_limits: StatedLimits | None = None  # limits stated by the latest reply
        self.reply_id: str | None = None  # what the provider calls the latest reply, where it can be asked about it

    def completion(self, reply: HttpReply) -> Completion | Failure:
        """Return the completion in a reply, or the failure it means."""
        self.stated_limits = stated_limits(reply.headers)
        if reply.status < 300 and starts_event_stream(reply.body):  # some gateways stream whatever they are asked for
            reader = self.dialect.stream_reader(self.call, self.endpoint)
            for event in events_of(reply):
                reader.feed(event)
            return reader.completion()
        return self.dialect.to_completion(reply, self.call, self.endpoint)

    @property
    def on_head(self) -> tuple[Callable[[Mapping[str, str]], None], ...]:
        """What looks at the headers of a reply before the rest has come, where its provider can be asked about it."""
        return (self._head_came,) if self.endpoint.flavour == "openrouter" else ()

    def _head_came(self, headers: Mapping[str, str]) -> None:
        self.reply_id = headers.get("x-generation-id")

    def lost(self, failure: Failure) -> Failure:
        """Return the failure of a reply that did not come whole, with what its provider calls it."""
        return failure if self.reply_id is None else replace(failure, reply_id=self.reply_id)

    def show_piece(self, piece: str) -> None:
        """Show a piece of the completion."""
        if self.show is not None:
            self.shown = True
            self.show(piece)
