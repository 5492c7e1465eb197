"""Usage in the three dialects: a part is never more than its total, and a malformed count is never a zero."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.dialect_replies import chat, completed, read, streamed
from scrimp.values import Usage

counts = st.integers(0, 10**9)
some = st.integers(1, 10**9)
# What stands where a count should: absent, null, or something that is none.
odd = st.sampled_from([None, -1, -(10**12), True, "12", "", 1.5, [], {}, 1e300])


def usage_of(preset: str, counted: Any) -> Usage | None:
    if preset == "gemini":
        body = {
            "candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}],
            "usageMetadata": counted,
        }
    elif preset == "anthropic":
        body = {"content": [{"type": "text", "text": "hi"}], "stop_reason": "end_turn", "usage": counted}
    else:
        body = chat(counted)
    return completed(read(preset, body)).usage


@given(fresh=some, read_=counts, written=counts, answer=counts, hidden=counts)
def test_openai_counts_include_their_parts(fresh: int, read_: int, written: int, answer: int, hidden: int) -> None:
    counted = {
        "prompt_tokens": fresh + read_ + written, "completion_tokens": answer + hidden,
        "prompt_tokens_details": {"cached_tokens": read_, "cache_write_tokens": written},
        "completion_tokens_details": {"reasoning_tokens": hidden},
    }  # fmt: skip

    assert usage_of("openai", counted) == Usage(
        input=fresh + read_ + written, output=answer + hidden, cache_read=read_, cache_write=written, reasoning=hidden
    )


@given(fresh=some, read_=counts, short=counts, long=counts, answer=counts, hidden=counts)
def test_anthropic_input_excludes_cache_reads_and_writes(
    fresh: int, read_: int, short: int, long: int, answer: int, hidden: int
) -> None:
    counted = {
        "input_tokens": fresh, "cache_read_input_tokens": read_, "cache_creation_input_tokens": short + long,
        "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long},
        "output_tokens": answer + hidden, "output_tokens_details": {"thinking_tokens": hidden},
    }  # fmt: skip

    assert usage_of("anthropic", counted) == Usage(
        input=fresh + read_ + short + long, output=answer + hidden, cache_read=read_, cache_write=short + long,
        cache_write_long=long, reasoning=hidden,
    )  # fmt: skip


@given(fresh=some, read_=counts, tools=counts, answer=counts, hidden=counts)
def test_gemini_output_excludes_thoughts_and_its_prompt_excludes_tools(
    fresh: int, read_: int, tools: int, answer: int, hidden: int
) -> None:
    counted = {
        "promptTokenCount": fresh + read_, "cachedContentTokenCount": read_, "toolUsePromptTokenCount": tools,
        "candidatesTokenCount": answer, "thoughtsTokenCount": hidden,
    }  # fmt: skip

    assert usage_of("gemini", counted) == Usage(
        input=fresh + read_ + tools, output=answer + hidden, cache_read=read_, reasoning=hidden
    )


@given(prompt=some, answer=counts, hidden=counts)
def test_gemini_openai_may_count_thinking_only_in_the_total(prompt: int, answer: int, hidden: int) -> None:
    counted = {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer + hidden}

    assert usage_of("gemini-openai", counted) == Usage(input=prompt, output=answer + hidden)


# What providers count beside prompt and completion instead of in them is told by the total, or by a part that is larger
# than its whole. Each expected usage was added up by hand.
BESIDE = [
    # xAI: thinking in the total and in its own field only; with a total that leaves it out, the field alone tells.
    ({"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 62, "completion_tokens_details": {"reasoning_tokens": 50}}, Usage(input=10, output=52, reasoning=50)),
    ({"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12, "completion_tokens_details": {"reasoning_tokens": 50}}, Usage(input=10, output=52, reasoning=50)),
    # Portkey for Anthropic: the cache in the total and in its own fields only.
    ({"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 1208, "cache_read_input_tokens": 1000, "cache_creation_input_tokens": 200}, Usage(input=1203, output=5, cache_read=1000, cache_write=200)),
    ({"prompt_tokens": 3, "completion_tokens": 5, "cache_read_input_tokens": 1000}, Usage(input=1003, output=5, cache_read=1000)),
    ({"prompt_tokens": 3000, "completion_tokens": 5, "total_tokens": 4005, "prompt_tokens_details": {"cached_tokens": 1000}}, Usage(input=4000, output=5, cache_read=1000)),
    # Both at once.
    ({"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 1058, "cache_read_input_tokens": 1000, "completion_tokens_details": {"reasoning_tokens": 50}}, Usage(input=1003, output=55, cache_read=1000, reasoning=50)),
    # OpenAI, LiteLLM, DeepSeek: parts of their wholes.
    ({"prompt_tokens": 1203, "completion_tokens": 55, "total_tokens": 1258, "prompt_tokens_details": {"cached_tokens": 1000}, "completion_tokens_details": {"reasoning_tokens": 50}}, Usage(input=1203, output=55, cache_read=1000, reasoning=50)),
    ({"prompt_tokens": 1203, "completion_tokens": 5, "total_tokens": 1208, "prompt_cache_hit_tokens": 1000, "prompt_cache_miss_tokens": 203}, Usage(input=1203, output=5, cache_read=1000)),
    ({"prompt_tokens": 10, "completion_tokens": 52, "total_tokens": 0, "completion_tokens_details": {"reasoning_tokens": 50}}, Usage(input=10, output=52, reasoning=50)),
]  # fmt: skip


@pytest.mark.parametrize(("counted", "usage"), BESIDE)
def test_tokens_beside_prompt_and_completion_are_billed(counted: dict[str, Any], usage: Usage) -> None:
    assert usage_of("litellm", counted) == usage


def test_gemini_may_count_thinking_only_in_the_total() -> None:
    counted = {"promptTokenCount": 10, "candidatesTokenCount": 2, "toolUsePromptTokenCount": 5, "totalTokenCount": 67}

    assert usage_of("gemini", counted) == Usage(input=15, output=52)


# Streams count in the first event, in the last one, or in all of them as the counts grow, with zeros or nothing elsewhere.
CHAT, MESSAGE, CONTENT = (
    {"prompt_tokens": 9, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 4}},
    {"input_tokens": 5, "output_tokens": 5, "cache_read_input_tokens": 4},
    {"promptTokenCount": 9, "candidatesTokenCount": 5, "cachedContentTokenCount": 4},
)
NOTHING: list[Any] = [
    None, {}, {"prompt_tokens": 0, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 0}},
    {"input_tokens": 0, "output_tokens": 0, "cache_read_input_tokens": 0}, {"input_tokens": None, "output_tokens": 1},
    {"promptTokenCount": 9, "candidatesTokenCount": 0}, {"prompt_tokens": 9, "completion_tokens": 1}, {"prompt_tokens_details": None},
]  # fmt: skip


@pytest.mark.parametrize("nothing", NOTHING, ids=str)
@pytest.mark.parametrize("at", [0, 1])
def test_a_stream_s_usage_is_the_largest_that_it_counted_wherever_that_stands(at: int, nothing: Any) -> None:
    def counts(real: dict[str, Any]) -> tuple[Any, Any]:
        return (real, nothing) if at == 0 else (nothing, real)

    first, last = counts(CHAT)
    chat_events: list[Any] = [
        {"choices": [{"delta": {"content": "hi"}}], "usage": first},
        {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": last},
    ]
    first, last = counts(MESSAGE)
    message_events = [
        {"type": "message_start", "message": {"usage": first}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "hi"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": last},
    ]
    first, last = counts(CONTENT)
    content_events = [
        {"candidates": [{"content": {"parts": [{"text": "hi"}]}}], "usageMetadata": first},
        {"candidates": [{"finishReason": "STOP"}], "usageMetadata": last},
    ]

    for preset, events in (("openai", chat_events), ("anthropic", message_events), ("gemini", content_events)):
        assert completed(streamed(preset, events)[0]).usage == Usage(input=9, output=5, cache_read=4), preset


@pytest.mark.parametrize(
    ("preset", "counted"),
    [
        ("openai", {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}), ("anthropic", {"input_tokens": 0, "output_tokens": 0}),
        ("gemini", {"promptTokenCount": 0, "candidatesTokenCount": 0}),
    ],
)  # fmt: skip
def test_a_text_for_which_no_token_was_counted_has_an_unknown_usage(preset: str, counted: Any) -> None:
    assert usage_of(preset, counted) is None


@pytest.mark.parametrize("preset", ["openai", "vllm", "qwen"])
def test_a_cost_is_believed_only_from_those_who_report_dollars(preset: str) -> None:
    body = chat({"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.5})

    assert completed(read(preset, body)).reported_cost is None
    assert completed(read("openrouter", body)).reported_cost == Decimal("0.5")


def test_a_gateway_s_zero_for_a_call_is_unknown() -> None:
    body = chat({"prompt_tokens": 1, "completion_tokens": 1})

    assert completed(read("litellm", body, headers={"x-litellm-response-cost": "0.0"})).reported_cost is None
    assert completed(read("litellm", body, headers={"x-litellm-response-cost": "1e-6"})).reported_cost == Decimal(
        "1e-6"
    )


IN_EACH_DIALECT: dict[str, dict[str, Any]] = {
    "litellm": chat({"prompt_tokens": 1, "completion_tokens": 1}),
    "anthropic": {"content": [], "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1}},
    "gemini": {"candidates": [{"finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 1}},
}


@pytest.mark.parametrize("preset", IN_EACH_DIALECT)
@pytest.mark.parametrize(
    ("headers", "cost"),
    [
        ({"x-litellm-response-cost": "9.6e-05"}, "0.000096"), ({"x-litellm-response-cost": "0"}, None), ({}, None),
        ({"x-litellm-response-cost": "-1"}, None), ({"x-litellm-response-cost": "NaN"}, None),
        # A reply from the gateway's own cache.
        ({"x-litellm-cache-key": "81679045d3"}, "0"), ({"x-litellm-cache-key": "81679045d3", "x-litellm-response-cost": "0.0"}, "0"),
        ({"x-litellm-cache-key": "81679045d3", "x-litellm-response-cost": "0.5"}, "0.5"), ({"x-litellm-cache-key": ""}, None),
        ({"x-portkey-cache-status": "HIT"}, "0"), ({"x-portkey-cache-status": "SEMANTIC HIT"}, "0"),
        ({"x-portkey-cache-status": "MISS"}, None), ({"x-portkey-cache-status": "DISABLED"}, None),
        ({"helicone-cache": "HIT"}, "0"), ({"helicone-cache": "MISS"}, None), ({"x-openrouter-cache-status": "HIT"}, "0"),
    ],
)  # fmt: skip
def test_what_a_gateway_s_headers_say_of_the_cost_is_read_in_every_dialect(
    preset: str, headers: dict[str, str], cost: str | None
) -> None:
    reported = completed(read(preset, IN_EACH_DIALECT[preset], headers=headers)).reported_cost

    assert reported == (None if cost is None else Decimal(cost))


WHOLES = {
    "openai": ("prompt_tokens", "completion_tokens"),
    "anthropic": ("input_tokens", "output_tokens"),
    "gemini": ("promptTokenCount",),
}


@pytest.mark.parametrize("preset", WHOLES)
@given(data=st.data())
def test_a_malformed_total_makes_the_usage_unknown(preset: str, data: st.DataObject) -> None:
    counted: dict[str, Any] = dict.fromkeys(WHOLES[preset], 5)
    counted[data.draw(st.sampled_from(WHOLES[preset]))] = data.draw(odd)

    assert usage_of(preset, counted) is None


@pytest.mark.parametrize("counted", [None, [], "5", 5, {}])
@pytest.mark.parametrize("preset", WHOLES)
def test_a_malformed_usage_is_unknown(preset: str, counted: Any) -> None:
    assert usage_of(preset, counted) is None


PARTS = {
    "openai": [
        {"prompt_tokens_details": {"cached_tokens": 0}}, {"prompt_tokens_details": {"cache_write_tokens": 0}},
        {"prompt_tokens_details": {"cache_creation_input_tokens": 0}}, {"prompt_cache_hit_tokens": 0},
        {"num_cached_tokens": 0}, {"completion_tokens_details": {"reasoning_tokens": 0}},
        {"prompt_tokens_details": None}, {"completion_tokens_details": None},
    ],
    "anthropic": [{"cache_creation": None}, {"output_tokens_details": {"thinking_tokens": 0}}],
    "gemini": [{"cachedContentTokenCount": 0}],
}  # fmt: skip
# Those that come on top of the totals, and would be missing from the cost.
ADDED_PARTS = {
    "anthropic": [
        {"cache_read_input_tokens": 0}, {"cache_creation_input_tokens": 0},
        {"cache_creation": {"ephemeral_5m_input_tokens": 0}}, {"cache_creation": {"ephemeral_1h_input_tokens": 0}},
    ],
    "gemini": [{"toolUsePromptTokenCount": 0}],
}  # fmt: skip


def filled(part: Any, value: Any) -> Any:
    return {name: filled(inner, value) for name, inner in part.items()} if isinstance(part, dict) else value


@pytest.mark.parametrize(
    ("preset", "part"), [(preset, part) for preset, parts in ADDED_PARTS.items() for part in parts]
)
@given(value=odd)
def test_a_malformed_part_that_comes_on_top_makes_the_usage_unknown(
    preset: str, part: dict[str, Any], value: Any
) -> None:
    usage = usage_of(preset, dict.fromkeys(WHOLES[preset], 5) | filled(part, value))

    assert usage is None or (value is None and usage.input == 5)  # null is not told


@pytest.mark.parametrize(("preset", "part"), [(preset, part) for preset, parts in PARTS.items() for part in parts])
@given(value=odd)
def test_a_malformed_part_counts_as_zero(preset: str, part: dict[str, Any], value: Any) -> None:
    wholes = dict.fromkeys(WHOLES[preset], 5)
    usage = usage_of(preset, wholes | filled(part, value))

    assert usage is not None
    assert (usage.input, usage.output) in {(5, 5), (5, 0), (6, 5), (6, 0)}  # 1.5 counts as 1
    assert 0 <= usage.cache_read + usage.cache_write <= 1
    assert 0 <= usage.reasoning <= 1


@given(prompt=st.integers(0, 9), output=st.integers(0, 9), total=st.none() | st.integers(0, 30) | st.just("many"))
def test_wholes_alone_count_as_wholes_with_parts_that_are_null(prompt: int, output: int, total: Any) -> None:
    wholes = {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": total}

    assert usage_of("openai", wholes) == usage_of("openai", wholes | {"prompt_tokens_details": None})


@pytest.mark.parametrize(("preset", "part"), [(preset, part) for preset, parts in PARTS.items() for part in parts])
@given(value=counts)
def test_a_part_is_never_more_than_its_total(preset: str, part: dict[str, Any], value: int) -> None:
    usage = usage_of(preset, dict.fromkeys(WHOLES[preset], 5) | filled(part, value))

    assert usage is not None
    assert usage.cache_read <= usage.input
    assert usage.cache_write <= usage.input
    assert usage.cache_write_long <= usage.cache_write
    assert usage.reasoning <= usage.output
