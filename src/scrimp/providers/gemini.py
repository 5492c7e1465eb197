"""Google's generateContent (providers' reference, 7.1)."""

from __future__ import annotations

from collections.abc import Mapping

from scrimp.enums import StopReason
from scrimp.providers.capabilities import gemini_thinking
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.error_replies import failure
from scrimp.providers.json_access import count, dumps, is_count, items, loads, obj, parsed, text, unreadable, word
from scrimp.values import Call, Completion, Failure, Json, JsonObject, Usage

_STOPS: Mapping[str, StopReason] = {
    "STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "refused", "PROHIBITED_CONTENT": "refused",
    "RECITATION": "refused",
    "BLOCKLIST": "refused", "SPII": "refused", "OTHER": "error", "MALFORMED_RESPONSE": "error",
}  # fmt: skip


def to_request(call: Call, endpoint: Endpoint) -> HttpRequest:
    """Return the request for a call."""
    asked = call.parameters
    config: JsonObject = {}
    if asked.max_output is not None:
        config["maxOutputTokens"] = asked.max_output
    if asked.effort is not None:
        config["thinkingConfig"] = gemini_thinking(call.model, asked.effort)
    if asked.temperature is not None:
        config["temperature"] = asked.temperature
    if asked.schema is not None:
        config |= {"responseMimeType": "application/json", "responseJsonSchema": asked.schema}
    turns: list[Json] = [_turn("model" if turn.role == "assistant" else "user", turn.content) for turn in call.history]
    body: JsonObject = {"contents": [*turns, _turn("user", call.text)]}
    if call.system:
        body["systemInstruction"] = {"parts": [{"text": call.system}]}
    if config:
        body["generationConfig"] = config
    verb = "streamGenerateContent?alt=sse" if call.stream else "generateContent"
    url = f"{endpoint.base_url.rstrip('/')}/models/{call.model}:{verb}"
    return HttpRequest(url=url, body=dumps(body), headers=dict(endpoint.headers))


def _turn(role: str, content: str) -> JsonObject:
    return {"role": role, "parts": [{"text": content}]}


def to_completion(reply: HttpReply, call: Call, endpoint: Endpoint) -> Completion | Failure:
    """Return the completion of a reply, or what it says instead; a blocked prompt is a refusal that was billed."""
    body = parsed(reply)
    if reply.status != 200 or (body is not None and body.get("error")):
        return failure(reply, endpoint, call.model)
    if body is None or not (items(body.get("candidates")) or obj(body, "promptFeedback")):
        return unreadable(endpoint.name, reply)
    return _completion(body, _texts(body), call, _finish(body))


def _completion(body: JsonObject, said: str, call: Call, finish: str) -> Completion:
    used = body.get("usageMetadata")
    return Completion(
        text=said, usage=usage(used), stop_reason=_STOPS.get(finish, "refused"),
        finish_reason=finish, model=word(body.get("modelVersion")) or call.model,
        request_id=word(body.get("responseId")),
    )  # fmt: skip


def _texts(body: JsonObject) -> str:
    candidates = items(body.get("candidates"))
    parts = items(obj(candidates[0], "content").get("parts")) if candidates else []
    return "".join(text(obj(part).get("text")) for part in parts if obj(part).get("thought") is not True)


def _finish(body: JsonObject) -> str:
    candidates = items(body.get("candidates"))
    if candidates:
        return word(obj(candidates[0]).get("finishReason")) or "STOP"
    return word(obj(body, "promptFeedback").get("blockReason")) or "SAFETY"


def usage(used: Json) -> Usage | None:
    """Return the tokens counted; thoughts are output that `candidatesTokenCount` leaves out.

    A count that is not there is one of nothing; one that is there and no count makes all of it worthless.
    """
    if not isinstance(used, dict) or not is_count(used.get("promptTokenCount")):
        return None
    if not all(is_count(used[name]) for name in ("candidatesTokenCount", "thoughtsTokenCount") if name in used):
        return None
    thoughts = count(used.get("thoughtsTokenCount"))
    prompt = count(used.get("promptTokenCount")) + count(used.get("toolUsePromptTokenCount"))
    return Usage(
        input=prompt, cache_read=min(prompt, count(used.get("cachedContentTokenCount"))),
        output=count(used.get("candidatesTokenCount")) + thoughts, reasoning=thoughts,
    )  # fmt: skip


def stream(call: Call, endpoint: Endpoint) -> ContentStream:
    """Return what reads a streamed completion."""
    return ContentStream(call, endpoint)


class ContentStream:
    """A streamed completion: each event is a whole reply with the text that is new, the last one has the usage."""

    def __init__(self, call: Call, endpoint: Endpoint) -> None:
        self._call, self._endpoint = call, endpoint
        self._text: list[str] = []
        self._last: JsonObject = {}
        self._done = ""
        self._failure: Failure | None = None

    def feed(self, data: str) -> str:
        """Return the text an event adds."""
        event = loads(data)
        if event is None or event.get("error"):
            self._failure = failure(HttpReply(status=200, body=data.encode()), self._endpoint, self._call.model)
            return ""
        self._last |= event
        candidates = items(event.get("candidates"))
        if not candidates or obj(candidates[0]).get("finishReason"):
            self._done = _finish(event) if candidates or "promptFeedback" in event else self._done
        piece = _texts(event)
        self._text.append(piece)
        return piece

    def completion(self) -> Completion | Failure:
        """Return the whole; a stream that was cut has no finish reason and may have been billed."""
        if self._failure is not None:
            return self._failure
        if not self._done:
            message = f"the stream of {self._endpoint.name} ended before its completion did: run the same line again"
            return Failure(kind="network", message=message, http=200)
        return _completion(self._last, "".join(self._text), self._call, self._done)
