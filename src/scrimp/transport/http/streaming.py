"""An httpx transport over pyreqwest that passes on each chunk of a streamed body as soon as it arrives.

pyreqwest's own httpx transport buffers chunks, so that a short completion would appear only when it is complete.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
from pyreqwest.client import Client
from pyreqwest.response import Response

from scrimp.transport.http.reply_headers import readable_headers


class EngineTransport(httpx.AsyncBaseTransport):
    """Sends httpx's requests through a pyreqwest client, which it does not close and whose exceptions it passes on."""

    def __init__(self, engine: Client) -> None:
        self._engine = engine

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the reply as soon as its headers have arrived."""
        builder = self._engine.request(request.method, str(request.url)).headers(request.headers.multi_items())
        streamed = builder.body_bytes(request.content).streamed_read_buffer_limit(0).build_streamed()
        exit_stack = AsyncExitStack()
        reply = await exit_stack.enter_async_context(streamed)
        headers = readable_headers(reply.headers)
        return httpx.Response(reply.status, headers=headers, stream=_ChunkStream(reply, exit_stack))


class _ChunkStream(httpx.AsyncByteStream):
    """The body of a reply, chunk by chunk."""

    def __init__(self, reply: Response, exit_stack: AsyncExitStack) -> None:
        self._reply, self._exit_stack = reply, exit_stack

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await self._reply.body_reader.read_chunk()) is not None:
            yield bytes(chunk)

    async def aclose(self) -> None:
        await self._exit_stack.aclose()
