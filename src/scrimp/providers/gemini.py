"""Google's generateContent API (providers' reference, 7.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from scrimp.enums import StopReason
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
from scrimp.providers.requests.attached_files import gemini_parts
from scrimp.providers.requests.capabilities import base_name, gemini_thinking
from scrimp.providers.requests.stored_contents import is_gone, model_path, stored_parts, to_store
from scrimp.providers.requests.tool_turns import gemini_turn, joined_results
from scrimp.providers.schemas.sent_schema import sent_schema, with_schema
from scrimp.values import CacheMark, Call, Completion, Failure, Json, JsonObject, Message, Usage

_TEXT_AND_SOUND = ("", "TEXT", "AUDIO", "MODALITY_UNSPECIFIED")  # modalities with an output rate in price lists
_TIER_HEADER = "x-gemini-service-tier"
_ON_DEMAND = "on_demand"  # what Vertex calls standard calls, and begins the names of other tiers with
_BILLED_BY_ANSWER = ("gemini-1", "gemini-2")  # models whose searches are billed by answer; later ones by query


def to_request(call: Call, endpoint: Endpoint) -> HttpRequest:
    """Return the request for a call."""
    parameters = call.parameters
    config: JsonObject = {}
    if parameters.max_output is not None:
        config["maxOutputTokens"] = parameters.max_output
    if parameters.effort is not None:
        config["thinkingConfig"] = gemini_thinking(call.model, parameters.effort)
    if parameters.temperature is not None:
        config["temperature"] = parameters.temperature
    if parameters.schema is not None:
        sent = sent_schema(parameters.schema, endpoint)
        config["responseMimeType"] = "application/json"
        if sent.how == "strict":
            config["responseJsonSchema"] = sent.schema
    system, turns = _said(call, endpoint)
    body: JsonObject = {"contents": joined_results(turns)}
    if call.prompt_cache is not None and call.prompt_cache.stored:
        _, after = stored_parts(call, turns, call.prompt_cache.marks[-1])
        body = {"contents": joined_results(after), "cachedContent": call.prompt_cache.stored}
    elif system:
        body["systemInstruction"] = {"parts": [{"text": system}]}
    if config:
        body["generationConfig"] = config
    verb = "streamGenerateContent?alt=sse" if call.stream else "generateContent"
    url = endpoint.address(f"/{model_path(call.model)}:{verb}")
    return HttpRequest(url=url, body=dumps(body), headers=dict(endpoint.headers))


def _said(call: Call, endpoint: Endpoint) -> tuple[str | None, list[JsonObject]]:
    """Return the system text and the turns of a call."""
    system, schema = call.system, call.parameters.schema
    if schema is not None:
        system = with_schema(system, sent_schema(schema, endpoint))
    before, after = ([gemini_turn(turn, call.model) for turn in turns] for turns in (call.history, call.after))
    last = gemini_turn(Message("user", call.text), call.model, *gemini_parts(call.attachments))
    return system, [*before, last, *after]


def to_store_request(call: Call, mark: CacheMark, endpoint: Endpoint, *, seconds: int) -> HttpRequest:
    """Return the request that stores what a call says before a mark, for later calls that begin so."""
    system, turns = _said(call, endpoint)
    return to_store(call, turns, system, mark, endpoint, seconds=seconds)


def to_completion(reply: HttpReply, call: Call, endpoint: Endpoint) -> Completion | Failure:
    """Return the completion in a reply, or the failure it means; a blocked prompt is a refusal that was billed."""
    body = reply_object(reply)
    if not is_success(reply) or (body is not None and body.get("error")):
        failure = to_failure(reply, endpoint, call.model)
        gone = call.prompt_cache is not None and call.prompt_cache.stored and is_gone(reply, failure.message)
        return replace(failure, kind="cache_gone", retry_after=None, retry_hint=None) if gone else failure
    if body is None or not (array(body.get("candidates")) or obj(body, "promptFeedback")):
        unreadable = unreadable_reply(endpoint.name, reply)
        return unreadable if body is None else with_billed(unreadable, _completion(body, "", call, "", reply.headers))
    return _completion(body, _answer_text(body), call, _finish_reason(body), reply.headers)


def _completion(
    body: JsonObject, answer: str, call: Call, finish_reason: str, headers: Mapping[str, str]
) -> Completion:  # fmt: skip
    model = nonempty(body.get("modelVersion")) or call.model
    tier = nonempty(headers.get(_TIER_HEADER)) or _tier(obj(body, "usageMetadata"))
    return Completion(
        text=answer, usage=usage(body.get("usageMetadata"), answer, _searches(body, model)),
        stop_reason=_meaning(body, finish_reason), finish_reason=finish_reason, model=model,
        request_id=nonempty(body.get("responseId")), service_tier=tier, reported_cost=cost_in_headers(headers),
    )  # fmt: skip


def _tier(counts: JsonObject) -> str | None:
    """Return the tier of a call at Vertex: ON_DEMAND, ON_DEMAND_PRIORITY, PROVISIONED_THROUGHPUT."""
    name = string(counts.get("trafficType")).lower()
    return None if name.endswith("unspecified") else name.removeprefix(_ON_DEMAND).removeprefix("_") or None


def _searches(body: JsonObject, model: str) -> int:
    """Return how many searches were billed: each query, or up to Gemini 2.5 each answer that rests on some."""
    queries = [
        query
        for candidate in array(body.get("candidates"))
        for query in array(obj(candidate, "groundingMetadata").get("webSearchQueries"))
    ]
    return min(1, len(queries)) if base_name(model).startswith(_BILLED_BY_ANSWER) else len(queries)


def _audio(counts: JsonObject, name: str) -> int:
    """Return how many of the tokens in a list of modalities were sound."""
    return _tokens_of(counts, name, lambda modality: modality == "AUDIO")


def _tokens_of(counts: JsonObject, name: str, wanted: Callable[[str], bool]) -> int:
    """Return how many of the tokens in a list of modalities were of the wanted ones."""
    parts = [obj(part) for part in array(counts.get(name))]
    return sum(count(part.get("tokenCount")) for part in parts if wanted(string(part.get("modality"))))


def _meaning(body: JsonObject, finish_reason: str) -> StopReason:
    """Return what a finish reason means; without candidates it is the reason why the prompt was blocked."""
    return meaning_of(finish_reason) if array(body.get("candidates")) else "refused"


def _answer_text(body: JsonObject) -> str:
    candidates = array(body.get("candidates"))
    parts = array(obj(candidates[0], "content").get("parts")) if candidates else []
    return "".join(string(obj(part).get("text")) for part in parts if obj(part).get("thought") is not True)


def _finish_reason(body: JsonObject) -> str:
    candidates = array(body.get("candidates"))
    if candidates:
        return string(obj(candidates[0]).get("finishReason"))
    return nonempty(obj(body, "promptFeedback").get("blockReason")) or "SAFETY"


def usage(counts: Json, text: str, searches: int = 0) -> Usage | None:
    """Return the tokens of a reply and its searches; thoughts are output that `candidatesTokenCount` leaves out.

    What the total holds beyond all named parts is hidden output, too. A missing count is zero; a count that is not a
    number makes the whole usage unknown.
    """
    if not isinstance(counts, dict) or not is_count(counts.get("promptTokenCount")):
        return None
    if not all(is_count(counts[name]) for name in ("candidatesTokenCount", "thoughtsTokenCount") if name in counts):
        return None
    if not ((tools := counts.get("toolUsePromptTokenCount")) is None or is_count(tools)):
        return None
    thoughts = count(counts.get("thoughtsTokenCount"))
    prompt = count(counts.get("promptTokenCount")) + count(tools)
    output = count(counts.get("candidatesTokenCount")) + thoughts
    output = max(output, count(counts.get("totalTokenCount")) - prompt)
    counted = Usage(
        input=prompt, cache_read=min(prompt, count(counts.get("cachedContentTokenCount"))),
        output=output, reasoning=thoughts, input_audio=min(prompt, _audio(counts, "promptTokensDetails")),
        cache_read_audio=_audio(counts, "cacheTokensDetails"),
        output_audio=min(output, _audio(counts, "candidatesTokensDetails")), web_searches=searches,
        unlisted=_tokens_of(counts, "candidatesTokensDetails", lambda modality: modality not in _TEXT_AND_SOUND),
    )  # fmt: skip
    return counted.if_counted(text)


def stream_reader(call: Call, endpoint: Endpoint) -> ContentStreamReader:
    """Return a reader of a streamed completion."""
    return ContentStreamReader(call, endpoint)


class ContentStreamReader(StreamReader):
    """Reads a streamed completion: each event is a whole reply with only the new text, the last one has the usage."""

    def __init__(self, call: Call, endpoint: Endpoint) -> None:
        super().__init__(call, endpoint)
        self._last: JsonObject = {}
        self._grounding: Json = None

    def _read(self, data: str) -> str:
        event = event_object(data)
        if event is None or event.get("error"):
            return self._fail(data)
        counts = merged_counts(obj(self._last, "usageMetadata"), obj(event, "usageMetadata"))
        self._last |= event | ({"usageMetadata": counts} if counts else {})
        candidates = array(event.get("candidates"))
        self._grounding = (
            obj(candidates[0]).get("groundingMetadata") or self._grounding if candidates else self._grounding
        )
        if not candidates or obj(candidates[0]).get("finishReason"):
            self._finish_reason = (
                _finish_reason(event) if candidates or "promptFeedback" in event else self._finish_reason
            )
        return _answer_text(event)

    def _whole(self, text: str) -> Completion:
        last = self._last
        if self._grounding is not None:  # it may have come before the last event
            last = last | {
                "candidates": [
                    {**obj(part), "groundingMetadata": self._grounding} for part in array(last.get("candidates"))
                ]
            }
        return _completion(last, text, self._call, self._finish_reason, {})
