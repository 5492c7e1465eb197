"""OpenAI as a day of tickets sees it: chat completions and batches that bill what the prompt cache reads and writes.

Of the cache, as OpenAI's documents and prices tell of it: without orders, a prompt of 1 024 tokens or more reads the
longest beginning that is cached, in steps of 128 tokens, and writes the rest, which GPT-6 bills at 1.25 times the
price. With `prompt_cache_options.mode = "explicit"` only what ends at a breakpoint is written and read.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct

from batch_servers import OpenAIBatches
from batch_servers.answers import text_of
from batch_servers.outcomes import Batch, Fate, Item
from batch_servers.wire import Reply, Request, as_json

_STEP, _LEAST = 128, 1024  # tokens
_CHARACTERS = 4  # of a token, as the servers count


class Cached(Struct, frozen=True):
    """Tokens of a prompt that were read from the provider's cache, and written to it."""

    read: int
    written: int


class PromptCache:
    """What a provider keeps of the beginnings of prompts, for each model."""

    def __init__(self) -> None:
        self._kept: set[bytes] = set()

    def forget(self) -> None:
        """Lose all, as after an hour without a call."""
        self._kept.clear()

    def use(self, body: dict[str, Any]) -> Cached:
        """Return what a call reads and writes, and keep the latter."""
        model, text = body["model"], text_of(body)
        if body.get("prompt_cache_options", {}).get("mode") == "explicit":
            ends = [end // _CHARACTERS for end in _breakpoints(body)]
        else:
            ends = list(range(_LEAST, len(text) // _CHARACTERS + 1, _STEP))
        ends = [end for end in ends if end >= _LEAST]
        names = [_name(model, text[: end * _CHARACTERS]) for end in ends]
        read = max((end for end, name in zip(ends, names, strict=True) if name in self._kept), default=0)
        self._kept.update(names)
        return Cached(read, max(ends, default=0) - read)


class DayProvider(OpenAIBatches):
    """OpenAI's chat completions and batches, with a prompt cache."""

    def __init__(self) -> None:
        super().__init__(answer=answer)
        self.cache = PromptCache()
        self._of_requests: dict[tuple[str, int], Cached] = {}

    def live(self, request: Request) -> Reply:
        reply = super().live(request)
        return as_json(_with(msgspec.json.decode(reply.body), self.cache.use(msgspec.json.decode(request.body))))

    def line(self, batch: Batch, item: Item, fate: Fate) -> bytes:
        line = msgspec.json.decode(super().line(batch, item, fate))
        _with(line["response"]["body"], self.cache.use(item.body | {"model": batch.model}))
        return msgspec.json.encode(line) + b"\n"


def answer(model: str, prompt: str) -> str:
    """Return a label for what is to be labeled, else a letter of some 90 tokens."""
    del model
    if "Answer with one label" in prompt:
        return ("billing", "shipping", "returns", "account", "other")[len(prompt) % 5]
    return "Dear customer, thank you for writing to us about this order. " * 6


def _with(completion: dict[str, Any], cached: Cached) -> dict[str, Any]:
    completion["usage"]["prompt_tokens_details"] = {
        "cached_tokens": cached.read, "cache_write_tokens": cached.written,
    }  # fmt: skip
    return completion


def _breakpoints(body: dict[str, Any]) -> list[int]:
    """Return where the breakpoints of a request are, in characters of its text."""
    place, found = 0, []
    for turn in body["messages"]:
        parts = turn["content"] if isinstance(turn["content"], list) else [{"text": turn["content"]}]
        for part in parts:
            place += len(part.get("text", ""))
            if "prompt_cache_breakpoint" in part:
                found.append(place)
    return found


def _name(model: str, beginning: str) -> bytes:
    return blake2b(f"{model}\n{beginning}".encode(), digest_size=16).digest()
