"""The embedded model's runtime: llama.cpp's server, loaded into this process.

It takes one request at a time and samples greedily, so the same prompt gives the same completion. On small machines one
generation thread is faster than two, and waiting passively keeps a busy machine from starving it (45 tokens per second
against 0.3).
"""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from scrimp.errors import LocalModelError
from scrimp.transport.local.control_tokens import control_tokens, first_characters, without_control_tokens
from scrimp.units import format_megabytes

LONGEST_CONTEXT = 8192  # tokens
_SEED = 1
_NO_LOG = -1
# A prompt is read in pieces of this many tokens; between two of them, a request can be ended.
_PIECE = 512
# Bytes of addresses that a process takes beside the file of its model: its threads, and for each token of the context.
_BESIDE, _A_TOKEN = 530_000_000, 23_000


class Runtime(Protocol):
    """The part of llama.cpp's server that the chat provider uses."""

    def handle_chat_completions(self, body: dict[str, Any], on_chunk: Callable[[dict[str, Any]], bool]) -> object:
        """Give `on_chunk` the reply, or the error; if it is streamed, chunk by chunk until True is returned."""


def load_runtime(path: Path, name: str, context: int = LONGEST_CONTEXT) -> Runtime:
    """Load the runtime and a model into this process, half a second for the shipped one. Raises LocalModelError.

    The memory of all tokens of the `context` is taken at once.
    """
    if not path.is_file():
        raise LocalModelError(
            f"the embedded model is not installed ({path} does not exist): run `scrimp local install`, or set its path "
            "in the config"
        )
    _check_address_space(path.stat().st_size + _BESIDE + context * _A_TOKEN)
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
    params.n_batch = _PIECE
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
        return _PlainText(server, first_characters(control_tokens(path)))
    except Exception as error:  # the runtime raises bare exceptions
        raise LocalModelError(
            f"{path} cannot be loaded as a model ({error}): check that it is a complete GGUF file"
        ) from error


def _check_address_space(needed: int) -> None:
    """Raise LocalModelError where a limit is too low: the runtime would end the process without a word."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
    if allowed != resource.RLIM_INFINITY and allowed < needed:
        raise LocalModelError(
            f"the embedded model takes about {format_megabytes(needed)} of address space, and `ulimit -v` allows "
            f"{format_megabytes(allowed)}: raise that, or name a provider's model"
        )


class _PlainText:
    """A runtime in whose prompts control tokens are plain text."""

    def __init__(self, runtime: Runtime, tokens: re.Pattern[str]) -> None:
        self._runtime, self._tokens = runtime, tokens

    def handle_chat_completions(self, body: dict[str, Any], on_chunk: Callable[[dict[str, Any]], bool]) -> object:
        messages = without_control_tokens(body["messages"], self._tokens)
        return self._runtime.handle_chat_completions(body | {"messages": messages}, on_chunk)
