"""What can go wrong between a provider and its caller: one function a fault, in a table that is made to be added to.

A new fault is a function that takes a `Visit` and does something to it, and its name in `MIX` (met by chance) or in
`OPTIONS` (only where a test asks for it).
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from itertools import count
from typing import Any
from zlib import crc32

from msgspec import Struct

_IDS = count(1)


class Settings(Struct, frozen=True, kw_only=True):
    """How a provider behaves; the same settings meet the same prompts with the same faults, in whatever order."""

    seed: int = 1
    faults: float = 0.0  # the share of requests that meet a fault
    mix: str = ""  # the faults to choose from, with commas between; without a word those of MIX
    delay: float = 0.0  # seconds before any reply
    spike: float = 0.5  # seconds a slow reply takes
    retry_after: float = 0.3  # seconds a 429 asks for
    after: int = 0  # so many requests go as above ...
    then: str = ""  # ... and all the later ones meet this fault


def tokens_of(prompt: str) -> dict[str, Any]:
    """Return the usage of a prompt as OpenAI writes it: nothing but the prompt decides it."""
    mark = crc32(prompt.encode())
    read, written = 20 + mark % 200, 1 + mark % 37
    return {
        "prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written,
        "prompt_tokens_details": {"cached_tokens": read // 2 if mark % 3 else 0},
    }  # fmt: skip


def echo_of(prompt: str) -> str:
    """Return the one right completion of a prompt."""
    return f"echo: {prompt}"


class Visit:
    """One request: what was asked, and what may be done to the connection it came on."""

    def __init__(self, body: Mapping[str, Any], settings: Settings, transport: asyncio.Transport) -> None:
        self.at = time.time()
        self.prompt: str = next(m["content"] for m in reversed(body["messages"]) if m["role"] == "user")
        self.model: str = body["model"]
        self.settings = settings
        self.chance = random.Random()
        self.billed = self.delivered = False
        self._transport = transport

    @property
    def gone(self) -> bool:
        """Whether the client has closed the connection."""
        return self._transport.is_closing()

    def completion(self, usage: Any = tokens_of) -> bytes:
        """Generate the completion; from here on it is billed. Without usage (None) the reply has no such field."""
        self.billed = True
        body = {
            "id": f"chatcmpl-{next(_IDS)}", "object": "chat.completion", "created": 1_795_000_000, "model": self.model,
            "choices": [
                {"index": 0, "finish_reason": "stop", "logprobs": None,
                 "message": {"role": "assistant", "content": echo_of(self.prompt), "refusal": None}}
            ],
        }  # fmt: skip
        if usage is not None:
            body["usage"] = usage(self.prompt) if callable(usage) else usage
        return json.dumps(body).encode()

    def send(self, data: bytes) -> None:
        """Write to the connection, if there still is one."""
        if not self.gone:
            self._transport.write(data)

    def deliver(self, body: bytes) -> None:
        """Write a sound reply, whole: the caller has it, and has no reason to ask again."""
        self.delivered = not self.gone
        self.send(reply(200, body))

    def refuse(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        """Write an error in OpenAI's envelope."""
        error = {"message": message, "type": code, "param": None, "code": code}
        self.send(reply(status, json.dumps({"error": error}).encode(), headers))

    def close(self) -> None:
        """Hang up, politely: what was written still arrives."""
        self._transport.close()

    def reset(self) -> None:
        """Hang up with a RST."""
        sock = self._transport.get_extra_info("socket")
        if not self.gone and sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


