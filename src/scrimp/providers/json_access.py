"""JSON from providers: read leniently, since it was paid for; any field may be absent or have another type."""

from __future__ import annotations

import re
from json import JSONDecoder, detect_encoding

import msgspec

from scrimp.providers.endpoint import HttpReply
from scrimp.values import Failure, Json, JsonObject

_MAX_COUNT = 10**15  # a larger number is not a count of tokens
_LENIENT = JSONDecoder(strict=False)
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)
_STREAM_FIELD = re.compile(r"\s+(?:data|event|id|retry)?:")


def is_success(reply: HttpReply) -> bool:
    """Return whether a status says that the request was carried out; its body tells whether the reply is whole."""
    return 200 <= reply.status < 300


def reply_object(reply: HttpReply) -> JsonObject | None:
    """Return the JSON object in a reply's body, else None. Blank lines may come first (DeepSeek under load).

    A byte order mark, UTF-16, an encoding that the headers name, bytes that are not in it, raw control characters,
    lone surrogates, NaN and Infinity are accepted, as is what a gateway sends after the object (`data: [DONE]`).
    """
    value = reply_value(reply)
    return value if isinstance(value, dict) else None


def reply_value(reply: HttpReply) -> Json:
    """Return the JSON value in a reply's body, read as leniently as `reply_object`; None if there is none."""
    try:
        value: Json = msgspec.json.decode(reply.body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        value = _with_text_well_formed(_decode_leniently(_text_of(reply)))
    return value


def _text_of(reply: HttpReply) -> str:
    """Return the text of a reply that is not plain UTF-8: of UTF-16 if it looks so, else as its headers say."""
    stated = _CHARSET.search(reply.headers.get("content-type", ""))
    for encoding in ("utf-8", detect_encoding(reply.body[:4]), "" if stated is None else stated[1]):
        try:
            text = reply.body.decode(encoding)
        except (LookupError, UnicodeError):  # an unknown name is that of no text, either
            continue
        if "\0" not in text:
            return text
    return reply.body.decode(errors="replace")


def event_object(data: str) -> JsonObject | None:
    """Return the JSON object in the data of a streamed event, read as leniently as `reply_object`, else None.

    A lone surrogate stays one: the other half of its pair may be in the next event.
    """
    try:
        value: Json = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        value = _decode_leniently(data)
    return value if isinstance(value, dict) else None


def _decode_leniently(text: str) -> Json:
    text = text.lstrip("\ufeff \t\r\n")
    try:
        value: Json
        value, end = _LENIENT.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return value if not text[end:].strip() or _STREAM_FIELD.match(text, end) else None


def _with_text_well_formed(value: Json) -> Json:
    """Return a value whose texts have no lone surrogates; the strict decoder lets none through."""
    if isinstance(value, str):
        return value if value.isascii() else well_formed(value)
    if isinstance(value, list):
        return [_with_text_well_formed(each) for each in value]
    if isinstance(value, dict):
        return {well_formed(name): _with_text_well_formed(each) for name, each in value.items()}
    return value


def well_formed(text: str) -> str:
    """Return a text with pairs of surrogates joined, and U+FFFD for each one that has no partner."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def dumps(value: Json) -> bytes:
    """Return a value as JSON text."""
    return msgspec.json.encode(value)


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
    """Return the value if it is a string with characters in it, else None; a name in a stream may be malformed, too."""
    if not isinstance(value, str) or not value:
        return None
    return value if value.isascii() else well_formed(value)


def count(value: Json) -> int:
    """Return a count of tokens; 0 for null, absent and malformed values."""
    if value is None or (type(value) is int and 0 <= value < _MAX_COUNT):  # nearly all of the two dozen of a reply
        return value or 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return max(0, int(value)) if abs(value) < _MAX_COUNT else 0  # NaN fails this comparison


def is_count(value: Json) -> bool:
    """Return whether a value is a count of tokens, as 20.0 of a gateway is: a malformed one must not pass for zero."""
    if isinstance(value, float):
        return 0 <= value < _MAX_COUNT and value.is_integer()
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_COUNT


def merged_counts(earlier: JsonObject, later: JsonObject) -> JsonObject:
    """Return the counts of a stream that repeats them as they grow: of each the larger; what is null is left out.

    Some gateways have zeros in the first event, others in the last one.
    """
    merged = dict(earlier)
    for name, value in later.items():
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[name] = merged_counts(before, value)
        elif not (value is None or (is_count(before) and is_count(value) and count(before) > count(value))):
            merged[name] = value
    return merged


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
