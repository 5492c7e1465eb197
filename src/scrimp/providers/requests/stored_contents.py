"""Gemini's explicit caches: what calls begin with is stored by a request of its own, and named in the calls (7.3)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.json_access import count, dumps, is_success, nonempty, obj, reply_object
from scrimp.providers.requests.tool_turns import joined_results
from scrimp.values import CacheMark, Call, Json, JsonObject

_GONE = (403, 404)  # not there, or of another key: Gemini does not say which


class StoredContent(Struct, frozen=True):
    """What a provider stored: its name there, and its size in tokens."""

    name: str
    tokens: int


def can_store(call: Call, mark: CacheMark) -> bool:
    """Return whether what stands before a mark can be stored: it ends with a turn, the system text, or in the prompt.

    A request has to say more than what is stored, and what is attached is in memory only while it is sent.
    """
    if mark.part == "system":
        return mark.end == len(call.system or "")
    return mark.part == "history" or (mark.part == "text" and mark.end < len(call.text) and not call.attachments)


def stored_parts(
    call: Call, turns: Sequence[JsonObject], mark: CacheMark
) -> tuple[Sequence[JsonObject], Sequence[JsonObject]]:
    """Return the contents of a call before a mark, and those after it; the system text stands before all of them."""
    if mark.part == "system":
        return (), turns
    place = len(call.history)
    if mark.part == "history":
        return turns[:place], turns[place:]
    before: JsonObject = {"role": "user", "parts": [{"text": call.text[: mark.end]}]}
    after: JsonObject = {"role": "user", "parts": [{"text": call.text[mark.end :]}]}
    return (*turns[:place], before), (after, *turns[place + 1 :])


def to_store(
    call: Call, turns: Sequence[JsonObject], system: str | None, mark: CacheMark, endpoint: Endpoint, *, seconds: int
) -> HttpRequest:
    """Return the request that stores what a call, with this system text and these turns, says before a mark."""
    before, _ = stored_parts(call, turns, mark)
    body: JsonObject = {"model": model_path(call.model), "ttl": f"{seconds}s", "displayName": "scrimp"}
    if system:
        body["systemInstruction"] = {"parts": [{"text": system}]}
    if before:
        body["contents"] = joined_results(before)
    return HttpRequest(url=endpoint.address("/cachedContents"), body=dumps(body), headers=dict(endpoint.headers))


def to_delete(name: str, endpoint: Endpoint) -> HttpRequest:
    """Return the request that deletes what was stored: it is billed until then."""
    return HttpRequest(url=endpoint.address(f"/{name}"), body=b"", headers=dict(endpoint.headers), method="DELETE")


def stored_content(reply: HttpReply) -> StoredContent | None:
    """Return what a reply says was stored; None if nothing was, or if it does not say how much."""
    body = reply_object(reply)
    if body is None or not is_success(reply):
        return None
    name, tokens = nonempty(body.get("name")), count(obj(body, "usageMetadata").get("totalTokenCount"))
    return StoredContent(name, tokens) if name and tokens else None


def is_gone(reply: HttpReply, words: Json) -> bool:
    """Return whether an error reply to a call that names what is stored means that it is no longer there."""
    said = str(words).lower().replace(" ", "")
    return reply.status in _GONE or (reply.status == 400 and "cachedcontent" in said)


def model_path(model: str) -> str:
    """Return a model as a resource: models/..., or as it is where it names one already (tunedModels/...)."""
    return model if "/" in model else f"models/{model}"
