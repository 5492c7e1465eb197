"""Bodies and replies checked against the vendors' SDK types and OpenAI's own specification."""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from pathlib import Path
from typing import Any, get_args

import httpx
import jsonschema_rs
import msgspec
import pytest

from providers.dialect_replies import completed, failed, read, streamed
from scrimp.failures import is_retryable
from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import HttpReply
from scrimp.providers.models import known_models
from scrimp.providers.presets import PRESETS
from scrimp.providers.requests.capabilities import accepted_efforts
from scrimp.values import Attachment, Call, Completion, Message, Parameters

pytestmark = pytest.mark.foreign
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
TURNS = (Message("user", "hi"), Message("assistant", "hello"))
CALLS = [
    Call(provider="openai", model=model, text="How many?", system=system, history=history, parameters=parameters, stream=stream)
    for model in ("gpt-6-luna", "gpt-4o-mini", "gpt-6.2-sol", "gpt-5-nano")
    for system, history in ((None, ()), ("Be brief.", TURNS))
    for parameters in (
        Parameters(), Parameters(max_output=7, effort="none"), Parameters(effort="max", schema=SCHEMA),
        Parameters(temperature=0.5, logprobs=True), Parameters(choices=("a", "b")),
    )
    for stream in (False, True)
] + [
    Call(provider="openai", model="gpt-6-luna", text="What is it?", attachments=(
        Attachment(name="https://x/a.png", media_type="image/png", identity="https://x/a.png"),
        *(
            Attachment(name=f"a.{kind}", media_type=kind, identity="sha256:00", size=3, data="AAAA")
            for kind in ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf")
        ),
    )),
]  # fmt: skip


def body(call: Call, endpoint: str) -> dict[str, Any]:
    request = DIALECTS[PRESETS[endpoint].dialect]().to_request(call, PRESETS[endpoint])
    decoded: dict[str, Any] = json.loads(request.body)
    return decoded


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_chat_body_is_what_the_openai_sdk_would_send(call: Call) -> None:
    chat = pytest.importorskip("openai.types.chat.completion_create_params", reason="the openai SDK is not installed")
    shape = chat.CompletionCreateParamsStreaming if call.stream else chat.CompletionCreateParamsNonStreaming
    sent = body(call, "openai")

    _validator(shape).validate_python(sent)
    assert set(sent) <= set(shape.__annotations__) | set(chat.CompletionCreateParamsBase.__annotations__)


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_messages_body_is_what_the_anthropic_sdk_would_send(call: Call) -> None:
    messages = pytest.importorskip("anthropic.types.message_create_params", reason="the anthropic SDK is not installed")
    shape = messages.MessageCreateParamsStreaming if call.stream else messages.MessageCreateParamsNonStreaming
    for model in ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-4-5"):
        sent = body(msgspec.structs.replace(call, model=model), "anthropic")

        _validator(shape).validate_python(sent)
        assert set(sent) - {"temperature"} <= set(shape.__annotations__) | set(
            messages.MessageCreateParamsBase.__annotations__
        )


ARMS = [
    (name, effort)
    for name in (*known_models(), "openai/gpt-5-mini", "openai/o3")
    for effort in accepted_efforts(PRESETS[name.partition("/")[0]], name.partition("/")[2])
]


def test_every_effort_of_every_known_model_is_one_its_vendors_sdk_would_send() -> None:
    chat = pytest.importorskip("openai.types.chat.completion_create_params", reason="the openai SDK is not installed")
    messages = pytest.importorskip("anthropic.types.message_create_params", reason="the anthropic SDK is not installed")
    shapes = {
        "openai": chat.CompletionCreateParamsNonStreaming,
        "anthropic": messages.MessageCreateParamsNonStreaming,
    }
    sent = [(name, effort, _arm_body(name, effort)) for name, effort in ARMS if name.partition("/")[0] in shapes]

    for name, _, arm in sent:
        _validator(shapes[name.partition("/")[0]]).validate_python(arm)
        if name.startswith("openai/"):
            assert faults("CreateChatCompletionRequest", arm) == []
    # No two efforts of a model are the same request.
    for model in {name for name, _, _ in sent}:
        bodies = [json.dumps(arm, sort_keys=True) for name, _, arm in sent if name == model]
        assert len(set(bodies)) == len(bodies) > 1
    assert len(sent) > 90


