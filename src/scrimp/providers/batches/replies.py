"""Reading what batch APIs reply: an object, or the refusal that it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import BinaryIO

from msgspec.structs import replace

from scrimp.enums import BatchRefusal, BatchState
from scrimp.failures import policy_of
from scrimp.providers.batches.flow import BatchRefusedError, BatchResult, LineFault
from scrimp.providers.endpoint import REPLY_BYTES, Endpoint, HttpReply
from scrimp.providers.json_access import (
    array,
    dumps,
    is_success,
    nonempty,
    number,
    obj,
    reply_object,
    reply_value,
    string,
)
from scrimp.providers.replies.error_replies import to_failure
from scrimp.providers.replies.error_words import provider_words
from scrimp.values import Failure, Json, JsonObject

# The states of OpenAI's batches, which others have adopted.
OPENAI_STATES: Mapping[str, BatchState] = {
    "validating": "checking",
    "in_progress": "running",
    "finalizing": "running",
    "completed": "ended",
    "failed": "refused",
    "expired": "expired",
    "cancelling": "stopping",
    "cancelled": "cancelled",
}
# Google's own codes of errors, as HTTP statuses; xAI has them, too.
GOOGLE_STATUSES: Mapping[int, int] = {
    2: 500, 3: 400, 4: 504, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409, 11: 400, 12: 501, 13: 500, 14: 503,
    15: 500, 16: 401,
}  # fmt: skip
_UNKNOWN_ERROR = 500

_TOO_LARGE, _NOT_FOUND, _PAYMENT, _FORBIDDEN, _TOO_MANY = 413, 404, 402, 403, 429
_STATUSES = range(100, 600)
_MOST = 1e15  # a larger count is none, of requests or of tokens
_LAST_MOMENT = 1e11  # seconds since the epoch; a later one is none
_LONGEST_LINE = 4 * REPLY_BYTES  # a reply, and what is around it
_EXCERPT = 80  # bytes of a reply that cannot be understood, to be shown
_DIGITS = re.compile(r"[0-9]{1,15}")
# By which providers say that a key may not make batches, or none of a model, though it may be called (reference, 2.7).
_NO_BATCH_WORDS = (
    "not_available_for_plan", "not available for your plan", "not supported for batch", "not supported by the batch",
    "not support batch", "batch processing is not", "batch inference is not",
)  # fmt: skip
_FORBIDDEN_WORDS = ("batch is not", "batches are not")  # words of a refusal that applies to every key
# Codes of batches that were accepted, and refused when they were looked at.
_REFUSALS_BY_CODE: Mapping[str, BatchRefusal] = {
    "token_limit_exceeded": "queue_full",
    "RESOURCE_EXHAUSTED": "queue_full",
    "8": "queue_full",
    "429": "queue_full",
    "too_many_tasks": "too_large",
    "413": "too_large",
    "402": "no_batch",
}


def object_in(reply: HttpReply, endpoint: Endpoint, model: str = "") -> JsonObject:
    """Return the object of a successful reply; raise BatchRefusedError for any other.

    An error next to an id or a name is that of the batch which is described, not of the request.
    """
    body = reply_object(reply)
    if is_success(reply) and body is not None and (not body.get("error") or body.get("id") or body.get("name")):
        return body
    if is_success(reply) and not (body and body.get("error")):
        raise unreadable(endpoint, "a JSON object", reply)
    raise refusal_of(reply, endpoint, model)


def list_in(reply: HttpReply, endpoint: Endpoint) -> list[Json]:
    """Return the list that a successful reply is, or has as `data`; raise BatchRefusedError for any other reply."""
    value = reply_value(reply)
    if is_success(reply) and isinstance(value, list):
        return value
    return data_in(object_in(reply, endpoint), endpoint)


def data_in(body: JsonObject, endpoint: Endpoint) -> list[Json]:
    """Return the `data` of a list; an empty one may have none. BatchRefusedError where it is not a list at all."""
    data = body.get("data")
    if not isinstance(data, list) and body.get("object") != "list":
        raise unreadable(endpoint, "a list of them")
    return array(data)


def refusal_of(reply: HttpReply, endpoint: Endpoint, model: str = "") -> BatchRefusedError:
    """Return what a refused request means for a batch."""
    refusal = _refusal(reply.status, reply.body.decode(errors="replace").lower())
    failure = to_failure(reply, endpoint, model)
    redirects = reply.status in range(300, 400)  # as a captive portal does
    if redirects or (is_success(reply) and failure.kind == "server"):  # an error that says nothing about itself
        return BatchRefusedError(failure, "unreadable")
    message = _message(endpoint, refusal, failure, provider_words(reply))
    return BatchRefusedError(replace(failure, message=message), refusal)


def _message(endpoint: Endpoint, refusal: BatchRefusal, failure: Failure, words: str) -> str:
    """Return the message on a refused batch: the advice for failed live calls may not help."""
    said = f"{failure.http}: {words}" if words else str(failure.http)
    whom = "this account" if failure.http in (_PAYMENT, _FORBIDDEN) else "this model"
    sentences: Mapping[BatchRefusal, str] = {
        "too_large": f"{endpoint.name} takes no batch as large as this one ({said})",
        "no_batch": f"{endpoint.name} makes no batches for {whom} ({said})",
        "not_found": f"{endpoint.name} has nothing there ({said})",
        "queue_full": said,
    }
    if refusal != "other" or policy_of(failure).ends_provider:
        return sentences.get(refusal, failure.message)
    return f"{endpoint.name} is in trouble ({said})" if policy_of(failure).retried else words or said


def _refusal(status: int, words: str) -> BatchRefusal:
    if status == _TOO_LARGE:
        return "too_large"
    if status == _PAYMENT or (400 <= status < 500 and _says_no_batch(words)):
        return "no_batch"
    if status == _FORBIDDEN and any(word in words for word in _FORBIDDEN_WORDS):
        return "no_batch"
    if status == _NOT_FOUND:
        return "not_found"
    return "queue_full" if status == _TOO_MANY else "other"


def _says_no_batch(words: str) -> bool:
    return any(word in words.lower() for word in _NO_BATCH_WORDS)


def refusal_in(faults: Sequence[LineFault]) -> BatchRefusal:
    """Return the refusal of a batch that was accepted at first, and then refused with these faults."""
    for fault in faults:
        if (known := _REFUSALS_BY_CODE.get(fault.code)) is not None:
            return known
        if _says_no_batch(f"{fault.code} {fault.message}"):
            return "no_batch"
    return "other"


def unreadable(endpoint: Endpoint, what: str, reply: HttpReply | None = None) -> BatchRefusedError:
    """Return the error for a reply that lacks what it must have: the request may have been carried out."""
    excerpt = "" if reply is None else reply.body[:_EXCERPT].decode(errors="replace").strip()
    shown = f" ({excerpt!r})" if excerpt else "" if reply is None else " (it was empty)"
    message = f"{endpoint.name} replied to a request about a batch without {what}{shown}"
    return BatchRefusedError(Failure(kind="server", http=200, message=message), "unreadable")


def count(value: Json) -> int | None:
    """Return a count, which Google's APIs write as text; None if there is none."""
    found = number(int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value)
    return int(found) if found is not None and 0 <= found < _MOST else None


