"""The embedded model as a provider: OpenAI's chat completions in, a reply out, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import Any, TypeVar

import msgspec

from scrimp.providers.endpoint import HttpReply, HttpRequest
from scrimp.transport.faults import FaultError
from scrimp.transport.local.growing_runtime import GrowingRuntime
from scrimp.values import Failure

_T = TypeVar("_T")


class EmbeddedModel:
    """One model, which answers in its own thread so that it does not block the event loop.

    A call that is canceled, as by its timeout, ends at its next token: the model would go on for minutes, and each call
    after it would wait for it.
    """

    def __init__(self, runtime: GrowingRuntime) -> None:
        self._runtime = runtime
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="scrimp-local")

    async def open(self, *, stream: bool) -> None:
        """Load the model; raise LocalModelError if it, or its runtime, is missing or damaged."""
        await self._in_worker(partial(self._runtime.open, stream=stream))

    async def send(self, request: HttpRequest) -> HttpReply:
        """Return the reply to a request."""
        body: dict[str, Any] = msgspec.json.decode(request.body)
        ended = Event()
        try:
            return _reply(await self._in_worker(partial(_answered, partial(self._runtime.reply, body, ended.is_set))))
        finally:
            ended.set()

    async def events(self, request: HttpRequest) -> AsyncIterator[str | HttpReply]:
        """Yield the data of each streamed event, or the error reply."""
        body: dict[str, Any] = msgspec.json.decode(request.body)
        loop = asyncio.get_running_loop()
        chunks: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        ended = Event()

        def on_chunk(chunk: dict[str, Any]) -> bool:
            loop.call_soon_threadsafe(chunks.put_nowait, chunk)
            return ended.is_set()

        streamed = partial(_answered, partial(self._runtime.stream, body, on_chunk))
        task = asyncio.ensure_future(self._in_worker(streamed))
        task.add_done_callback(lambda _: chunks.put_nowait(None))
        try:
            while (chunk := await chunks.get()) is not None:
                yield _reply(chunk) if "error" in chunk else msgspec.json.encode(chunk).decode()
            await task
        finally:
            ended.set()
            task.cancel()

    def close(self) -> None:
        """Accept no more requests, without waiting for the one in progress."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    async def _in_worker(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)


def _answered(answer: Callable[[], _T]) -> _T:
    try:
        return answer()
    except (RuntimeError, ValueError) as error:  # it takes the request apart before it generates, or gives an error
        message = f"the embedded model does not take this request: {error}"
        raise FaultError(Failure(kind="invalid", message=message)) from error


def _reply(answer: dict[str, Any]) -> HttpReply:
    error = answer.get("error")
    status = error.get("code", 500) if isinstance(error, dict) else 200
    return HttpReply(status=status, body=msgspec.json.encode(answer))
