"""One call on its way to its provider: with what it asks of the provider's cache, and with what is attached to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrimp.flows.answer.calls.attached_content import AttachedContent
    from scrimp.flows.answer.provider_caches.prefix_warmup import PrefixWarmup
    from scrimp.flows.answer.provider_caches.provider_caching import ProviderCaching
    from scrimp.flows.answer.provider_caches.stored_caches import StoredCaches
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.providers.endpoint import Endpoint
    from scrimp.transport.client import ProviderClient
    from scrimp.transport.exchange import CallObserver, Content
    from scrimp.transport.limits.retry import RetryState
    from scrimp.values import Call, Completion, Failure, ModelRef

_AT_ONCE = nullcontext()  # the turn of a call that shares nothing


class CallSender:
    """Sends the calls of a run through its client."""

    def __init__(
        self, client: ProviderClient, endpoints: Mapping[str, Endpoint], caching: ProviderCaching, warmup: PrefixWarmup,
        *, stored: StoredCaches | None = None, show: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        """`caching` says what providers are asked to keep, and `stored` has some of it stored for the run.

        `show` gets streamed completions piece by piece.
        """
        self._client, self._endpoints, self._warmup = client, endpoints, warmup
        self.caching, self._stored = caching, stored
        self._show, self.has_shown = show, False  # whether a piece of a completion was shown
        self._content: AttachedContent | None = None

    @property
    def halted(self) -> bool:
        """Whether the run was stopped, so that nothing more is sent."""
        return self._client.halted

    def retry_state(self) -> RetryState:
        """Return a fresh count of retries, for one row and model."""
        return self._client.retry_state()

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Prepare for rows that are about to be called: what they share may be kept by their provider."""
        self.caching.expect(rows)

    async def send(
        self, call: Call, observer: CallObserver, retry_state: RetryState, *, capped: bool
    ) -> Completion | Failure:
        """Return the result of a call; nothing is stored for one `capped` by a rule, which knows calls alone."""
        endpoint = self._endpoints[call.provider]
        show = self._show_piece if call.stream and self._show is not None else None

        async def send(call: Call, *, content: Content | None = None) -> Completion | Failure:
            call, shared = self.caching.asked(call)

            async def as_asked(call: Call) -> Completion | Failure:
                call = self.caching.rules.as_learned(call)
                result = await self._client.complete(call, endpoint, observer, retry_state, show=show, content=content)
                self.caching.rules.learn(call, result)
                return result

            async with self._warmup.turn(call, shared) if shared else _AT_ONCE:
                if self._stored is None or capped:
                    return await as_asked(call)
                return await self._stored.complete(call, self.caching, as_asked)

        return await (self._attached_content().send(call, endpoint, send) if call.attachments else send(call))

    def expected_saving(self, row: PlannedRow, model: ModelRef) -> Decimal:
        """Return the dollars that a call for a row is expected to cost less thanks to its provider's cache."""
        return self.caching.expected_saving(row, model.provider, model.model)

    def _attached_content(self) -> AttachedContent:
        if self._content is None:
            from scrimp.flows.answer.calls.attached_content import AttachedContent  # few calls have any

            self._content = AttachedContent()
        return self._content

    def _show_piece(self, piece: str) -> None:
        self.has_shown = True
        if self._show is not None:
            self._show(piece)
