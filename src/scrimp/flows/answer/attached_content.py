"""What is attached to a call, read when its turn comes, and never more of it at once than fits in little memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec.structs import replace

from scrimp.errors import InputError
from scrimp.providers.attachment_tokens import attached_tokens
from scrimp.providers.endpoint import Endpoint
from scrimp.read.attachments import with_content
from scrimp.values import Call, Failure

# Bytes of files in flight. Each takes some three times as much memory: in base64, as text and in the request.
_MOST = 64 << 20


class AttachedContent:
    """The content in memory, for all calls of a run; one that is larger than all the room goes alone."""

    def __init__(self, most: int = _MOST) -> None:
        self._most, self._held = most, 0
        self._freed = asyncio.Condition()

    @asynccontextmanager
    async def loaded(self, call: Call, endpoint: Endpoint) -> AsyncIterator[Call | Failure]:
        """Yield the call with its content and the tokens it counts at most, or why the content cannot be sent."""
        size = sum(attached.size for attached in call.attachments)
        async with self._freed:
            await self._freed.wait_for(lambda: not self._held or self._held + size <= self._most)
            self._held += size
        try:
            yield await asyncio.to_thread(_with_content, call, endpoint)
        finally:
            self._held -= size
            async with self._freed:
                self._freed.notify_all()


def _with_content(call: Call, endpoint: Endpoint) -> Call | Failure:
    try:
        attachments = tuple(map(with_content, call.attachments))
    except InputError as error:
        return Failure(kind="invalid", message=str(error), sent=False)
    return replace(call, attachments=attachments, attached_tokens=attached_tokens(attachments, endpoint, call.model))
