"""OpenAI's chat completions, as OpenAI and all who imitate it speak them (providers' reference, 3, 8 to 14)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from scrimp.answers.label_probability import likeliest_label
from scrimp.enums import StopReason
from scrimp.providers import decisions
from scrimp.providers.capabilities import effort_fields
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.error_replies import failure
from scrimp.providers.json_access import (
    count,
    dumps,
    is_count,
    items,
    loads,
    number,
    obj,
    parsed,
    text,
    unreadable,
    word,
)
from scrimp.values import Call, Completion, Failure, Json, JsonObject, TokenLogprob, Usage

# OpenAI itself refuses max_tokens from GPT-5 on; the imitators know no other name.
_CAP: Mapping[str, str] = {"openai": "max_completion_tokens"}
_STOPS: Mapping[str, StopReason] = {
    "stop": "stop", "length": "length", "content_filter": "refused", "tool_calls": "tool", "function_call": "tool",
    "error": "error",
}  # fmt: skip
_TOP = 20
# Providers that know json_object only; the schema then goes into the system text, which must say "json".
_OBJECT_ONLY = frozenset(("deepseek",))


def to_request(call: Call, endpoint: Endpoint) -> HttpRequest:
    """Return the request for a call; nothing is sent that was not asked for."""
    if call.predicate is not None:
        return decisions.to_request(call, endpoint)
    asked = call.parameters
    body: JsonObject = {"model": call.model, "messages": _messages(call, endpoint)}
    if asked.max_output is not None:
        body[_CAP.get(endpoint.flavour, "max_tokens")] = asked.max_output
    if asked.effort is not None:
        body |= effort_fields(endpoint, call.model, asked.effort)
    if asked.temperature is not None:
        body["temperature"] = asked.temperature
    if asked.logprobs:
        body |= {"logprobs": True, "top_logprobs": _TOP}
    body |= _structure(call, endpoint)
    if endpoint.flavour == "openrouter":
        body["provider"] = {"require_parameters": True}  # or it drops what an endpoint does not take, silently
    if endpoint.flavour == "local":
        body["cache_prompt"] = False  # a completion must not depend on the prompt before it
    if call.stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return HttpRequest(
        url=f"{endpoint.base_url.rstrip('/')}/chat/completions", body=dumps(body), headers=dict(endpoint.headers)
    )


def _messages(call: Call, endpoint: Endpoint) -> list[Json]:
    system = call.system
    if call.parameters.schema is not None and endpoint.flavour in _OBJECT_ONLY:
        wanted = (
            f"Answer with one JSON object that satisfies this JSON schema: {dumps(call.parameters.schema).decode()}"
        )
        system = f"{system}\n\n{wanted}" if system else wanted
    messages: list[Json] = [{"role": "system", "content": system}] if system else []
    messages += [{"role": turn.role, "content": turn.content} for turn in call.history]
    return [*messages, {"role": "user", "content": call.text}]


def _structure(call: Call, endpoint: Endpoint) -> JsonObject:
    asked = call.parameters
    if asked.schema is not None:
        if endpoint.flavour in _OBJECT_ONLY:
            return {"response_format": {"type": "json_object"}}
        schema: JsonObject = {"name": "answer", "strict": True, "schema": asked.schema}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}
    if asked.choices and endpoint.flavour in ("local", "llamacpp"):
        return {"grammar": _grammar(asked.choices)}
    return {}


def _grammar(choices: tuple[str, ...]) -> str:
    """Return the GBNF grammar whose only sentences are the choices."""
    quoted = (dumps_text(choice) for choice in choices)
    return "root ::= " + " | ".join(quoted)


def dumps_text(choice: str) -> str:
    """Return a GBNF string; its escapes are those of JSON for what a label can hold."""
    escaped = (
        choice.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{escaped}"'


def to_completion(reply: HttpReply, call: Call, endpoint: Endpoint) -> Completion | Failure:
    """Return the completion of a reply, or what the reply says instead."""
    body = parsed(reply)
    # Portkey answers 246 where a guardrail only warns.
    if reply.status not in (200, 201, 246) or (body is not None and body.get("error")):
        return failure(reply, endpoint, call.model)
    if body is not None and call.predicate is not None:
        return decisions.to_completion(body, call, endpoint, reply)
    choices = items(body.get("choices")) if body is not None else []
    if body is None or not choices:
        return unreadable(endpoint.name, reply)
    choice = obj(choices[0])
    message = obj(choice, "message")
    finish = word(choice.get("finish_reason")) or ""
    refusal = word(message.get("refusal"))
    if finish == "error":
        return failure(reply, endpoint, call.model)
    tokens = logprobs(choice.get("logprobs"))
    said = refusal or content(message.get("content"))
    if "grammar" in _structure(call, endpoint) and (best := likeliest_label(tokens, call.parameters.choices)):
        said, tokens = best.token, (best,)  # see there why this is not what was generated
    return Completion(
        text=said, usage=usage(body.get("usage"), endpoint),
        stop_reason="refused" if refusal else _STOPS.get(finish, "stop"), finish_reason=finish or "stop",
        model=word(body.get("model")) or call.model, reported_cost=_cost(body, reply.headers),
        logprobs=tokens, service_tier=word(body.get("service_tier")),
        request_id=_request_id(reply.headers),
    )  # fmt: skip


def content(value: Json) -> str:
    """Return the text of a message: a string, or a list of chunks of which only text counts (Mistral)."""
    if isinstance(value, list):
        return "".join(text(obj(chunk).get("text")) for chunk in value if obj(chunk).get("type") in ("text", None))
    return text(value)


def usage(value: Json, endpoint: Endpoint) -> Usage | None:
    """Return the tokens counted, by the names OpenAI gives them or an imitator does."""
    if not isinstance(value, dict):
        return None
    if not (is_count(value.get("prompt_tokens")) and is_count(value.get("completion_tokens"))):
        return None
    prompt, details = count(value.get("prompt_tokens")), obj(value, "prompt_tokens_details")
    output = count(value.get("completion_tokens"))
    reasoning = count(obj(value, "completion_tokens_details").get("reasoning_tokens"))
    if endpoint.flavour == "gemini-openai":
        # Thinking may be left out of completion_tokens there, but not out of the total.
        output = max(output, count(value.get("total_tokens")) - prompt)
    read = max(
        count(details.get("cached_tokens")), count(value.get("prompt_cache_hit_tokens")),
        count(value.get("num_cached_tokens")),
    )  # fmt: skip
    written = count(details.get("cache_write_tokens")) or count(details.get("cache_creation_input_tokens"))
    return Usage(
        input=prompt, output=output, cache_read=min(read, prompt), cache_write=min(written, prompt),
        reasoning=min(reasoning, output),
    )  # fmt: skip


def _cost(body: JsonObject, headers: Mapping[str, str]) -> Decimal | None:
    """Return the dollars a gateway reports: OpenRouter in the body, LiteLLM in a header."""
    if header := headers.get("x-litellm-response-cost"):
        return _decimal(header)
    used = obj(body, "usage")
    cost = number(used.get("cost"))
    if cost is None:
        return None
    upstream = number(obj(used, "cost_details").get("upstream_inference_cost")) if used.get("is_byok") is True else None
    fee = _decimal(repr(cost))
    return fee if upstream is None or fee is None else fee + Decimal(repr(upstream))


def _decimal(value: str) -> Decimal | None:
    try:
        dollars = Decimal(value)
    except InvalidOperation:
        return None
    return dollars if dollars.is_finite() and dollars >= 0 else None


def logprobs(value: Json) -> tuple[TokenLogprob, ...]:
    """Return the tokens of a completion with their probabilities, where they were asked for and given."""
    return tuple(
        TokenLogprob(
            token=text(obj(each).get("token")), logprob=number(obj(each).get("logprob")) or 0.0,
            top=tuple(
                (text(obj(other).get("token")), number(obj(other).get("logprob")) or 0.0)
                for other in items(obj(each).get("top_logprobs"))
            ),
        )
        for each in items(obj(value).get("content"))
    )  # fmt: skip


def _request_id(headers: Mapping[str, str]) -> str | None:
    names = ("x-request-id", "x-generation-id", "x-litellm-call-id", "x-portkey-trace-id")
    return next((headers[name] for name in names if name in headers), None)


def stream(call: Call, endpoint: Endpoint) -> ChatStream:
    """Return what reads a streamed completion."""
    return ChatStream(call, endpoint)


class ChatStream:
    """A streamed completion: deltas, then a chunk with the usage and no choices, then [DONE]."""

    def __init__(self, call: Call, endpoint: Endpoint) -> None:
        self._call, self._endpoint = call, endpoint
        self._text: list[str] = []
        self._usage: Usage | None = None
        self._finish: str | None = None
        self._model = call.model
        self._failure: Failure | None = None
        self._refused = False
        self._tier: str | None = None
        self._cost: Decimal | None = None

    def feed(self, data: str) -> str:
        """Return the text an event adds."""
        chunk = loads(data) if data != "[DONE]" else {}
        if chunk is None or chunk.get("error"):
            reply = HttpReply(status=200, body=data.encode())
            self._failure = failure(reply, self._endpoint, self._call.model)
            return ""
        if isinstance(chunk.get("usage"), dict):
            self._usage = usage(chunk["usage"], self._endpoint)
            self._cost = _cost(chunk, {})
        self._model = word(chunk.get("model")) or self._model
        self._tier = word(chunk.get("service_tier")) or self._tier
        for choice in items(chunk.get("choices"))[:1]:
            return self._choice(obj(choice))
        return ""

    def _choice(self, choice: JsonObject) -> str:
        delta = obj(choice, "delta")
        refusal = text(delta.get("refusal"))
        self._refused = self._refused or bool(refusal)
        self._finish = word(choice.get("finish_reason")) or self._finish
        piece = refusal or content(delta.get("content"))
        self._text.append(piece)
        return piece

    def completion(self) -> Completion | Failure:
        """Return the whole; a stream that was cut has no finish reason and may have been billed."""
        if self._failure is not None:
            return self._failure
        if self._finish is None:
            message = f"the stream of {self._endpoint.name} ended before its completion did: run the same line again"
            return Failure(kind="network", message=message, http=200)
        return Completion(
            text="".join(self._text), usage=self._usage,
            stop_reason="refused" if self._refused else _STOPS.get(self._finish, "stop"),
            finish_reason=self._finish, model=self._model, service_tier=self._tier, reported_cost=self._cost,
        )  # fmt: skip
