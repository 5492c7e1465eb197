"""httpx over the engine for streams: each piece of a body is handed on when it comes, not when a buffer is full.

The transport that ships with the engine gathers pieces; a person who watches a completion grow would see it at once at
its end.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
from pyreqwest.client import Client
from pyreqwest.response import Response


class EngineTransport(httpx.AsyncBaseTransport):
    """Sends httpx's requests through a client that it does not close; the engine's exceptions pass through."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the reply as soon as its head is there."""
        builder = self._client.request(request.method, str(request.url)).headers(request.headers.multi_items())
        asking = builder.body_bytes(request.content).streamed_read_buffer_limit(0).build_streamed()
        held = AsyncExitStack()
        reply = await held.enter_async_context(asking)
        return httpx.Response(reply.status, headers=list(reply.headers.items()), stream=_Pieces(reply, held))


class _Pieces(httpx.AsyncByteStream):
    """The body of a reply, piece by piece."""

    def __init__(self, reply: Response, held: AsyncExitStack) -> None:
        self._reply, self._held = reply, held

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := await self._reply.body_reader.read_chunk()) is not None:
            yield bytes(piece)

    async def aclose(self) -> None:
        await self._held.aclose()
