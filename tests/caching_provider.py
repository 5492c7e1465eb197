"""Prompt caches of Anthropic, OpenAI and Qwen, faked at the wire by what their documentation says of them.

A token is four characters. Blocks are taken in the order tools, system, messages; a mark keeps all up to its block.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from fake_provider import Reply, completion

SECONDS = {"5m": 300.0, "1h": 3600.0}
CHARACTERS_PER_TOKEN = 4


class ClaudeCache:
    """What one account has in the cache, and the counts that it is billed by."""

    def __init__(self, *, minimum: int = 512, clock: Callable[[], float] = time.monotonic, answer: str = "ok") -> None:
        self._minimum, self._clock, self._text = minimum, clock, answer
        self._kept: dict[str, tuple[float, float]] = {}  # what is kept: until when, and for how long after each use
        self.usages: list[dict[str, Any]] = []

    def answer(self, body: dict[str, Any]) -> Reply:
        """Answer a request of the Messages API."""
        usage = self.count(body)
        self.usages.append(usage)
        message = {
            "id": "msg_1", "type": "message", "role": "assistant", "model": body["model"],
            "content": [{"type": "text", "text": self._text}], "stop_reason": "end_turn", "stop_sequence": None,
            "usage": usage,
        }  # fmt: skip
        return 200, {"content-type": "application/json"}, json.dumps(message).encode()

    def count(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the usage of a request, and keep what it asks to be kept."""
        now, blocks = self._clock(), list(_blocks(body))
        ends = [number + 1 for number, (_, control) in enumerate(blocks) if control]
        assert len(ends) <= 4, "at most four marks"
        sizes = [len(words) // CHARACTERS_PER_TOKEN for words, _ in blocks]
        ends = [end for end in ends if sum(sizes[:end]) >= self._minimum]
        names = {end: body["model"] + json.dumps([words for words, _ in blocks[:end]]) for end in ends}
        found = [end for end in ends if self._kept.get(names[end], (0.0, 0.0))[0] > now]
        read_to = max(found, default=0)
        written = {"5m": 0, "1h": 0}
        start = read_to
        for end in ends:
            lifetime = (blocks[end - 1][1] or {}).get("ttl", "5m")
            seconds = SECONDS[lifetime]
            if end in found:
                seconds = self._kept[names[end]][1]
            elif end > read_to:
                written[lifetime] += sum(sizes[start:end])
                start = end
            self._kept[names[end]] = (now + seconds, seconds)
        read = sum(sizes[:read_to])
        return {
            "input_tokens": sum(sizes) - read - sum(written.values()), "output_tokens": 2,
            "cache_read_input_tokens": read, "cache_creation_input_tokens": sum(written.values()),
            "cache_creation": {
                "ephemeral_5m_input_tokens": written["5m"], "ephemeral_1h_input_tokens": written["1h"],
            },
            "service_tier": "standard",
        }  # fmt: skip


class QwenCache:
    """Qwen's: what marks ask for is written at a price, or else the start of earlier requests is found again."""

    def __init__(self, *, minimum: int = 1024) -> None:
        self._minimum = minimum
        self._kept: set[str] = set()
        self._seen: list[str] = []
        self.usages: list[dict[str, Any]] = []

    def answer(self, body: dict[str, Any]) -> Reply:
        """Answer a chat completion."""
        blocks = list(_chat_blocks(body, "cache_control"))
        sizes = [len(words) // CHARACTERS_PER_TOKEN for words, _ in blocks]
        ends = [number + 1 for number, (_, mark) in enumerate(blocks) if mark]
        assert len(ends) <= 4, "at most four marks"
        assert all(mark in (None, {"type": "ephemeral"}) for _, mark in blocks)
        details: dict[str, Any] = {}
        if ends:
            ends = [end for end in ends if sum(sizes[:end]) >= self._minimum]
            names = {end: body["model"] + json.dumps([words for words, _ in blocks[:end]]) for end in ends}
            read_to = max((end for end in ends if names[end] in self._kept), default=0)
            read, written = sum(sizes[:read_to]), sum(sizes[read_to : max(ends, default=read_to)])
            self._kept.update(names.values())
            details = {"cached_tokens": read, "cache_creation_input_tokens": written, "cache_type": "ephemeral"}
        else:
            whole = "".join(words for words, _ in blocks)
            shared = max((_common(whole, other) for other in self._seen), default=0)
            found = shared // CHARACTERS_PER_TOKEN
            details = {"cached_tokens": found if found >= self._minimum else 0}
            if found < self._minimum:
                self._seen.append(whole)
        usage = {"prompt_tokens": sum(sizes), "completion_tokens": 2, "total_tokens": sum(sizes) + 2}
        self.usages.append(usage | {"prompt_tokens_details": details})
        return completion("ok", model=body["model"], usage=self.usages[-1])


class GptCache:
    """OpenAI's since GPT-5.6: what is written is billed, unless a request says otherwise the whole of it."""

    def __init__(self, *, minimum: int = 1024) -> None:
        self._minimum = minimum
        self._kept: set[str] = set()
        self.usages: list[dict[str, Any]] = []

    def answer(self, body: dict[str, Any]) -> Reply:
        """Answer a chat completion."""
        blocks = list(_chat_blocks(body, "prompt_cache_breakpoint"))
        sizes = [len(words) // CHARACTERS_PER_TOKEN for words, _ in blocks]
        ends = [number + 1 for number, (_, mark) in enumerate(blocks) if mark]
        assert len(ends) <= 4, "at most four breakpoints"
        if body.get("prompt_cache_options", {}).get("mode", "implicit") == "implicit":
            ends.append(len(blocks))
        ends = [end for end in ends if sum(sizes[:end]) >= self._minimum]
        names = {end: body["model"] + json.dumps([words for words, _ in blocks[:end]]) for end in ends}
        read_to = max((end for end in ends if names[end] in self._kept), default=0)
        read, written = sum(sizes[:read_to]), sum(sizes[read_to : max(ends, default=read_to)])
        self._kept.update(names.values())
        details = {"cached_tokens": read, "cache_write_tokens": written}
        usage = {"prompt_tokens": sum(sizes), "completion_tokens": 2, "total_tokens": sum(sizes) + 2}
        self.usages.append(usage | {"prompt_tokens_details": details})
        return completion("ok", model=body["model"], usage=self.usages[-1])


def _common(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (mine, theirs) in pairs if mine != theirs), min(len(one), len(other)))


def _chat_blocks(body: dict[str, Any], mark: str) -> Any:
    for message in body["messages"]:
        content = message["content"]
        for block in [{"text": content}] if isinstance(content, str) else content:
            yield block.get("text") or json.dumps(block), block.get(mark)


def _blocks(body: dict[str, Any]) -> Any:
    """Yield the words of each block with its mark, in the order in which they are read."""
    for tool in body.get("tools", ()):
        yield (
            json.dumps({name: value for name, value in tool.items() if name != "cache_control"}),
            tool.get("cache_control"),
        )
    yield from _content(body.get("system") or [])
    for message in body["messages"]:
        for words, control in _content(message["content"]):
            yield f"{message['role']}: {words}", control


def _content(content: Any) -> Any:
    for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
        yield block.get("text") or json.dumps(block.get("source") or block), block.get("cache_control")
