"""Replies in which every field may be a lie: sound ones, with values changed, lost, added and nested."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

Place = tuple[Any, Any]  # an object or array, and a key or index of it

ESCAPES = "\x1b]0;T\x07\x1b[31m\x9b31m\r\u202e"
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.5, 1e30, -1e30, 10**15, 2**63, 2**64, 10**400, float("nan"), float("inf"), "", " ",
    "x", "1", "1e999", "-1", "NaN", ESCAPES, "\0", "\ud800", "a\udc00b", "\u2028", "x" * 70_000, [], {}, [None], [[]],
    [{}], {"": ""}, {"type": "error"}, {"error": None}, {"message": {"content": []}}, "gpt-6-astra", "priority",
    "2026-11-29T00:00:00Z", "[DONE]",
)  # fmt: skip
ADDED: tuple[tuple[str, Any], ...] = (
    ("error", {}), ("error", "no"), ("error", {"code": 10**30}), ("error", {"message": ["x"], "type": 5}), ("model", 7),
    ("model", ESCAPES), ("service_tier", "priority"), ("service_tier", {}), ("usage", []), ("cost", -5),
    ("id", ESCAPES), ("type", "error"), ("choices", "x"), ("content", 1), ("candidates", [0]), ("promptFeedback", {}),
    ("object", None), ("stop_reason", 9), ("system_fingerprint", "\ud83d"),
)  # fmt: skip
HEADERS: tuple[tuple[str, str], ...] = (
    ("retry-after", "-1"), ("retry-after", "Wed, 21 Oct 2026 07:28:00 +99999999999999999999"), ("retry-after", "nan"),
    ("retry-after-ms", "x"), ("x-should-retry", "maybe"), ("date", "never"), ("x-request-id", ESCAPES[:0] + "a" * 900),
    ("x-ratelimit-limit-requests", "-5"), ("x-ratelimit-remaining-requests", "1e99"),
    ("x-ratelimit-limit-tokens", "nan"), ("x-ratelimit-reset-tokens", "99999999999999999999h"),
    ("anthropic-ratelimit-requests-reset", "0000-00-00T00:00:00Z"), ("x-litellm-response-cost", "-1e308"),
    ("x-litellm-response-cost", "NaN"), ("content-type", "text/html; charset=ebcdic"), ("openrouter-cost", "1e400"),
)  # fmt: skip


def nested(depth: int, chance: Random) -> bytes:
    """Return JSON of a depth that no decoder has to take."""
    opening, closing = chance.choice(((b"[", b"]"), (b'{"a":', b"}")))
    return opening * depth + b"1" + closing * depth


def lie(reply: Any, chance: Random) -> bytes:
    """Return the bytes of a reply with one to four lies in it; it is changed in place."""
    for _ in range(chance.randint(1, 4)):
        chance.choice(_LIES)(reply, chance)
    data = json.dumps(reply, ensure_ascii=True).encode()
    return chance.choice(_BYTES)(data, chance) if chance.random() < 0.2 else data


def _places(value: Any) -> Iterator[Place]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from _places(inner)


def _change(reply: Any, chance: Random) -> None:
    if places := list(_places(reply)):
        owner, key = chance.choice(places)
        owner[key] = deepcopy(chance.choice(VALUES))


def _lose(reply: Any, chance: Random) -> None:
    if places := list(_places(reply)):
        owner, key = chance.choice(places)
        del owner[key]


def _add(reply: Any, chance: Random) -> None:
    if isinstance(reply, dict):
        key, value = chance.choice(ADDED)
        reply[key] = deepcopy(value)


def _wrap(reply: Any, chance: Random) -> None:
    if places := list(_places(reply)):
        owner, key = chance.choice(places)
        owner[key] = chance.choice(([owner[key]], {"x": owner[key]}, str(owner[key])))


_LIES = (_change, _change, _change, _lose, _add, _wrap)
_BYTES: tuple[Callable[[bytes, Random], bytes], ...] = (
    lambda data, chance: data[: chance.randrange(len(data) + 1)],
    lambda data, chance: data + chance.randbytes(9),
    lambda data, chance: nested(chance.choice((300, 900, 100_000)), chance),
    lambda data, chance: b'{"choices":' + nested(900, chance) + b"}",
    lambda data, chance: data.replace(b'"', b"'"),
    lambda data, chance: b"[" + data + b"," + data + b"]",
    lambda data, chance: data.decode().encode("utf-16"),
    lambda data, chance: chance.randbytes(200),
    lambda data, chance: b"data: " + data + b"\n\n",
    lambda data, chance: b"",
)
