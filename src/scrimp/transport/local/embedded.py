"""The embedded model as a provider: OpenAI's chat completions in, a reply out, without a socket.

The runtime is llama.cpp's server, in this process. It takes one request at a time and samples greedily, so the same
prompt gives the same completion. On small machines one generation thread is faster than two, and waiting passively
keeps a busy machine from starving it (45 tokens per second against 0.3).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from scrimp.errors import LocalModelError
from scrimp.providers.endpoint import HttpReply, HttpRequest
from scrimp.transport.faults import FaultError
from scrimp.values import Failure, Json

LONGEST_CONTEXT = 8192  # tokens
_SEED = 1
_NO_LOG = -1
_T = TypeVar("_T")


class Runtime(Protocol):
    """The part of llama.cpp's server that the chat provider uses."""

    def handle_chat_completions(
        self, body: dict[str, Any], on_chunk: Callable[[Json], None] | None = ...
    ) -> dict[str, Any]:
        """Return the reply to a request; with `on_chunk`, stream it in chunks."""


def load_runtime(path: Path, name: str, context: int = LONGEST_CONTEXT) -> Runtime:
    """Load the runtime and a model into this process, half a second for the shipped one. Raises LocalModelError.

    The memory of all tokens of the `context` is taken at once.
    """
    if not path.is_file():
        raise LocalModelError(
            f"the embedded model is not installed ({path} does not exist): run `scrimp local install`, or set its path "
            "in the config"
        )
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        import xllamacpp  # an optional extra, slow to import
    except ImportError as error:
        from scrimp.transport.local.runtime_install import install_command  # only where it is missing

        raise LocalModelError(f"the embedded model needs its runtime: run {install_command()}") from error
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = {name}
    params.n_ctx, params.n_parallel = context, 1
    params.cpuparams.n_threads, params.cpuparams_batch.n_threads = 1, 2
    # Else the server keeps the states of former prompts too, up to 8 GB a model; the last one stays in its slot.
    params.cache_ram_mib = 0
    params.verbosity, params.warmup = _NO_LOG, False
    params.endpoint_metrics = True
    params.sampling.temp, params.sampling.seed = 0.0, _SEED
    try:
        server = xllamacpp.Server(params)
        # Its loop has begun once it replied. A server that is dropped before waits for that loop's end for ever, with
        # the interpreter's lock: in one of 40 starts, a model that was loaded again at once held up the whole command.
        server.handle_metrics()
    except Exception as error:  # the runtime raises bare exceptions
        raise LocalModelError(
            f"{path} cannot be loaded as a model ({error}): check that it is a complete GGUF file"
        ) from error
    loaded: Runtime = server
    return loaded


class EmbeddedModel:
    """One model, loaded once, in its own thread so that it does not block the event loop."""

    def __init__(self, load_runtime: Callable[[], Runtime]) -> None:
        self._load = load_runtime
        self._runtime: Runtime | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="scrimp-local")

    async def open(self) -> None:
        """Load the model; raise LocalModelError if it, or its runtime, is missing or damaged."""
        await self._in_worker(self._loaded)

    async def send(self, request: HttpRequest) -> HttpReply:
        """Return the reply to a request."""
        body: dict[str, Any] = msgspec.json.decode(request.body)
        answer = await self._in_worker(partial(self._answer, body, None))
        return _reply(answer)

    async def events(self, request: HttpRequest) -> AsyncIterator[str | HttpReply]:
        """Yield the data of each streamed event, or the error reply."""
        body: dict[str, Any] = msgspec.json.decode(request.body)
        loop = asyncio.get_running_loop()
        chunks: asyncio.Queue[Any] = asyncio.Queue()
        done = object()

        def on_chunk(chunk: Json) -> None:
            loop.call_soon_threadsafe(chunks.put_nowait, chunk)

        task = asyncio.ensure_future(self._in_worker(partial(self._answer, body, on_chunk)))
        task.add_done_callback(lambda _: chunks.put_nowait(done))
        while (chunk := await chunks.get()) is not done:
            for event in chunk if isinstance(chunk, list) else [chunk]:
                yield _reply(event) if "error" in event else msgspec.json.encode(event).decode()
        answer = await task
        if isinstance(answer, dict) and "error" in answer:
            yield _reply(answer)

    def close(self) -> None:
        """Accept no more requests, without waiting for the one in progress."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    async def _in_worker(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    def _answer(self, body: dict[str, Any], on_chunk: Callable[[Json], None] | None) -> dict[str, Any]:
        runtime = self._loaded()
        try:
            if on_chunk is None:
                return runtime.handle_chat_completions(body)
            return runtime.handle_chat_completions(body, on_chunk)
        except RuntimeError as error:
            message = f"the embedded model failed ({error}): run `scrimp doctor`"
            raise FaultError(Failure(kind="server", message=message)) from error

    def _loaded(self) -> Runtime:
        if self._runtime is None:
            self._runtime = self._load()
        return self._runtime


def _reply(answer: dict[str, Any]) -> HttpReply:
    error = answer.get("error")
    status = error.get("code", 500) if isinstance(error, dict) else 200
    return HttpReply(status=status, body=msgspec.json.encode(answer))