def _arm_body(name: str, effort: Any) -> dict[str, Any]:
    provider, _, model = name.partition("/")
    return body(Call(provider=provider, model=model, text="hi", parameters=Parameters(effort=effort)), provider)


@cache
def _validator(shape: Any) -> Any:
    """Return the validator of an SDK's type, built once: that takes a tenth of a second."""
    return pytest.importorskip("pydantic").TypeAdapter(shape)


def test_a_chat_reply_is_read_as_the_openai_sdk_reads_it() -> None:
    chat = pytest.importorskip("openai.types.chat", reason="the openai SDK is not installed")
    reply = {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1795000000, "model": "gpt-6-luna", "service_tier": "default",
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": {"role": "assistant", "content": "Hello.", "refusal": None}}],
        "usage": {"prompt_tokens": 1420, "completion_tokens": 12, "total_tokens": 1432,
                  "prompt_tokens_details": {"cached_tokens": 1024, "cache_write_tokens": 300},
                  "completion_tokens_details": {"reasoning_tokens": 4}},
    }  # fmt: skip
    assert faults("CreateChatCompletionResponse", reply) == []
    theirs = chat.ChatCompletion.model_validate(reply)
    ours = completion_of(reply, "openai", "gpt-6-luna")

    assert (ours.text, ours.model, ours.finish_reason) == (
        theirs.choices[0].message.content, theirs.model, theirs.choices[0].finish_reason,
    )  # fmt: skip
    assert ours.usage is not None
    assert (ours.usage.input, ours.usage.output) == (theirs.usage.prompt_tokens, theirs.usage.completion_tokens)
    assert ours.usage.cache_read == theirs.usage.prompt_tokens_details.cached_tokens
    assert (ours.usage.cache_write, ours.usage.reasoning) == (300, 4)


def test_a_message_is_read_as_the_anthropic_sdk_reads_it() -> None:
    types = pytest.importorskip("anthropic.types", reason="the anthropic SDK is not installed")
    reply = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-5-5",
        "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "Hello."}],
        "stop_reason": "end_turn", "stop_sequence": None, "stop_details": None,
        "usage": {"input_tokens": 12, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 2048, "output_tokens": 7,
                  "cache_creation": {"ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40},
                  "service_tier": "standard"},
    }  # fmt: skip
    theirs = types.Message.model_validate(reply)
    ours = completion_of(reply, "anthropic", "claude-haiku-5-5")
    used = theirs.usage

    assert ours.text == "".join(block.text for block in theirs.content if block.type == "text")
    assert ours.usage is not None
    assert ours.usage.input == used.input_tokens + used.cache_creation_input_tokens + used.cache_read_input_tokens
    assert (ours.usage.cache_read, ours.usage.cache_write, ours.usage.cache_write_long) == (2048, 100, 40)
    assert ours.usage.output == used.output_tokens


def completion_of(reply: dict[str, Any], endpoint: str, model: str) -> Completion:
    preset = PRESETS[endpoint]
    call = Call(provider=endpoint, model=model, text="x")
    result = DIALECTS[preset.dialect]().to_completion(
        HttpReply(status=200, body=json.dumps(reply).encode()), call, preset
    )
    assert isinstance(result, Completion)
    return result


# OpenAI's specification (github.com/openai/openai-openapi, MIT): the schemas of chat completions, without descriptions.
SCHEMAS = json.loads((Path(__file__).parent / "openai_schemas.json").read_text())


@cache
def _checker(name: str) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of one schema: the whole specification's where SCRIMP_OPENAPI names a file of it."""
    schemas, path = SCHEMAS, os.environ.get("SCRIMP_OPENAPI", "")
    if os.path.isfile(path):
        with gzip.open(path) as file:
            schemas = json.load(file)["components"]["schemas"]
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    )