def moment(value: Json) -> float | None:
    """Return a time in seconds since the epoch, from such a number or an RFC 3339 text; None if there is none."""
    if not isinstance(value, str):
        found = number(value)
        return found if found is not None and 0 <= found < _LAST_MOMENT else None
    try:
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo is not None else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def lines_of(results: BinaryIO, *, longest: int = _LONGEST_LINE) -> Iterator[JsonObject]:
    """Yield the objects of a file of results, a line each; what is not an object is passed over.

    A line that was cut off in a broken download is not whole either, nor one that is longer than any reply: its request
    counts as missing, not as answered.
    BatchRefusedError for what is not such a file at all, such as a proxy's page.
    """
    excerpt, found = b"", False
    for line in _short_lines(results, longest):
        excerpt = excerpt or line.strip()[:_EXCERPT]
        if line.strip() and (value := reply_object(HttpReply(status=200, body=line))) is not None:
            found = True
            yield value
    if excerpt and not found and not excerpt.startswith(b"{"):
        message = f"instead of results there came {excerpt.decode(errors='replace')!r}"
        raise BatchRefusedError(Failure(kind="server", http=200, message=message), "unreadable")


def _short_lines(results: BinaryIO, longest: int) -> Iterator[bytes]:
    """Yield the lines of a file, and the beginning of a line that no memory should hold."""
    while line := results.readline(longest):
        yield line
        while len(line) == longest and not line.endswith(b"\n"):
            line = results.readline(longest)


def error_reply(error: JsonObject) -> HttpReply:
    """Return the reply that a live call would have got, from an error whose code is one of Google's or a status."""
    code = count(error.get("code")) or 0
    status = code if code in range(400, 600) else GOOGLE_STATUSES.get(code, _UNKNOWN_ERROR)
    return HttpReply(status=status, body=dumps({"error": {**error, "code": status}}))


def whole_object_in(results: BinaryIO, endpoint: Endpoint) -> JsonObject:
    """Return the one object that a reply with results is; raise BatchRefusedError if it is cut off."""
    body = reply_object(HttpReply(status=200, body=results.read()))
    if body is None:
        raise unreadable(endpoint, "the whole list of results")
    return body


def result_in(line: JsonObject) -> BatchResult:
    """Return the result in a line as OpenAI writes it: with a `response` that has a status and a body, or an error."""
    custom_id, error, reply = string(line.get("custom_id")), line.get("error"), _reply_in(line)
    if reply is not None:
        return BatchResult(custom_id=custom_id, reply=reply)
    words = obj(error)
    why = nonempty(words.get("code")) or nonempty(words.get("message")) or nonempty(error)
    return BatchResult(custom_id=custom_id, unanswered=why or "no status")


def _reply_in(line: JsonObject) -> HttpReply | None:
    response = obj(line, "response")
    status, body = count(response.get("status_code")), response.get("body")
    if status is None or status not in _STATUSES:
        return None
    request_id = string(response.get("request_id"))
    return HttpReply(
        status=status, body=dumps(body) if isinstance(body, dict) else str(body or "").encode(),
        headers={"x-request-id": request_id} if request_id else {},
    )  # fmt: skip
