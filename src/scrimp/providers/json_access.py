"""Typed access to parsed JSON from providers, which may lack any field or have another type in its place."""

from __future__ import annotations

import msgspec

from scrimp.providers.endpoint import HttpReply
from scrimp.values import Failure, Json, JsonObject

_MAX_COUNT = 10**15  # a larger number is not a count of tokens


def reply_object(reply: HttpReply) -> JsonObject | None:
    """Return the JSON object in a reply's body, else None. Blank lines may come first (DeepSeek under load)."""
    return loads(reply.body)


def loads(data: bytes | str) -> JsonObject | None:
    """Return the JSON object in a text; None if it is not one."""
    try:
        body: Json = msgspec.json.decode(data.strip())
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def dumps(body: JsonObject) -> bytes:
    """Return an object as JSON text."""
    return msgspec.json.encode(body)


def obj(value: Json, *path: str) -> JsonObject:
    """Return the object at the end of a path of keys; an empty one if there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def array(value: Json) -> list[Json]:
    """Return the value if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def string(value: Json) -> str:
    """Return the value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def nonempty(value: Json) -> str | None:
    """Return the value if it is a string with characters in it, else None."""
    return value if isinstance(value, str) and value else None


def count(value: Json) -> int:
    """Return a count of tokens; 0 for null, absent and malformed values."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return max(0, int(value)) if value == value and abs(value) < _MAX_COUNT else 0  # noqa: PLR0124 - NaN is not itself


def is_count(value: Json) -> bool:
    """Return whether a value is a count of tokens: a malformed one must not pass for zero."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_COUNT


def number(value: Json) -> float | None:
    """Return the value if it is a number that a float can hold, else None."""
    try:
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    except OverflowError:  # an integer may have any number of digits
        return None


def unreadable_reply(provider: str, reply: HttpReply) -> Failure:
    """Return the failure for a body that is not in the expected format; the call may have been billed."""
    excerpt = reply.body[:80].decode(errors="replace").strip()
    return Failure(
        kind="server",
        http=reply.status,
        message=f"{provider} sent a reply that is not a completion ({excerpt!r}): try again, or check base_url",
    )
