"""A small model in this process that reads a text and answers a question with as few words as it can."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import xllamacpp

from bench.reader.reading import Reader, Reading, first_line, likelihood

_CONTEXT_TOKENS = 4096
_MOST_TOKENS = 24  # of a completion
_LOOKED_AT = 500  # tokens that may come next, the likeliest first


def load(path: Path, *, threads: int = 1) -> Reader:
    """Load a GGUF model; it always takes the likeliest token, so that it reads the same text the same way twice."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx, params.n_parallel = _CONTEXT_TOKENS, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.verbosity, params.warmup = -1, False
    params.sampling.temp, params.sampling.seed = 0.0, 1
    server = xllamacpp.Server(params)

    def complete(prompt: str, **more: Any) -> dict[str, Any]:
        reply = server.handle_completions({"prompt": prompt, **more})
        if "error" in reply:
            raise ValueError(f"the model declined: {reply['error']}")
        choice: dict[str, Any] = reply["choices"][0]
        return choice

    def following(prompt: str) -> list[tuple[bytes, float]]:
        # Of a completion that ends at once nothing is told: how likely an answer is, is asked of those that go on.
        told = complete(prompt, max_tokens=1, logprobs=_LOOKED_AT, ignore_eos=True)["logprobs"]
        likely = told["content"][0]["top_logprobs"] if told else []  # nothing where the token is part of a letter
        return [(bytes(each["bytes"]), each["logprob"]) for each in likely]

    def read(prompt: str, answer: str) -> Reading:
        text = complete(prompt, max_tokens=_MOST_TOKENS, stop=["\nQuestion", "\nText"])["text"]
        return Reading(first_line(text), likelihood(prompt, answer, following))

    return read
