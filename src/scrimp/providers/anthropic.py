"""Anthropic's Messages API (providers' reference, 5)."""

from __future__ import annotations

from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.json_access import (
    array,
    count,
    dumps,
    event_object,
    is_count,
    is_success,
    merged_counts,
    nonempty,
    obj,
    reply_object,
    string,
    unreadable_reply,
)
from scrimp.providers.replies.error_replies import to_failure, with_billed
from scrimp.providers.replies.reported_cost import cost_in_headers
from scrimp.providers.replies.stop_reasons import meaning_of
from scrimp.providers.replies.stream_reader import StreamReader
from scrimp.providers.requests.attached_files import anthropic_content
from scrimp.providers.requests.capabilities import claude_thinking
from scrimp.providers.requests.output_caps import claude_cap
from scrimp.providers.requests.prompt_cache import marked_content, marked_text, marked_turn
from scrimp.providers.requests.tool_turns import anthropic_tools, anthropic_turns
from scrimp.providers.schemas.sent_schema import sent_schema, with_schema
from scrimp.values import Call, Completion, Failure, Json, JsonObject, Message, Usage


def to_request(call: Call, endpoint: Endpoint) -> HttpRequest:
    """Return the request for a call."""
    parameters = call.parameters
    after = [(turn, turn.content) for turn in call.after]
    before = [
        (turn, marked_content(turn.content, "history", call, endpoint, number=number))
        for number, turn in enumerate(call.history, 1)
    ]
    last = (Message("user", call.text), marked_turn(call, endpoint, anthropic_content))
    body: JsonObject = {
        "model": call.model,
        "max_tokens": claude_cap(call),
        "messages": anthropic_turns([*before, last, *after]),
    }
    body |= anthropic_tools([*call.history, *call.after])
    system, sent = call.system, None
    if parameters.schema is not None:
        sent = sent_schema(parameters.schema, endpoint)
        system = with_schema(system, sent)
    if system:
        body["system"] = marked_text(system, "system", call, endpoint)
    if parameters.effort is not None:
        body |= claude_thinking(call.model, parameters.effort)
    if parameters.temperature is not None:
        body["temperature"] = parameters.temperature
    if sent is not None and sent.how == "strict":
        body["output_config"] = obj(body, "output_config") | {"format": {"type": "json_schema", "schema": sent.schema}}
    if call.stream:
        body["stream"] = True
    headers = dict(endpoint.headers)
    if parameters.temperature is not None and "anthropic-version" in headers:
        headers["anthropic-version"] = "2023-06-01"  # the newer version refuses every temperature
    return HttpRequest(url=endpoint.address("/v1/messages"), body=dumps(body), headers=headers)


def to_completion(reply: HttpReply, call: Call, endpoint: Endpoint) -> Completion | Failure:
    """Return the completion in a reply, or the failure it means."""
    body = reply_object(reply)
    if not is_success(reply) or (body is not None and (body.get("type") == "error" or body.get("error"))):
        return to_failure(reply, endpoint, call.model)
    if body is None:
        return unreadable_reply(endpoint.name, reply)
    finish_reason = string(body.get("stop_reason"))
    counts, blocks = body.get("usage"), map(obj, array(body.get("content")))
    text = "".join(string(block.get("text")) for block in blocks if block.get("type") == "text")
    completion = Completion(
        text=text, usage=usage(counts, text), stop_reason=meaning_of(finish_reason),
        finish_reason=finish_reason,
        model=nonempty(body.get("model")) or call.model, service_tier=nonempty(obj(counts).get("service_tier")),
        request_id=reply.headers.get("request-id"), speed=nonempty(obj(counts).get("speed")),
        region=nonempty(obj(counts).get("inference_geo")), reported_cost=cost_in_headers(reply.headers),
    )  # fmt: skip
    if not isinstance(body.get("content"), list):
        return with_billed(unreadable_reply(endpoint.name, reply), completion)
    return completion


_CACHE_PARTS = ("cache_read_input_tokens", "cache_creation_input_tokens")


def usage(counts: Json, text: str) -> Usage | None:
    """Return the tokens of a reply; Anthropic's `input_tokens` excludes what was read from or written to its cache.

    So a part that is not a count makes the whole unknown, as it would be missing from the cost.
    """
    if not isinstance(counts, dict) or not (
        is_count(counts.get("input_tokens")) and is_count(counts.get("output_tokens"))
    ):
        return None
    parts = *(counts.get(name) for name in _CACHE_PARTS), *obj(counts, "cache_creation").values()
    if not all(part is None or is_count(part) for part in parts):
        return None
    read, output = count(counts.get("cache_read_input_tokens")), count(counts.get("output_tokens"))
    split = obj(counts, "cache_creation")
    short, long = count(split.get("ephemeral_5m_input_tokens")), count(split.get("ephemeral_1h_input_tokens"))
    written = max(count(counts.get("cache_creation_input_tokens")), short + long)
    counted = Usage(
        input=count(counts.get("input_tokens")) + read + written, cache_read=read, cache_write=written,
        cache_write_long=long,
        output=output,
        reasoning=min(output, count(obj(counts, "output_tokens_details").get("thinking_tokens"))),
        web_searches=count(obj(counts, "server_tool_use").get("web_search_requests")),
    )  # fmt: skip
    return counted.if_counted(text)


def stream_reader(call: Call, endpoint: Endpoint) -> MessageStreamReader:
    """Return a reader of a streamed completion."""
    return MessageStreamReader(call, endpoint)


class MessageStreamReader(StreamReader):
    """Reads a streamed message: its start has the usage of the input, its last delta that of the output."""

    def __init__(self, call: Call, endpoint: Endpoint) -> None:
        super().__init__(call, endpoint)
        self._counts: JsonObject = {}

    def _read(self, data: str) -> str:
        event = event_object(data)
        kind = None if event is None else event.get("type")
        if event is None or kind == "error" or event.get("error"):
            return self._fail(data)
        if kind == "message_start":
            message = obj(event, "message")
            self._model = nonempty(message.get("model")) or self._model
            self._counts = merged_counts(self._counts, obj(message, "usage"))
        elif kind == "message_delta":
            self._finish_reason = nonempty(obj(event, "delta").get("stop_reason")) or self._finish_reason
            self._counts = merged_counts(self._counts, obj(event, "usage"))
        elif kind == "content_block_delta":
            return string(obj(event, "delta").get("text"))
        return ""

    def _whole(self, text: str) -> Completion:
        return Completion(
            text=text, usage=usage(self._counts, text),
            stop_reason=meaning_of(self._finish_reason),
            finish_reason=self._finish_reason, model=self._model,
            service_tier=nonempty(self._counts.get("service_tier")), speed=nonempty(self._counts.get("speed")),
            region=nonempty(self._counts.get("inference_geo")),
        )  # fmt: skip
