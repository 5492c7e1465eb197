"""The OpenAI dialect at every provider that speaks it: requests, replies and streams (reference 2.4, 2.5, 3, 8 to 14)."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from math import exp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.dialect_replies import body, chat, completed, failed, read, request, streamed
from scrimp.failures import is_retryable
from scrimp.providers.presets import PRESETS
from scrimp.values import Completion, Failure, Message, Parameters, TokenLogprob, Usage

SPEAKERS = sorted(name for name, preset in PRESETS.items() if preset.dialect == "openai")
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
BARE = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
# What goes with every call: reference 11, so that OpenRouter does not drop what an endpoint does not take.
ALWAYS: dict[str, Any] = {"openrouter": {"provider": {"require_parameters": True}}, "local": {"cache_prompt": False}}


@pytest.mark.parametrize("preset", SPEAKERS)
def test_nothing_is_sent_that_was_not_asked_for(preset: str) -> None:
    assert body(preset) == BARE | ALWAYS.get(preset, {})


@pytest.mark.parametrize("preset", SPEAKERS)
def test_the_output_cap_has_the_name_the_provider_knows(preset: str) -> None:
    # 3.1: GPT-5 and later refuse max_tokens; 2.4: the others know nothing else.
    name = "max_completion_tokens" if preset in ("openai", "helicone-openai") else "max_tokens"

    assert body(preset, max_output=400) == BARE | ALWAYS.get(preset, {}) | {name: 400}


@pytest.mark.parametrize("preset", SPEAKERS)
def test_a_schema_is_enforced_strictly_or_told_to_the_model(preset: str) -> None:
    sent = body(preset, schema=SCHEMA)

    if preset == "deepseek":  # 8: json_object only, and the prompt must have the word json in it
        system, user = sent["messages"]
        assert sent["response_format"] == {"type": "json_object"}
        assert "json" in system["content"].lower()
        assert json.loads(system["content"].partition(": ")[2]) == SCHEMA
        assert user == {"role": "user", "content": "hi"}
    else:
        form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}}
        assert sent == BARE | ALWAYS.get(preset, {}) | {"response_format": form}


def test_a_schema_at_deepseek_follows_the_user_s_own_system_text() -> None:
    call = request("deepseek", system="Be brief.", parameters=Parameters(schema=SCHEMA))
    system, _ = json.loads(call.body)["messages"]

    assert system["content"].startswith("Be brief.\n\n")
    assert json.dumps(SCHEMA, separators=(",", ":")) in system["content"]


@pytest.mark.parametrize("preset", SPEAKERS)
def test_sampling_and_streaming_have_the_same_names_everywhere(preset: str) -> None:
    sent = json.loads(request(preset, stream=True, parameters=Parameters(temperature=0.0, logprobs=True)).body)

    assert sent == BARE | ALWAYS.get(preset, {}) | {
        "temperature": 0.0, "logprobs": True, "top_logprobs": 20,
        "stream": True, "stream_options": {"include_usage": True},
    }  # fmt: skip


turns = st.lists(st.builds(Message, st.sampled_from(["user", "assistant"]), st.text(max_size=9)), max_size=4)


@given(st.none() | st.text(max_size=9), turns, st.text(max_size=9))
def test_messages_are_the_system_text_then_the_turns_then_the_prompt(
    system: str | None, history: list[Message], text: str
) -> None:
    sent = json.loads(request("openai", system=system, history=tuple(history), text=text).body)["messages"]
    first = [{"role": "system", "content": system}] if system else []

    assert sent == [
        *first,
        *({"role": turn.role, "content": turn.content} for turn in history),
        {"role": "user", "content": text},
    ]


labels = st.lists(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from('"\\\n\r\t|'), min_size=1, max_size=6
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("preset", ["local", "llamacpp"])
@given(labels)
def test_a_grammar_allows_the_choices_and_no_other_text(preset: str, choices: list[str]) -> None:
    start, _, rest = body(preset, choices=tuple(choices))["grammar"].partition("root ::= ")
    read_back = []
    while rest:  # a GBNF literal has the escapes of a JSON string
        literal, end = json.JSONDecoder().raw_decode(rest)
        read_back.append(literal)
        assert rest[end:] == "" or rest[end:].startswith(" | ")
        rest = rest[end + 3 :]

    assert (start, read_back) == ("", choices)


@pytest.mark.parametrize("preset", sorted({*SPEAKERS} - {"local", "llamacpp"}))
def test_choices_are_not_sent_where_there_is_no_grammar(preset: str) -> None:
    assert body(preset, choices=("yes", "no")) == BARE | ALWAYS.get(preset, {})


# 2.5, and what Mistral (model_length) and DeepSeek (insufficient_system_resource) add
STOP_REASONS = {
    "stop": "stop", "length": "length", "model_length": "length", "content_filter": "refused", "tool_calls": "tool",
    "function_call": "tool", "insufficient_system_resource": "error",
}  # fmt: skip


@pytest.mark.parametrize(("finish_reason", "expected"), STOP_REASONS.items())
def test_the_finish_reason_is_understood_and_kept(finish_reason: str, expected: str) -> None:
    reply = {"choices": [{"finish_reason": finish_reason, "message": {"content": "hi"}}]}
    chunks = [{"choices": [{"delta": {"content": "hi"}}]}, {"choices": [{"delta": {}, "finish_reason": finish_reason}]}]

    for result in (completed(read("mistral", reply)), completed(streamed("mistral", chunks)[0])):
        assert (result.stop_reason, result.finish_reason, result.text) == (expected, finish_reason, "hi")


def test_a_generation_that_failed_is_a_server_failure_streamed_or_not() -> None:
    reply = {"choices": [{"finish_reason": "error", "message": {"content": "half"}}]}
    chunks = [{"choices": [{"delta": {"content": "half"}}]}, {"choices": [{"delta": {}, "finish_reason": "error"}]}]

    for result in (failed(read("openrouter", reply)), failed(streamed("openrouter", chunks)[0])):
        assert (result.kind, is_retryable(result), result.http) == ("server", True, 200)


COUNTED = {"usage": {"prompt_tokens": 10, "completion_tokens": 2}}
BROKEN: dict[str, Any] = {"finish_reason": "error", "error": {"code": 429, "message": "upstream is busy"}}


@pytest.mark.parametrize(
    "reply",
    [
        {"choices": [BROKEN | {"message": {"content": "half"}}]} | COUNTED,
        {"choices": [{"message": {"content": "half"}}], "error": {"code": 429, "message": "upstream is busy"}}
        | COUNTED,
    ],
)
def test_what_a_failed_generation_counts_is_billed_and_its_error_is_told(reply: dict[str, Any]) -> None:
    half = {"choices": [{"delta": {"content": "half"}}]}
    chunks = [half, {"choices": [BROKEN | {"delta": {}}]}, {"choices": []} | COUNTED]

    for result in (failed(read("openrouter", reply)), failed(streamed("openrouter", chunks)[0])):
        assert (result.kind, "(429: upstream is busy)" in result.message) == ("rate_limit", True)
        assert result.billed is not None
        assert (result.billed.text, result.billed.usage) == ("half", Usage(input=10, output=2))


@pytest.mark.parametrize("status", [200, 201, 246])
def test_a_guardrail_s_warning_is_still_a_completion(status: int) -> None:
    assert completed(read("portkey", chat({}), status=status)).text == "hi"


@pytest.mark.parametrize(
    "reply", [{}, {"choices": []}, {"choices": None}, {"choices": {}}, [], "ok", b"", b"<html>", {"object": "list"}]
)
def test_a_reply_without_choices_is_a_failure(reply: Any) -> None:
    result = failed(read("openai", reply))

    assert (result.kind, is_retryable(result)) == ("server", True)
    assert "not a completion" in result.message


@pytest.mark.parametrize(
    "choice",
    [
        None,
        3,
        {},
        {"message": None},
        {"message": {"content": None}},
        {"message": {"content": 3}},
        {"message": {"content": [3, None, {"type": "image"}]}},
    ],
)
def test_a_choice_without_text_is_an_empty_completion(choice: Any) -> None:
    assert completed(read("openai", {"choices": [choice]})).text == ""


def test_openrouters_example_reply() -> None:
    usage = {"prompt_tokens": 194, "completion_tokens": 2, "total_tokens": 196, "cost": 0.00095, "is_byok": False,
             "cost_details": {"upstream_inference_cost": None}, "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 100}}  # fmt: skip
    result = completed(read("openrouter", chat(usage) | {"model": "openai/gpt-6-luna", "service_tier": "flex"}))

    assert result.usage == Usage(input=194, output=2, cache_write=100)
    assert (result.reported_cost, result.model, result.service_tier) == (
        Decimal("0.00095"),
        "openai/gpt-6-luna",
        "flex",
    )


def test_qwens_explicit_cache_writes_are_counted() -> None:
    usage = {
        "prompt_tokens": 2000,
        "completion_tokens": 1,
        "prompt_tokens_details": {"cached_tokens": 300, "cache_creation_input_tokens": 1200},
    }

    assert completed(read("qwen", chat(usage))).usage == Usage(
        input=2000, output=1, cache_read=300, explicit_read=300, cache_write=1200
    )


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        ({"cost": 0}, "0.0"), ({"cost": 1.5e-7}, "1.5E-7"), ({"cost": 0.1}, "0.1"), ({"cost": -1}, None), ({"cost": "0.1"}, "0.1"), ({"cost": "free"}, None),
        ({"cost": True}, None), ({"cost": None}, None), ({}, None), ({"cost": 10**400}, None),
        # With a key of one's own the cost is the fee only: without the rest, the total is unknown, never the fee.
        ({"cost": 0, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.002}}, "0.002"),
        ({"cost": 0.1, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.2}}, "0.3"),
        ({"cost": 0, "is_byok": True, "cost_details": {"upstream_inference_cost": None}}, None), ({"cost": 0, "is_byok": True}, None),
        ({"cost": 1, "is_byok": True, "cost_details": {"upstream_inference_cost": -5}}, None),
        ({"cost": 0.1, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.2}}, "0.1"),
    ],
)  # fmt: skip
def test_a_cost_in_the_body_is_exact_or_unknown(usage: dict[str, Any], cost: str | None) -> None:
    expected = None if cost is None else Decimal(cost)

    assert completed(read("openrouter", chat(usage))).reported_cost == expected
    stream = [{"choices": [{"delta": {}, "finish_reason": "stop"}]}, {"choices": [], "usage": usage}]
    assert completed(streamed("openrouter", stream)[0]).reported_cost == expected


@pytest.mark.parametrize(
    ("header", "cost"),
    [("0.00012", "0.00012"), ("1.5e-05", "0.000015"), ("None", None), ("-1", None), ("nan", None), ("inf", None), ("Infinity", None), ("$1", None)],
)  # fmt: skip
def test_litellms_cost_is_in_a_header(header: str, cost: str | None) -> None:
    result = completed(read("litellm", chat({}), headers={"x-litellm-response-cost": header}))

    assert result.reported_cost == (None if cost is None else Decimal(cost))


@pytest.mark.parametrize(
    ("preset", "header"),
    [("openai", "x-request-id"), ("openrouter", "x-generation-id"), ("litellm", "x-litellm-call-id"), ("portkey", "x-portkey-trace-id")],
)  # fmt: skip
def test_the_request_id_is_kept_for_the_log(preset: str, header: str) -> None:
    assert completed(read(preset, chat({}), headers={header: "abc"})).request_id == "abc"
    assert completed(read(preset, chat({}))).request_id is None


def with_logprobs(*entries: Any) -> tuple[TokenLogprob, ...]:
    reply = {
        "choices": [{"finish_reason": "stop", "message": {"content": "yes"}, "logprobs": {"content": list(entries)}}]
    }
    return completed(read("openai", reply)).logprobs


def test_log_probabilities_are_read_with_their_alternatives() -> None:
    top = [{"token": "yes", "logprob": -0.1, "bytes": [1]}, {"token": "no", "logprob": -9999.0, "bytes": None}]

    assert with_logprobs({"token": "yes", "logprob": -0.1, "top_logprobs": top}, {"token": ".", "logprob": 0, "top_logprobs": []}) == (
        TokenLogprob("yes", -0.1, (("yes", -0.1), ("no", -9999.0))), TokenLogprob(".", 0.0),
    )  # fmt: skip


@pytest.mark.parametrize("logprob", [None, "-0.1", True, [], 3, 1000, 10**400])
def test_a_missing_log_probability_is_not_certainty(logprob: Any) -> None:
    sound = {
        "token": "yes",
        "logprob": -0.5,
        "top_logprobs": [{"token": "yes", "logprob": -0.5}, {"token": "no", "logprob": logprob}],
    }

    assert with_logprobs(sound) == (TokenLogprob("yes", -0.5, (("yes", -0.5),)),)
    assert with_logprobs(sound, {"token": ".", "logprob": logprob}) == ()


@given(st.floats(-1e6, 1e6))
def test_a_log_probability_is_that_of_a_probability(logprob: float) -> None:
    for token in with_logprobs(
        {"token": "a", "logprob": logprob, "top_logprobs": [{"token": "a", "logprob": logprob}]}
    ):
        assert 0 <= exp(token.logprob) <= 1
        assert token.top == (("a", token.logprob),)


# A stream as the reference has it (3.6), with the comments that DeepSeek and OpenRouter keep it alive with left out.
START = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-6-luna"}
STREAM: list[Any] = [
    START | {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]},
    START | {"choices": [{"index": 0, "delta": {"content": "Hel"}, "finish_reason": None}], "usage": None},
    START | {"choices": [{"index": 0, "delta": {"content": "lo."}, "finish_reason": None}], "service_tier": "default"},
    START | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    START | {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12, "prompt_tokens_details": {"cached_tokens": 4}}},
    "[DONE]",
]  # fmt: skip


@pytest.mark.parametrize("events", range(len(STREAM) + 1))
def test_a_stream_cut_at_any_place_is_never_a_whole_completion_with_a_wrong_cost(events: int) -> None:
    result, shown = streamed("openai", STREAM[:events])

    if events < 4:
        assert (failed(result).kind, is_retryable(failed(result)), failed(result).sent) == ("network", True, True)
    else:  # cut before its usage: whole, at an unknown cost
        assert completed(result).usage == (Usage(input=9, output=3, cache_read=4) if events > 4 else None)
        assert "".join(shown) == completed(result).text == "Hello."


@given(st.text(min_size=1, max_size=30), st.lists(st.integers(0, 30), max_size=5), st.booleans())
def test_a_stream_is_the_reply_in_pieces(text: str, cuts: list[int], usage_first: bool) -> None:
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end] for start, end in pairwise(places)]
    counts = {"prompt_tokens": 9, "completion_tokens": 3}
    middle = [START | {"choices": [{"delta": {"content": piece}}]} for piece in pieces]
    usage, end = (
        START | {"choices": [], "usage": counts},
        START | {"choices": [{"delta": {}, "finish_reason": "length"}]},
    )
    result, shown = streamed("openai", [usage, *middle, end] if usage_first else [*middle, end, usage])

    assert shown.count("") == 2
    assert [piece for piece in shown if piece] == pieces
    assert completed(result) == completed(
        read(
            "openai",
            {
                "model": "gpt-6-luna",
                "choices": [{"finish_reason": "length", "message": {"content": text}}],
                "usage": counts,
            },
        )
    )


@pytest.mark.parametrize("place", range(len(STREAM)))
@pytest.mark.parametrize(
    "error", [{"error": {"code": "server_error", "message": "why"}}, {"error": "why"}, "<html>", ""]
)
def test_an_error_anywhere_in_a_stream_ends_it(place: int, error: Any) -> None:
    result = failed(streamed("openrouter", [*STREAM[:place], error, *STREAM[place:]])[0])

    assert (result.kind, is_retryable(result)) == ("server", True)


def test_a_refusal_and_thoughts_are_told_apart_from_the_text() -> None:
    refusal = [{"choices": [{"delta": {"refusal": piece}}]} for piece in ("I ", "won't.")]
    thought = [
        {"choices": [{"delta": {"reasoning_content": "hm", "content": None}}]},
        {"choices": [{"delta": {"content": "Hi"}}]},
    ]
    end = {"choices": [{"delta": {}, "finish_reason": "stop"}]}

    refused = completed(streamed("openai", [*refusal, end])[0])
    assert (refused.text, refused.stop_reason) == ("I won't.", "refused")
    assert completed(streamed("deepseek", [*thought, end])[0]).text == "Hi"


chunks = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(
        st.sampled_from(["choices", "delta", "content", "finish_reason", "usage", "cost", "error", "type", "message", "candidates", "parts", "promptFeedback"]), inner, max_size=4
    ),
    max_leaves=10,
)  # fmt: skip


@given(
    st.sampled_from(["openai", "anthropic", "gemini", "mistral"]), st.lists(chunks | st.text(max_size=9), max_size=4)
)
def test_no_event_raises_an_exception(preset: str, events: list[Any]) -> None:
    result, shown = streamed(preset, events)

    assert isinstance(result, Completion | Failure)
    assert all(type(piece) is str for piece in shown)


def test_of_several_choices_in_a_stream_that_asked_for_one_the_first_is_read() -> None:
    def chunk(index: int, text: str, reason: str | None = None) -> dict[str, Any]:
        return {"index": index, "delta": {"content": text}, "finish_reason": reason}

    stream = [
        START | {"choices": [chunk(1, "Hel"), chunk(0, "Go")]},
        START | {"choices": [chunk(0, "od", "content_filter")]},
        START | {"choices": [chunk(0, "!"), chunk(1, "lo.", "stop")]},
    ]
    result, shown = streamed("openai", stream)

    assert completed(result).text == "".join(shown) == "Hello."
    assert completed(result).stop_reason == "stop"
    assert failed(streamed("openai", stream[:2])[0]).kind == "network"  # another one's end is not its own
