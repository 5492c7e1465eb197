"""Narrowing of parsed JSON: what a provider promised is looked up, and what is not there is None."""

from __future__ import annotations

import msgspec

from scrimp.providers.endpoint import HttpReply
from scrimp.values import Failure, Json, JsonObject


def parsed(reply: HttpReply) -> JsonObject | None:
    """Return the JSON object of a body; None where it is none. Blank lines may come first (DeepSeek under load)."""
    return loads(reply.body)


def loads(data: bytes | str) -> JsonObject | None:
    """Return the JSON object a text holds; None where it holds none."""
    try:
        body: Json = msgspec.json.decode(data.strip())
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def dumps(body: JsonObject) -> bytes:
    """Return an object as JSON."""
    return msgspec.json.encode(body)


def obj(value: Json, *path: str) -> JsonObject:
    """Return the object at the end of a path of keys; an empty one where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def items(value: Json) -> list[Json]:
    """Return a list; an empty one where there is none."""
    return value if isinstance(value, list) else []


def text(value: Json) -> str:
    """Return a string; an empty one where there is none."""
    return value if isinstance(value, str) else ""


def word(value: Json) -> str | None:
    """Return a string that is there, else None."""
    return value if isinstance(value, str) and value else None


def count(value: Json) -> int:
    """Return a count of tokens; null, absent and nonsense are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return max(0, int(value)) if value == value and abs(value) < 1e15 else 0  # noqa: PLR0124 - NaN is not itself


def is_count(value: Json) -> bool:
    """Say whether something is a count of tokens: what is none must not pass for a count of nothing."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def number(value: Json) -> float | None:
    """Return a number that is there, else None."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def unreadable(provider: str, reply: HttpReply) -> Failure:
    """Return the failure for a body that is not what was promised; the call may have been billed."""
    shown = reply.body[:80].decode(errors="replace").strip()
    return Failure(
        kind="server",
        http=reply.status,
        message=f"{provider} sent something that is no completion ({shown!r}): try again, or check base_url",
    )
