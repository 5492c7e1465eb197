"""Anthropic's messages (providers' reference, 5)."""

from __future__ import annotations

from collections.abc import Mapping

from scrimp.enums import StopReason
from scrimp.providers.capabilities import claude_thinking
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.error_replies import failure
from scrimp.providers.json_access import count, dumps, is_count, items, loads, obj, parsed, text, unreadable, word
from scrimp.values import Call, Completion, Failure, Json, JsonObject, Usage

# max_tokens is required; thinking counts toward it, so a cap sized for the answer alone could leave no text.
_DEFAULT_CAP = 8192
_STOPS: Mapping[str, StopReason] = {
    "end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "model_context_window_exceeded": "length",
    "refusal": "refused", "tool_use": "tool", "pause_turn": "tool",
}  # fmt: skip


def to_request(call: Call, endpoint: Endpoint) -> HttpRequest:
    """Return the request for a call."""
    asked = call.parameters
    turns: list[Json] = [{"role": turn.role, "content": turn.content} for turn in call.history]
    body: JsonObject = {
        "model": call.model,
        "max_tokens": asked.max_output or _DEFAULT_CAP,
        "messages": [*turns, {"role": "user", "content": call.text}],
    }
    if call.system:
        body["system"] = call.system
    if asked.effort is not None:
        body |= claude_thinking(call.model, asked.effort)
    if asked.temperature is not None:
        body["temperature"] = asked.temperature
    if asked.schema is not None:
        body["output_config"] = obj(body, "output_config") | {"format": {"type": "json_schema", "schema": asked.schema}}
    if call.stream:
        body["stream"] = True
    headers = dict(endpoint.headers)
    if asked.temperature is not None and "anthropic-version" in headers:
        headers["anthropic-version"] = "2023-06-01"  # the newer version refuses sampling at any value
    return HttpRequest(url=f"{endpoint.base_url.rstrip('/')}/v1/messages", body=dumps(body), headers=headers)


def to_completion(reply: HttpReply, call: Call, endpoint: Endpoint) -> Completion | Failure:
    """Return the completion of a reply, or what the reply says instead."""
    body = parsed(reply)
    if reply.status != 200 or (body is not None and body.get("type") == "error"):
        return failure(reply, endpoint, call.model)
    if body is None or not isinstance(body.get("content"), list):
        return unreadable(endpoint.name, reply)
    finish = word(body.get("stop_reason")) or "end_turn"
    used = body.get("usage")
    return Completion(
        text="".join(text(each.get("text")) for each in map(obj, items(body["content"])) if each.get("type") == "text"),
        usage=usage(used), stop_reason=_STOPS.get(finish, "stop"), finish_reason=finish,
        model=word(body.get("model")) or call.model, service_tier=word(obj(used).get("service_tier")),
        request_id=reply.headers.get("request-id"),
    )  # fmt: skip


def usage(used: Json) -> Usage | None:
    """Return the tokens counted; `input_tokens` is only what was neither read from the cache nor written to it."""
    if not isinstance(used, dict) or not (is_count(used.get("input_tokens")) and is_count(used.get("output_tokens"))):
        return None
    read, written = count(used.get("cache_read_input_tokens")), count(used.get("cache_creation_input_tokens"))
    output = count(used.get("output_tokens"))
    return Usage(
        input=count(used.get("input_tokens")) + read + written, cache_read=read, cache_write=written,
        cache_write_long=min(written, count(obj(used, "cache_creation").get("ephemeral_1h_input_tokens"))),
        output=output,
        reasoning=min(output, count(obj(used, "output_tokens_details").get("thinking_tokens"))),
    )  # fmt: skip


def stream(call: Call, endpoint: Endpoint) -> MessageStream:
    """Return what reads a streamed completion."""
    return MessageStream(call, endpoint)


class MessageStream:
    """A streamed message: its start has the input's usage, its last delta the output's."""

    def __init__(self, call: Call, endpoint: Endpoint) -> None:
        self._call, self._endpoint = call, endpoint
        self._text: list[str] = []
        self._used: JsonObject = {}
        self._model, self._finish = call.model, ""
        self._failure: Failure | None = None

    def feed(self, data: str) -> str:
        """Return the text an event adds."""
        event = loads(data)
        kind = None if event is None else event.get("type")
        if event is None or kind == "error":
            self._failure = failure(HttpReply(status=200, body=data.encode()), self._endpoint, self._call.model)
        elif kind == "message_start":
            message = obj(event, "message")
            self._model = word(message.get("model")) or self._model
            self._used |= obj(message, "usage")
        elif kind == "message_delta":
            self._finish = word(obj(event, "delta").get("stop_reason")) or self._finish
            self._used |= {name: value for name, value in obj(event, "usage").items() if value is not None}
        elif kind == "content_block_delta":
            piece = text(obj(event, "delta").get("text"))
            self._text.append(piece)
            return piece
        return ""

    def completion(self) -> Completion | Failure:
        """Return the whole; a stream that was cut has no stop reason and may have been billed."""
        if self._failure is not None:
            return self._failure
        if not self._finish:
            message = f"the stream of {self._endpoint.name} ended before its completion did: run the same line again"
            return Failure(kind="network", message=message, http=200)
        return Completion(
            text="".join(self._text), usage=usage(self._used), stop_reason=_STOPS.get(self._finish, "stop"),
            finish_reason=self._finish, model=self._model, service_tier=word(self._used.get("service_tier")),
        )  # fmt: skip