def faults(name: str, value: Any) -> list[str]:
    return [error.message[:200] for error in _checker(name).iter_errors(value)]


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_chat_body_satisfies_openais_own_specification(call: Call) -> None:
    assert faults("CreateChatCompletionRequest", body(call, "openai")) == []


def test_the_specification_refuses_a_wrong_body() -> None:
    sent = body(CALLS[0], "openai")

    assert faults("CreateChatCompletionRequest", sent | {"reasoning_effort": "some"})
    assert faults("CreateChatCompletionRequest", sent | {"top_logprobs": 21})
    assert faults("CreateChatCompletionRequest", {"model": "gpt-6-luna"})


STREAM = [
    {"id": "c1", "object": "chat.completion.chunk", "created": 1795000000, "model": "gpt-6-luna", "service_tier": "default"} | fields
    for fields in (
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "", "refusal": None}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {"content": "Hel"}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {"content": "lo."}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]},
        {"choices": [], "usage": {"prompt_tokens": 1420, "completion_tokens": 12, "total_tokens": 1432,
                                  "prompt_tokens_details": {"cached_tokens": 1024, "cache_write_tokens": 300},
                                  "completion_tokens_details": {"reasoning_tokens": 4}}},
    )
]  # fmt: skip


def test_a_stream_is_read_as_the_openai_sdk_reads_it() -> None:
    streaming = pytest.importorskip("openai.lib.streaming.chat", reason="the openai SDK is not installed")
    chat = pytest.importorskip("openai.types.chat")
    state = streaming.ChatCompletionStreamState()
    for event in STREAM:
        state.handle_chunk(chat.ChatCompletionChunk.model_validate(event))
    theirs = state.current_completion_snapshot
    ours = completed(streamed("openai", STREAM, model="gpt-6-luna")[0])

    assert (ours.text, ours.finish_reason) == (theirs.choices[0].message.content, theirs.choices[0].finish_reason)
    assert (ours.model, ours.service_tier) == (theirs.model, theirs.service_tier)
    assert ours.usage is not None
    assert (ours.usage.input, ours.usage.output) == (theirs.usage.prompt_tokens, theirs.usage.completion_tokens)
    assert ours.usage.cache_read == theirs.usage.prompt_tokens_details.cached_tokens
    assert ours.usage.reasoning == theirs.usage.completion_tokens_details.reasoning_tokens


REASONS = ("stop", "length", "tool_calls", "content_filter", "function_call")


def test_the_sdk_and_the_specification_have_no_other_finish_reasons() -> None:
    completion = pytest.importorskip("openai.types.chat.chat_completion", reason="the openai SDK is not installed")
    choice = SCHEMAS["CreateChatCompletionResponse"]["properties"]["choices"]["items"]

    assert set(get_args(completion.Choice.model_fields["finish_reason"].annotation)) == set(REASONS)
    assert set(choice["properties"]["finish_reason"]["enum"]) == set(REASONS)


@pytest.mark.parametrize("name", ["openai", "anthropic"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-should-retry": "true"},
        {"x-should-retry": "false"},
        {"retry-after": "7"},
        {"retry-after-ms": "1500"},
        {"retry-after": "0.5"},
        {"retry-after": "soon"},
    ],
)
@pytest.mark.parametrize("status", [400, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529])
def test_an_error_is_retried_after_the_same_wait_as_by_the_vendor_s_sdk(
    name: str, headers: dict[str, str], status: int
) -> None:
    sdk = pytest.importorskip(name, reason=f"the {name} SDK is not installed")
    client = (sdk.OpenAI if name == "openai" else sdk.Anthropic)(api_key="x", base_url="http://localhost:9")
    with client:
        retried = client._should_retry(httpx.Response(status, headers=headers))
        wait = client._parse_retry_after_header(httpx.Headers(headers))
    ours = failed(
        read(
            name,
            {"error": {"message": "why", "type": None, "param": None, "code": None}},
            status=status,
            headers=headers,
        )
    )

    assert is_retryable(ours) == retried
    assert ours.retry_after == (wait if retried else None)
