"""OpenAI's chat completions API, as spoken by OpenAI and compatible providers (providers' reference, 3, 8 to 14)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec.structs import replace

from scrimp.answers.label_probability import likeliest_label
from scrimp.answers.schema_reply import describes_object
from scrimp.providers import decisions
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.json_access import (
    array,
    dumps,
    event_object,
    is_success,
    merged_counts,
    nonempty,
    number,
    obj,
    reply_object,
    string,
    unreadable_reply,
)
from scrimp.providers.replies.chat_usage import cites_pages, usage, with_searches
from scrimp.providers.replies.error_replies import to_failure, with_billed
from scrimp.providers.replies.reported_cost import reported_cost
from scrimp.providers.replies.stop_reasons import meaning_of
from scrimp.providers.replies.stream_reader import StreamReader
from scrimp.providers.requests.attached_files import openai_content
from scrimp.providers.requests.capabilities import effort_fields
from scrimp.providers.requests.output_caps import cap_fields
from scrimp.providers.requests.prompt_cache import cache_fields, marked_content, marked_text, marked_turn
from scrimp.providers.requests.tool_turns import openai_turn
from scrimp.providers.schemas.sent_schema import JSON_OBJECT_ONLY, sent_schema, with_schema
from scrimp.values import Call, Completion, Failure, Json, JsonObject, TokenLogprob

_TOP_LOGPROBS = 20
_ROUNDING = 1e-3  # how far above 0 rounding may lift the logarithm of a probability


def to_request(call: Call, endpoint: Endpoint) -> HttpRequest:
    """Return the request for a call; parameters that are None are left out."""
    if call.predicate is not None:
        return decisions.to_request(call, endpoint)
    parameters = call.parameters
    body: JsonObject = {"model": call.model, "messages": _messages(call, endpoint)}
    body |= cap_fields(call, endpoint)
    if parameters.effort is not None:
        body |= effort_fields(endpoint, call.model, parameters.effort)
    if parameters.temperature is not None:
        body["temperature"] = parameters.temperature
    if parameters.logprobs:
        body |= {"logprobs": True, "top_logprobs": _TOP_LOGPROBS}
    body |= _structured_output(call, endpoint) | cache_fields(call, endpoint)
    if endpoint.flavour == "openrouter":
        body["provider"] = {"require_parameters": True}  # else it drops unsupported parameters silently
    if endpoint.flavour == "local":
        body["cache_prompt"] = False  # a completion must not depend on the prompt before it
    if call.stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return HttpRequest(url=endpoint.address("/chat/completions"), body=dumps(body), headers=dict(endpoint.headers))


def _messages(call: Call, endpoint: Endpoint) -> list[Json]:
    system, schema = call.system, call.parameters.schema
    if schema is not None:
        system = with_schema(system, sent_schema(schema, endpoint))
    messages: list[Json] = []
    if system:
        messages.append({"role": "system", "content": marked_text(system, "system", call, endpoint)})
    for place, turn in enumerate(call.history, 1):
        said = openai_turn(turn, endpoint)
        content = marked_content(said["content"], "history", call, endpoint, number=place)
        messages.append(said | {"content": content})
    last: JsonObject = {"role": "user", "content": marked_turn(call, endpoint, openai_content)}
    return [*messages, last, *(openai_turn(turn, endpoint) for turn in call.after)]


def _structured_output(call: Call, endpoint: Endpoint) -> JsonObject:
    parameters = call.parameters
    if parameters.schema is not None:
        sent = sent_schema(parameters.schema, endpoint)
        if sent.how == "words":
            only_objects = endpoint.flavour in JSON_OBJECT_ONLY and describes_object(sent.schema, sent.schema)
            return {"response_format": {"type": "json_object"}} if only_objects else {}
        schema: JsonObject = {"name": "answer", "strict": sent.how == "strict", "schema": sent.schema}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}
    if parameters.choices and endpoint.flavour in ("local", "llamacpp"):
        return {"grammar": _grammar(parameters.choices)}
    return {}


def _grammar(choices: tuple[str, ...]) -> str:
    """Return the GBNF grammar whose only sentences are the choices."""
    quoted = (_gbnf_string(choice) for choice in choices)
    return "root ::= " + " | ".join(quoted)


def _gbnf_string(choice: str) -> str:
    """Return a GBNF string literal; for the characters of a label its escapes are those of JSON."""
    escaped = (
        choice.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{escaped}"'


def to_completion(reply: HttpReply, call: Call, endpoint: Endpoint) -> Completion | Failure:
    """Return the completion in a reply, or the failure it means."""
    body = reply_object(reply)
    # Not 200 alone: Portkey answers 246 if a guardrail only warns, and proxies 203.
    broken = body is not None and _is_error(body)
    if not is_success(reply) or (broken and usage(obj(body).get("usage"), "") is None):
        return to_failure(reply, endpoint, call.model)
    if body is not None and call.predicate is not None:
        return decisions.to_completion(body, call, endpoint, reply)
    choices = array(body.get("choices")) if body is not None else []
    if body is None or not (choices or usage(body.get("usage"), "")):
        return unreadable_reply(endpoint.name, reply)
    choice = obj(choices[0]) if choices else {}  # without a choice, the usage tells that the call was billed
    message = obj(choice, "message")
    finish_reason = string(choice.get("finish_reason"))
    refusal = nonempty(message.get("refusal"))
    tokens = logprobs(choice.get("logprobs"))
    answer = refusal or message_text(message.get("content"))
    if "grammar" in _structured_output(call, endpoint) and (best := likeliest_label(tokens, call.parameters.choices)):
        answer, tokens = best.token, (best,)  # likeliest_label tells why this is not the generated text
    model = nonempty(body.get("model")) or call.model
    completion = Completion(
        text=answer, usage=with_searches(usage(body.get("usage"), answer), model, cites_pages(message)),
        stop_reason="refused" if refusal else meaning_of(finish_reason),
        finish_reason=finish_reason, model=model, reported_cost=reported_cost(body, reply.headers, endpoint),
        logprobs=tokens, service_tier=nonempty(body.get("service_tier")),
        request_id=_request_id(reply.headers),
    )  # fmt: skip
    if broken:
        return with_billed(to_failure(reply, endpoint, call.model), completion)
    if finish_reason == "error":  # the error is in the choice (OpenRouter), or missing
        said = replace(reply, body=_envelope(choice.get("error")))
        return with_billed(to_failure(said, endpoint, call.model), completion)
    return completion


def _envelope(error: Json) -> bytes:
    return dumps({"error": error}) if error else b""


def _is_error(body: JsonObject) -> bool:
    return bool(body.get("error")) or body.get("object") == "error"


def message_text(value: Json) -> str:
    """Return the text of a message: a string, or a list of chunks of which only text chunks count (Mistral)."""
    if isinstance(value, list):
        return "".join(string(obj(chunk).get("text")) for chunk in value if obj(chunk).get("type") in ("text", None))
    return string(value)


def logprobs(value: Json) -> tuple[TokenLogprob, ...]:
    """Return the tokens of a completion with their log probabilities; none if the reply lacks one of them."""
    entries = array(obj(value).get("content"))
    if not entries:  # as in most replies
        return ()
    generated = _logprob_pairs(entries)
    if len(generated) < len(entries):
        return ()
    return tuple(
        TokenLogprob(token, logprob, tuple(_logprob_pairs(array(obj(entry).get("top_logprobs")))))
        for entry, (token, logprob) in zip(entries, generated, strict=True)
    )


def _logprob_pairs(entries: list[Json]) -> list[tuple[str, float]]:
    """Return tokens with their log probabilities; an entry without one is left out, because 0 would mean certainty."""
    pairs = ((string(obj(entry).get("token")), number(obj(entry).get("logprob"))) for entry in entries)
    return [(token, min(logprob, 0.0)) for token, logprob in pairs if logprob is not None and logprob < _ROUNDING]


def _request_id(headers: Mapping[str, str]) -> str | None:
    names = ("x-request-id", "x-generation-id", "x-litellm-call-id", "x-portkey-trace-id")
    return next((headers[name] for name in names if name in headers), None)


def stream_reader(call: Call, endpoint: Endpoint) -> ChatStreamReader:
    """Return a reader of a streamed completion."""
    return ChatStreamReader(call, endpoint)


class ChatStreamReader(StreamReader):
    """Reads a streamed completion: deltas, then a chunk with the usage and no choices, then [DONE].

    Should several choices come, though one is asked for, the one that came first is read: their deltas are mixed.
    """

    def __init__(self, call: Call, endpoint: Endpoint) -> None:
        super().__init__(call, endpoint)
        self._counts: JsonObject = {}
        self._index: Json = None  # index of the choice that is read
        self._began = False
        self._refused = self._cited = False
        self._error: Json = None
        self._service_tier: str | None = None
        self._reported_cost: Decimal | None = None

    def _read(self, data: str) -> str:
        chunk = event_object(data) if data != "[DONE]" else {}
        if chunk is None or _is_error(chunk):
            return self._fail(data)
        if counts := obj(chunk, "usage"):
            self._counts = merged_counts(self._counts, counts)
            self._reported_cost = reported_cost(chunk, {}, self._endpoint)
        self._model = nonempty(chunk.get("model")) or self._model
        self._service_tier = nonempty(chunk.get("service_tier")) or self._service_tier
        return "".join(
            [self._read_choice(each) for each in map(obj, array(chunk.get("choices"))) if self._is_read(each)]
        )

    def _is_read(self, choice: JsonObject) -> bool:
        if not self._began:
            self._index, self._began = choice.get("index"), True
        return choice.get("index") == self._index

    def _read_choice(self, choice: JsonObject) -> str:
        delta = obj(choice, "delta")
        refusal = string(delta.get("refusal"))
        self._cited = self._cited or cites_pages(delta)
        self._refused = self._refused or bool(refusal)
        self._finish_reason = nonempty(choice.get("finish_reason")) or self._finish_reason
        self._error = choice.get("error") or self._error
        return refusal or message_text(delta.get("content"))

    def _whole(self, text: str) -> Completion | Failure:
        completion = Completion(
            text=text, usage=with_searches(usage(self._counts, text), self._model, self._cited),
            stop_reason="refused" if self._refused else meaning_of(self._finish_reason),
            finish_reason=self._finish_reason, model=self._model, service_tier=self._service_tier,
            reported_cost=self._reported_cost,
        )  # fmt: skip
        if self._finish_reason == "error":  # as without streaming
            said = HttpReply(status=200, body=_envelope(self._error))
            return with_billed(to_failure(said, self._endpoint, self._call.model), completion)
        return completion
