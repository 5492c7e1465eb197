"""The embedded model behind the same door as the others: OpenAI's chat completions in, a reply out, no socket between.

The runtime is llama.cpp's server, in this process. One request at a time and greedy sampling: the same prompt gives
the same completion. Two generation threads are slower than one on small machines, and a passive wait keeps a busy
machine from starving it (0.3 against 45 tokens a second).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import msgspec

from scrimp.errors import LocalModelError
from scrimp.providers.endpoint import HttpReply, HttpRequest
from scrimp.transport.faults import FaultError
from scrimp.values import Failure

_CONTEXT_TOKENS = 8192
_SEED = 1
_SILENT = -1


class Runtime(Protocol):
    """The part of llama.cpp's server that is used here."""

    def handle_chat_completions(self, body: dict[str, Any], on_chunk: Callable[[Any], None] | None = ...) -> Any:  # noqa: ANN401 - parsed JSON
        """Answer a request; with `on_chunk`, in pieces."""


def load(path: Path, name: str) -> Runtime:
    """Load the runtime and a model into this process; takes about half a second for the shipped one."""
    if not path.is_file():
        raise LocalModelError(
            f"the embedded model is not there ({path}): run `scrimp local install`, or give its path in the config"
        )
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        import xllamacpp  # noqa: PLC0415 - an extra, and heavy
    except ImportError as error:
        raise LocalModelError("the embedded model needs its runtime: pip install 'scrimp[local]'") from error
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = {name}
    params.n_ctx, params.n_parallel = _CONTEXT_TOKENS, 1
    params.cpuparams.n_threads, params.cpuparams_batch.n_threads = 1, 2
    params.verbosity, params.warmup = _SILENT, False
    params.sampling.temp, params.sampling.seed = 0.0, _SEED
    try:
        server: Runtime = xllamacpp.Server(params)
    except Exception as error:  # the runtime raises bare exceptions
        raise LocalModelError(f"{path} cannot be loaded as a model ({error}): is it a whole GGUF file?") from error
    return server


class EmbeddedModel:
    """One model, loaded at the first call, in a thread of its own so that the event loop goes on."""

    def __init__(self, load_runtime: Callable[[], Runtime]) -> None:
        self._load = load_runtime
        self._runtime: Runtime | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="scrimp-local")

    async def send(self, request: HttpRequest) -> HttpReply:
        """Return the reply to a request."""
        body: dict[str, Any] = msgspec.json.decode(request.body)
        answer = await self._in_worker(partial(self._answer, body, None))
        return _reply(answer)

    async def events(self, request: HttpRequest) -> AsyncIterator[str | HttpReply]:
        """Yield the data of each streamed event; if the runtime declines, yield its reply instead."""
        body: dict[str, Any] = msgspec.json.decode(request.body)
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[Any] = asyncio.Queue()
        done = object()

        def on_chunk(chunk: Any) -> None:  # noqa: ANN401 - parsed JSON
            loop.call_soon_threadsafe(pieces.put_nowait, chunk)

        task = asyncio.ensure_future(self._in_worker(partial(self._answer, body, on_chunk)))
        task.add_done_callback(lambda _: pieces.put_nowait(done))
        while (piece := await pieces.get()) is not done:
            for each in piece if isinstance(piece, list) else [piece]:
                yield _reply(each) if "error" in each else msgspec.json.encode(each).decode()
        answer = await task
        if isinstance(answer, dict) and "error" in answer:
            yield _reply(answer)

    def close(self) -> None:
        """Take no more work; a request under way is not waited for."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    async def _in_worker(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - parsed JSON
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    def _answer(self, body: dict[str, Any], on_chunk: Callable[[Any], None] | None) -> Any:  # noqa: ANN401 - parsed JSON
        if self._runtime is None:
            self._runtime = self._load()
        try:
            if on_chunk is None:
                return self._runtime.handle_chat_completions(body)
            return self._runtime.handle_chat_completions(body, on_chunk)
        except RuntimeError as error:
            message = f"the embedded model failed ({error}): run `scrimp doctor`"
            raise FaultError(Failure(kind="server", message=message)) from error


def _reply(answer: dict[str, Any]) -> HttpReply:
    error = answer.get("error")
    status = error.get("code", 500) if isinstance(error, dict) else 200
    return HttpReply(status=status, body=msgspec.json.encode(answer))
