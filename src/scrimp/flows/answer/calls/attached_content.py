"""What is attached to a call: read when its turn comes, with a limit on how much is in memory at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from msgspec.structs import replace

from scrimp.errors import InputError
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.requests.attachment_tokens import attached_tokens
from scrimp.read.attachments import measured, with_content
from scrimp.transport.exchange import Content
from scrimp.values import Call, Completion, Failure

# Bytes of files in flight; in a request, as base64, each takes a third more.
_MOST = 64 << 20


class Send(Protocol):
    """Sends a call whose content is read when its request is built."""

    async def __call__(self, call: Call, *, content: Content) -> Completion | Failure:
        """Return its result."""


class AttachedContent:
    """The content in memory, for all calls of a run; a call larger than the limit goes alone."""

    def __init__(self, most: int = _MOST) -> None:
        self._most, self.held = most, 0  # bytes
        self._freed = asyncio.Condition()

    async def send(self, call: Call, endpoint: Endpoint, send: Send) -> Completion | Failure:
        """Send a call once there is room for its content; a file that has changed fails only this row."""
        async with self._room(sum(attached.size for attached in call.attachments)):
            sized = await asyncio.to_thread(counted, call, endpoint)
            try:
                return await send(sized, content=whole)
            except InputError as error:
                return Failure(kind="invalid", message=str(error), sent=False)

    @asynccontextmanager
    async def _room(self, size: int) -> AsyncIterator[None]:
        async with self._freed:
            await self._freed.wait_for(lambda: not self.held or self.held + size <= self._most)
            self.held += size
        try:
            yield
        finally:
            self.held -= size
            async with self._freed:
                self._freed.notify_all()


def counted(call: Call, endpoint: Endpoint) -> Call:
    """Return a call with the tokens that what is attached counts at most."""
    attachments = tuple(map(measured, call.attachments))
    return replace(call, attachments=attachments, attached_tokens=attached_tokens(attachments, endpoint, call.model))


def whole(call: Call) -> Call:
    """Return a call with the content of what is attached; InputError if a file has changed."""
    return replace(call, attachments=tuple(map(with_content, call.attachments)))
