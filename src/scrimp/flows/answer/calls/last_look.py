"""The observer of a call that may turn out to be needless while it waits for its turn: it is asked just before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrimp.transport.exchange import CallObserver
    from scrimp.values import Call, Completion, Entry, Failure

    WhyNot = Callable[[], Failure | None]


class LastLook:
    """Stands between what observes a call and the client."""

    def __init__(self, inner: CallObserver, why_not: WhyNot) -> None:
        """`why_not` returns why a request is not sent any more; None if it is."""
        self._inner, self._why_not = inner, why_not

    async def begin(self, call: Call) -> str | Failure:
        """Record a request before it is sent, or return why it is not."""
        return self._why_not() or await self._inner.begin(call)

    def end(self, call_id: str, result: Completion | Failure) -> Entry | None:
        """Record the result of a request."""
        return self._inner.end(call_id, result)
