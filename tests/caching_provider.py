"""Prompt caches of Anthropic, OpenAI, Qwen and Gemini, faked at the wire by what their documentation says of them.

A token is four characters. Blocks are taken in the order tools, system, messages; a mark keeps all up to its block.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
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


class GeminiCache:
    """Gemini's: it reads what it keeps by itself in one of so many calls, and what was stored in all that name it."""

    def __init__(self, *, every: int, minimum: int = 4096, lasts: int | None = None, stores: bool = True) -> None:
        """What is stored is there for the first `lasts` calls; with None until it is deleted."""
        self._every, self._minimum, self._lasts, self._stores = every, minimum, lasts, stores
        self._lock = threading.Lock()
        self._calls = 0
        self.stored: dict[str, str] = {}  # by name: what it says
        self.created: list[dict[str, Any]] = []
        self.deleted: list[str] = []
        self.said: list[str] = []  # the whole of each call, stored or not
        self.usages: list[dict[str, Any]] = []

    def answer(self, body: dict[str, Any]) -> Reply:
        """Answer a request of the API, which its body tells."""
        with self._lock:
            if "deleted" in body:
                return self._delete("/".join(body["deleted"].split("/")[-2:]))
            return self._create(body) if "ttl" in body else self._generate(body)

    def _create(self, body: dict[str, Any]) -> Reply:
        if not self._stores:
            return _json(400, {"error": {"code": 400, "message": "too small", "status": "INVALID_ARGUMENT"}})
        words = "".join(_gemini_words(body))
        name = f"cachedContents/c{len(self.created)}"
        self.created.append(body)
        self.stored[name] = words
        return _json(200, {"name": name, "model": body["model"], "usageMetadata": {"totalTokenCount": _tokens(words)}})

    def _delete(self, name: str) -> Reply:
        self.deleted.append(name)
        return _json(200, {}) if self.stored.pop(name, None) else _gone()

    def _generate(self, body: dict[str, Any]) -> Reply:
        name, rest = body.get("cachedContent"), "".join(_gemini_words(body))
        if name is not None:
            assert not {"systemInstruction", "tools", "toolConfig"} & set(body), "these are part of what is stored"
            if name not in self.stored or self._lasts == 0:
                return _gone()
            self._lasts = None if self._lasts is None else self._lasts - 1
        before = "" if name is None else self.stored[name]
        self._calls += 1
        read = _tokens(before)
        if name is None and self._calls % self._every == 0:
            shared = max((_common(rest, other) for other in self.said[-3:]), default=0) // CHARACTERS_PER_TOKEN
            read = shared if shared >= self._minimum else 0
        self.said.append(before + rest)
        counts = {
            "promptTokenCount": _tokens(before) + _tokens(rest), "cachedContentTokenCount": read,
            "candidatesTokenCount": 2, "totalTokenCount": _tokens(before) + _tokens(rest) + 2,
        }  # fmt: skip
        self.usages.append(counts)
        content = {"role": "model", "parts": [{"text": "ok"}]}
        return _json(200, {"candidates": [{"content": content, "finishReason": "STOP"}], "usageMetadata": counts})


def _gone() -> Reply:
    message = "CachedContent not found (or permission denied)"
    return _json(403, {"error": {"code": 403, "message": message, "status": "PERMISSION_DENIED"}})


def _json(status: int, body: dict[str, Any]) -> Reply:
    return status, {"content-type": "application/json"}, json.dumps(body).encode()


def _tokens(words: str) -> int:
    return len(words) // CHARACTERS_PER_TOKEN


def _gemini_words(body: dict[str, Any]) -> Iterator[str]:
    """Yield what a request says, the system text first."""
    for content in [body.get("systemInstruction") or {}, *body.get("contents", ())]:
        for part in content.get("parts", ()):
            yield part["text"]


class QwenCache:
    """Qwen's: what marks ask for is written at a price, or else the start of earlier requests is found again."""

    def __init__(self, *, minimum: int = 1024, knows_marks: bool = True) -> None:
        self._minimum, self._knows_marks = minimum, knows_marks
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
        if ends and self._knows_marks:
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
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if one[:middle] == other[:middle] else (least, middle - 1)
    return least


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