def reply(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    """Return a whole HTTP response."""
    return head(status, len(body), headers) + body


def head(status: int, length: int, headers: Mapping[str, str] | None = None) -> bytes:
    """Return the head of a response."""
    lines = [f"HTTP/1.1 {status} -", "content-type: application/json", f"content-length: {length}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode()


Fault = Callable[[Visit], Awaitable[None]]


async def none(visit: Visit) -> None:
    visit.deliver(visit.completion())


# Slow.


async def latency_spike(visit: Visit) -> None:
    await asyncio.sleep(visit.settings.spike * visit.chance.uniform(0.5, 1))
    visit.deliver(visit.completion())


async def slow_loris(visit: Visit) -> None:
    """Write the reply a few bytes at a time; it is whole in the end."""
    whole = reply(200, visit.completion())
    size = -(-len(whole) // 20)
    for start in range(0, len(whole), size):
        visit.send(whole[start : start + size])
        await asyncio.sleep(visit.settings.spike / 20)
    visit.delivered = not visit.gone


async def never_ends(visit: Visit) -> None:
    """Write a blank now and then, for ever: no silence is long, and no reply comes."""
    visit.completion()
    visit.send(head(200, 1_000_000_000))
    while not visit.gone:
        visit.send(b" ")
        await asyncio.sleep(0.05)


# Declined, and worth another try.


def _limited(visit: Visit, headers: Mapping[str, str]) -> None:
    visit.refuse(429, "rate_limit_exceeded", "Rate limit reached", headers)


async def retry_after_seconds(visit: Visit) -> None:
    _limited(visit, {"retry-after": str(visit.settings.retry_after)})


async def retry_after_milliseconds(visit: Visit) -> None:
    # The milliseconds go first: who reads the seconds instead waits for a minute.
    _limited(visit, {"retry-after-ms": str(round(visit.settings.retry_after * 1000)), "retry-after": "60"})


async def retry_after_date(visit: Visit) -> None:
    _limited(visit, {"retry-after": formatdate(time.time() + 2, usegmt=True)})


async def retry_after_an_hour(visit: Visit) -> None:
    _limited(visit, {"retry-after": "3600"})


async def rate_limited_without_a_word(visit: Visit) -> None:
    _limited(visit, {})


async def error_500(visit: Visit) -> None:
    visit.refuse(500, "server_error", "The server had an error")


async def error_502(visit: Visit) -> None:
    """Reply as a proxy in front does: in HTML."""
    visit.send(reply(502, b"<html><h1>502 Bad Gateway</h1></html>", {"x-served-by": "a proxy"}))


async def error_503(visit: Visit) -> None:
    visit.refuse(503, "server_error", "The engine is currently overloaded")


async def overloaded_529(visit: Visit) -> None:
    visit.refuse(529, "overloaded_error", "Overloaded")


async def told_to_retry(visit: Visit) -> None:
    """Reply with a status that says nothing, and a header that does."""
    visit.refuse(418, "teapot", "Not now", {"x-should-retry": "true"})


async def told_not_to_retry(visit: Visit) -> None:
    """Reply with a status that is worth a retry, and a header that forbids it."""
    visit.refuse(500, "server_error", "Do not come back", {"x-should-retry": "false"})


async def error_within_200(visit: Visit) -> None:
    error = {"code": 502, "message": "Provider returned error", "metadata": {"error_type": "provider_unavailable"}}
    visit.send(reply(200, json.dumps({"error": error}).encode()))


# Broken off.


async def reset_before_reply(visit: Visit) -> None:
    visit.reset()


async def reset_after_head(visit: Visit) -> None:
    visit.send(head(200, len(visit.completion())))
    await asyncio.sleep(0.005)  # or the caller may never see the head
    visit.reset()


async def half_a_body(visit: Visit) -> None:
    whole = reply(200, visit.completion())
    visit.send(whole[: -len(visit.prompt) - 100])
    visit.close()


async def reset_after_body(visit: Visit) -> None:
    """Write all of it, then reset: only the kernel knows whether it arrived, so it is not `delivered`."""
    visit.send(reply(200, visit.completion()))
    await asyncio.sleep(visit.chance.choice((0, 0.005)))
    visit.reset()


# Odd, and some of it good.


async def not_json(visit: Visit) -> None:
    visit.send(reply(200, visit.completion()[:-40] + b"\xff}"))


async def blank_lines_first(visit: Visit) -> None:
    """Write what DeepSeek does under load: blank lines until the completion is there. A good reply."""
    visit.deliver(b"\n\n\r\n" + visit.completion())


async def usage_negative(visit: Visit) -> None:
    visit.deliver(visit.completion({"prompt_tokens": -20, "completion_tokens": -2, "total_tokens": -22}))


async def usage_null(visit: Visit) -> None:
    visit.deliver(visit.completion({"prompt_tokens": None, "completion_tokens": None, "total_tokens": None}))


async def usage_in_words(visit: Visit) -> None:
    visit.deliver(visit.completion({"prompt_tokens": "twenty", "completion_tokens": "2", "total_tokens": ""}))


async def usage_missing(visit: Visit) -> None:
    visit.deliver(visit.completion(None))


async def delivered_twice(visit: Visit) -> None:
    """Write the response twice in one piece: the second must not become the reply to the next request."""
    body = visit.completion()
    visit.delivered = not visit.gone
    visit.send(reply(200, body) * 2)


async def delivered_twice_late(visit: Visit) -> None:
    """Write the copy when the next request may be on its way: HTTP/1.1 gives a caller no sure way to tell."""
    body = visit.completion()
    visit.deliver(body)
    await asyncio.sleep(visit.chance.uniform(0, 0.005))
    visit.send(reply(200, body))


# Of no use for the rest of the run.


async def dead(visit: Visit) -> None:
    """Reset at once: the one fault that does not even wait for `delay`."""
    visit.reset()


async def key_refused(visit: Visit) -> None:
    visit.refuse(401, "invalid_api_key", "Incorrect API key provided")


async def balance_empty(visit: Visit) -> None:
    visit.refuse(402, "insufficient_balance", "Insufficient Balance")


async def access_refused(visit: Visit) -> None:
    visit.refuse(403, "permission_denied", "Your project may not use this model")


async def quota_used_up(visit: Visit) -> None:
    visit.refuse(429, "insufficient_quota", "You exceeded your current quota")


# Met by chance, each with an equal share.
MIX: Mapping[str, Fault] = {
    fault.__name__: fault
    for fault in (
        latency_spike, slow_loris, retry_after_seconds, retry_after_milliseconds, rate_limited_without_a_word,
        error_500, error_502, error_503, overloaded_529, told_to_retry, error_within_200, reset_before_reply,
        reset_after_head, half_a_body, reset_after_body, not_json, blank_lines_first, usage_negative, usage_null,
        usage_in_words, usage_missing, delivered_twice,
    )
}  # fmt: skip
# Met only where they are named.
OPTIONS: Mapping[str, Fault] = {
    fault.__name__: fault
    for fault in (
        never_ends, retry_after_date, retry_after_an_hour, told_not_to_retry, delivered_twice_late, dead, key_refused,
        balance_empty, access_refused, quota_used_up,
    )
}  # fmt: skip
FAULTS: Mapping[str, Fault] = {"none": none, **MIX, **OPTIONS}
# With these the counts of a reply say nothing.
USELESS_USAGE = frozenset(("usage_negative", "usage_null", "usage_in_words", "usage_missing"))


def mix_of(words: str) -> tuple[str, ...]:
    """Return the names a mix is made of; `MIX` stands for all of them."""
    names = [name for word in (words or "MIX").split(",") for name in (MIX if word == "MIX" else [word])]
    for name in names:
        if name not in FAULTS:
            raise SystemExit(f"there is no fault '{name}': use {', '.join(FAULTS)}")
    return tuple(names)
