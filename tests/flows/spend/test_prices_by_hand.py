"""What composed replies cost, beside a calculation by hand with the vendors' list prices of November 2026.

Each part is what was used and its price, in dollars per million tokens (searches: per million, too). None: unknown.
"""

from __future__ import annotations

from calendar import timegm
from decimal import Decimal
from typing import Any, TypeAlias

import pytest

from flows.rows import call_recorder
from providers.dialect_replies import completed, read, streamed
from scrimp.prices.book import PriceBook
from scrimp.values import Completion

Parts: TypeAlias = "list[tuple[int, str]] | None"
Reply: TypeAlias = "dict[str, Any]"
NOON = (2026, 11, 24, 12, 0)  # a Tuesday


def openai(model: str, prompt: int, completion: int, *, cached: int = 0, written: int = 0, thought: int = 0,
           heard: int = 0, spoken: int = 0, **rest: Any) -> Reply:  # fmt: skip
    usage = {
        "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written, "audio_tokens": heard},
        "completion_tokens_details": {"reasoning_tokens": thought, "audio_tokens": spoken},
    } | rest.pop("usage", {})  # fmt: skip
    message = {"content": "hi"} | rest.pop("message", {})
    return {"model": model, "usage": usage, "choices": [{"message": message, "finish_reason": "stop"}], **rest}


def claude(model: str, fresh: int, output: int, *, read_: int = 0, short: int = 0, long: int = 0, **rest: Any) -> Reply:
    usage = {
        "input_tokens": fresh, "output_tokens": output, "cache_read_input_tokens": read_,
        "cache_creation_input_tokens": short + long,
        "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long},
        "service_tier": "standard", "speed": "standard", "inference_geo": "global",
    } | rest  # fmt: skip
    return {"model": model, "content": [{"type": "text", "text": "hi"}], "stop_reason": "end_turn", "usage": usage}


def gemini(model: str, prompt: int, output: int, *, cached: int = 0, thoughts: int = 0, heard: int = 0,
           heard_cached: int = 0, queries: int = 0, **rest: Any) -> Reply:  # fmt: skip
    usage = {
        "promptTokenCount": prompt, "candidatesTokenCount": output, "thoughtsTokenCount": thoughts,
        "cachedContentTokenCount": cached,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": prompt - heard}, {"modality": "AUDIO", "tokenCount": heard},
        ],
        "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": heard_cached}],
    } | rest  # fmt: skip
    candidate: Reply = {"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}
    if queries:
        candidate["groundingMetadata"] = {"webSearchQueries": [f"q{n}" for n in range(queries)]}
    return {"modelVersion": model, "usageMetadata": usage, "candidates": [candidate]}


# Who was called, the reply, when, and what it cost.
BY_HAND: list[tuple[str, str, Reply, tuple[int, ...], Parts]] = [
    # OpenAI: cached tokens are part of the prompt, reasoning of the completion.
    ("openai", "plain", openai("gpt-6-luna", 1000, 200), NOON, [(1000, "0.10"), (200, "0.50")]),
    ("openai", "a snapshot", openai("gpt-6-luna-2026-09-22", 1000, 200), NOON, [(1000, "0.10"), (200, "0.50")]),
    ("openai", "cache read and written", openai("gpt-6.1-terra", 10_000, 500, cached=6000, written=2000), NOON,
     [(2000, "1"), (6000, "0.05"), (2000, "1.25"), (500, "5")]),
    ("openai", "reasoning is output", openai("gpt-6.2-sol", 300, 4000, thought=3900), NOON, [(300, "2"), (4000, "10")]),
    ("openai", "at the cliff", openai("gpt-6-luna", 272_000, 10), NOON, [(272_000, "0.10"), (10, "0.50")]),
    ("openai", "past the cliff", openai("gpt-6-luna", 272_001, 10, cached=1), NOON,
     [(272_000, "0.20"), (1, "0.02"), (10, "0.75")]),
    ("openai", "default tier", openai("gpt-6-luna", 1000, 200, service_tier="default"), NOON,
     [(1000, "0.10"), (200, "0.50")]),
    ("openai", "flex", openai("gpt-6-luna", 1000, 200, cached=500, service_tier="flex"), NOON,
     [(500, "0.05"), (500, "0.005"), (200, "0.25")]),
    ("openai", "priority", openai("gpt-6-luna", 1000, 200, service_tier="priority"), NOON,
     [(1000, "0.20"), (200, "1")]),
    ("openai", "priority of a model that has no such price", openai("gpt-6.2-sol", 10, 2, service_tier="priority"),
     NOON, None),
    ("openai", "scale", openai("gpt-6-luna", 10, 2, service_tier="scale"), NOON, None),
    ("openai", "sound", openai("gpt-audio", 1000, 300, heard=600, spoken=250), NOON,
     [(400, "2.50"), (600, "32"), (50, "10"), (250, "64")]),
    ("openai", "sound to a model that has no such price", openai("gpt-6-luna", 1000, 300, heard=600), NOON, None),
    ("openai", "a search model, whose searches have no price", openai("gpt-5-search-api", 1000, 300), NOON, None),
    ("openai", "citations nobody counted",
     openai("gpt-6-luna", 10, 3, message={"annotations": [{"type": "url_citation"}]}),
     NOON, None),
    # Anthropic: input excludes what was read and written.
    ("anthropic", "reads, short and long writes", claude("claude-opus-5-5", 12, 7, read_=2048, short=1000, long=500),
     NOON, [(12, "4"), (2048, "0.20"), (1000, "5"), (500, "8"), (7, "20")]),
    ("anthropic", "writes of which only the parts are counted",
     claude("claude-opus-5-5", 12, 7, short=1000, long=500, cache_creation_input_tokens=None),
     NOON, [(12, "4"), (1000, "5"), (500, "8"), (7, "20")]),
    ("anthropic", "a long write past the cliff", claude("claude-haiku-5-5", 1, 10, long=100_000), NOON,
     [(1, "0.50"), (100_000, "1"), (10, "2.50")]),
    ("anthropic", "thinking is output",
     claude("claude-opus-5-5", 12, 70, output_tokens_details={"thinking_tokens": 60}), NOON, [(12, "4"), (70, "20")]),
    ("anthropic", "a batch kept in the United States",
     claude("claude-opus-5-5", 100, 10, long=100, service_tier="batch", inference_geo="us"), NOON,
     [(100, "2.2"), (100, "4.4"), (10, "11")]),
    ("anthropic", "past the cliff", claude("claude-haiku-5-5", 100_001, 10), NOON, [(100_001, "0.50"), (10, "2.50")]),
    ("anthropic", "the cliff counts cached tokens", claude("claude-haiku-5-5", 1, 10, read_=100_000), NOON,
     [(1, "0.50"), (100_000, "0.05"), (10, "2.50")]),
    ("anthropic", "fast", claude("claude-opus-5-5", 100, 10, read_=50, speed="fast"), NOON,
     [(100, "8"), (50, "0.40"), (10, "40")]),
    ("anthropic", "fast where there is none", claude("claude-sonnet-5-5", 100, 10, speed="fast"), NOON, None),
    ("anthropic", "kept in the United States", claude("claude-sonnet-5-5", 100, 10, read_=1000, inference_geo="us"),
     NOON, [(100, "2.2"), (1000, "0.11"), (10, "11")]),
    ("anthropic", "fast and kept there", claude("claude-opus-5-5", 100, 10, speed="fast", inference_geo="us"), NOON,
     [(100, "8.8"), (10, "44")]),
    ("anthropic", "kept elsewhere", claude("claude-sonnet-5-5", 100, 10, inference_geo="eu"), NOON, None),
    ("anthropic", "a model from before regions", claude("claude-opus-4-5", 100, 10, inference_geo="not_available"),
     NOON, [(100, "5"), (10, "25")]),
    ("anthropic", "searches", claude("claude-haiku-4-5", 100, 10, server_tool_use={"web_search_requests": 3}), NOON,
     [(100, "1"), (10, "5"), (3, "10000")]),
    ("anthropic", "searches from the United States", claude("claude-opus-5-5", 0, 10, inference_geo="us",
     server_tool_use={"web_search_requests": 1}), NOON, [(10, "22"), (1, "10000")]),
    ("anthropic", "batch", claude("claude-opus-5-5", 100, 10, read_=1000, service_tier="batch"), NOON,
     [(100, "2"), (1000, "0.10"), (10, "10")]),
    ("anthropic", "priority", claude("claude-opus-5-5", 100, 10, service_tier="priority"), NOON, None),
    # Gemini: thoughts are output beside the candidates.
    ("gemini", "thoughts and cache", gemini("gemini-3.8-flash", 5000, 100, cached=4000, thoughts=900), NOON,
     [(1000, "0.75"), (4000, "0.075"), (1000, "3.75")]),
    ("gemini", "double from 2027", gemini("gemini-3.8-flash", 5000, 100),
     (2027, 1, 1, 0, 0), [(5000, "1.50"), (100, "7.50")]),
    ("gemini", "the last minute of 2026", gemini("gemini-3.8-flash", 5000, 100),
     (2026, 12, 31, 23, 59), [(5000, "0.75"), (100, "3.75")]),
    ("gemini", "past 200 000", gemini("gemini-2.5-pro", 200_001, 10), NOON, [(200_001, "2.50"), (10, "15")]),
    ("gemini", "sound, partly cached", gemini("gemini-2.5-flash", 1000, 10, cached=300, heard=600, heard_cached=200),
     NOON, [(300, "0.30"), (100, "0.03"), (400, "1"), (200, "0.1"), (10, "2.50")]),
    ("gemini", "two searches", gemini("gemini-4-argon", 100, 10, queries=2),
     NOON, [(100, "2"), (10, "10"), (2, "14000")]),
    ("gemini", "what a tool read", gemini("gemini-3.8-flash", 100, 10, toolUsePromptTokenCount=50),
     NOON, [(150, "0.75"), (10, "3.75")]),
    ("gemini", "a picture, whose tokens have no price",
     gemini("gemini-2.5-flash-image", 100, 1300, candidatesTokensDetails=[{"modality": "IMAGE", "tokenCount": 1290}]),
     NOON, None),
    ("gemini", "text, said to be text",
     gemini("gemini-3.8-flash", 100, 10, candidatesTokensDetails=[{"modality": "TEXT", "tokenCount": 10}]),
     NOON, [(100, "0.75"), (10, "3.75")]),
    ("gemini", "on demand", gemini("gemini-3.8-flash", 100, 10, trafficType="ON_DEMAND"),
     NOON, [(100, "0.75"), (10, "3.75")]),
    ("gemini", "flex", gemini("gemini-3.8-flash-tts", 100, 10, trafficType="ON_DEMAND_FLEX"),
     NOON, [(100, "0.25"), (10, "4.50")]),
    ("gemini", "throughput bought in advance",
     gemini("gemini-3.8-flash", 100, 10, trafficType="PROVISIONED_THROUGHPUT"), NOON, None),
    # DeepSeek: double at peak hours of working days; retired names have no price.
    ("deepseek", "off peak", openai("deepseek-flash", 1000, 100, usage={"prompt_cache_hit_tokens": 400}), NOON,
     [(600, "0.15"), (400, "0.003"), (100, "0.60")]),
    ("deepseek", "at peak", openai("deepseek-flash", 1000, 100), (2026, 11, 24, 6, 0), [(1000, "0.30"), (100, "1.20")]),
    ("deepseek", "at that hour on a Sunday", openai("deepseek-v4-pro", 1000, 100),
     (2026, 11, 29, 6, 0), [(1000, "0.66"), (100, "1.98")]),
    ("deepseek", "a retired name", openai("deepseek-chat", 1000, 100), NOON, None),
    ("deepseek", "a retired name in its time", openai("deepseek-chat", 1000, 100),
     (2026, 3, 1, 12, 0), [(1000, "0.28"), (100, "0.42")]),
    # Mistral's moving names mean the model they point to now.
    ("mistral", "large-latest is Large 3", openai("mistral-large-latest", 1000, 100),
     NOON, [(1000, "0.50"), (100, "1.50")]),
    ("mistral", "medium is Medium 3.5", openai("mistral-medium", 1000, 100, cached=640), NOON,
     [(360, "1.50"), (640, "0.15"), (100, "7.50")]),
    ("mistral", "magistral-small is Small 4", openai("magistral-small-latest", 1000, 100),
     NOON, [(1000, "0.15"), (100, "0.60")]),
    ("mistral", "seconds of sound", openai("mistral-small-2603", 1000, 100, usage={"prompt_audio_seconds": 9}),
     NOON, None),
    # Qwen: all output of a call that thought costs more; each region has a list of its own.
    ("qwen", "no thinking", openai("qwen-plus", 1000, 100), NOON, [(1000, "0.40"), (100, "1.20")]),
    ("qwen", "thinking", openai("qwen-plus", 1000, 100, thought=60), NOON, [(1000, "0.40"), (100, "4")]),
    ("qwen", "thinking past 256 000", openai("qwen-plus-latest", 256_001, 100, thought=1),
     NOON, [(256_001, "1.20"), (100, "12")]),
    ("qwen", "thinking at one price", openai("qwen3.8-flash", 1000, 100, thought=60),
     NOON, [(1000, "0.15"), (100, "0.47")]),
    ("qwen", "a search", openai("qwen-plus", 10, 10, usage={"plugins": {"search": {"count": 1}}}), NOON, None),
    ("qwen-cn", "Beijing", openai("qwen-plus", 1000, 100, thought=60), NOON, [(1000, "0.115"), (100, "1.147")]),
    ("qwen-cn", "not on that list", openai("qwen3.5-plus", 1000, 100), NOON, None),
    ("qwen-us", "kept in the United States", openai("qwen-plus-us", 1000, 100), NOON, [(1000, "0.40"), (100, "1.20")]),
    ("qwen-us", "served anywhere", openai("qwen-plus", 1000, 100), NOON, [(1000, "0.115"), (100, "0.287")]),
    # Gateways: the vendor's list by the name; a reported cost goes first.
    ("portkey-self-hosted", "a vendor's list", openai("gpt-6-luna", 1000, 200), NOON, [(1000, "0.10"), (200, "0.50")]),
    ("portkey-self-hosted", "another vendor's", openai("claude-opus-5-5", 1000, 200), NOON, [(1000, "4"), (200, "20")]),
    ("portkey-self-hosted", "nobody's", openai("house-model", 1000, 200), NOON, None),
    ("openrouter", "reported", openai("openai/gpt-6-luna", 10, 2, usage={"cost": 0.00095}), NOON, [(1, "950")]),
    ("openrouter", "one's own key", openai("openai/gpt-6-luna", 10, 2,
     usage={"cost": 0.00005, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.0009}}),
     NOON, [(1, "950")]),
    ("openrouter", "one's own key, and not what the vendor took", openai("openai/gpt-6-luna", 10, 2,
     usage={"cost": 0.00005, "is_byok": True, "cost_details": {"upstream_inference_cost": None}}),
     NOON, None),
    ("openrouter", "a free model", openai("openai/gpt-oss-20b:free", 10, 2, usage={"cost": 0}), NOON, []),
    ("openrouter", "no cost, but a list", openai("openai/gpt-6-luna", 1000, 200),
     NOON, [(1000, "0.10"), (200, "0.50")]),
    ("litellm", "Anthropic's long writes", openai("anthropic/claude-opus-5-5", 1512, 7, written=1500,
     usage={"prompt_tokens_details": {"cache_creation_tokens": 1500, "cache_creation_token_details": {
         "ephemeral_5m_input_tokens": 1000, "ephemeral_1h_input_tokens": 500}}}),
     NOON, [(12, "4"), (1000, "5"), (500, "8"), (7, "20")]),
    ("litellm", "a picture", openai("gemini/gemini-2.5-flash-image", 100, 1300,
     usage={"completion_tokens_details": {"image_tokens": 1290}}), NOON, None),
    ("portkey", "Anthropic's cache beside the prompt", openai("claude-opus-5-5", 3, 5, usage={
        "total_tokens": 1208, "cache_read_input_tokens": 1000, "cache_creation_input_tokens": 200}),
     NOON, [(3, "4"), (1000, "0.20"), (200, "5"), (5, "20")]),
    ("portkey", "xAI's reasoning beside the completion", openai("x-ai/grok-4-0709", 10, 2, thought=50,
     usage={"total_tokens": 62}), NOON, [(10, "3"), (52, "15")]),
    ("portkey", "a vendor chosen by a slug", openai("@mine/gpt-6-luna", 1000, 200, cached=500), NOON,
     [(500, "0.10"), (500, "0.01"), (200, "0.50")]),
    ("helicone-openai", "the vendor's list", openai("gpt-6-luna", 1000, 200, cached=500), NOON,
     [(500, "0.10"), (500, "0.01"), (200, "0.50")]),
]  # fmt: skip


CASES = pytest.mark.parametrize(
    ("provider", "reply", "when", "parts"),
    [(provider, reply, when, parts) for provider, _, reply, when, parts in BY_HAND],
    ids=[f"{provider}: {title}" for provider, title, *_ in BY_HAND],
)


@CASES
def test_a_reply_costs_what_a_calculation_by_hand_says(
    provider: str, reply: Reply, when: tuple[int, ...], parts: Parts
) -> None:
    assert cost_of(provider, reply, completed(read(provider, reply)), when) == by_hand(parts)


@CASES
def test_a_streamed_reply_costs_the_same(provider: str, reply: Reply, when: tuple[int, ...], parts: Parts) -> None:
    result, _ = streamed(provider, as_stream(provider, reply))

    assert cost_of(provider, reply, completed(result), when) == by_hand(parts)


def test_gemini_names_the_tier_that_served_a_call_in_a_header() -> None:
    reply = gemini("gemini-3.8-flash-tts", 100, 10)
    completion = completed(read("gemini", reply, headers={"x-gemini-service-tier": "flex"}))

    assert cost_of("gemini", reply, completion, NOON) == by_hand([(100, "0.25"), (10, "4.50")])


def cost_of(provider: str, reply: Reply, completion: Completion, when: tuple[int, ...]) -> Decimal | None:
    model = reply.get("model") or reply["modelVersion"]
    cost, _ = call_recorder(PriceBook()).price(model, provider, completion, timegm((*when, 0, 0, 0)))
    return cost


def by_hand(parts: Parts) -> Decimal | None:
    return None if parts is None else sum(used * Decimal(price) for used, price in parts) / Decimal(1_000_000)


def as_stream(provider: str, reply: Reply) -> list[Any]:
    """Return a reply as the events of its dialect, with everything that is billed where each vendor puts it."""
    if provider == "gemini":
        (candidate,) = reply["candidates"]
        first = candidate | {"content": {"parts": [{"text": "h"}]}, "finishReason": None}
        last = {"content": {"parts": [{"text": "i"}]}, "finishReason": "STOP"}
        return [reply | {"candidates": [first]}, reply | {"candidates": [last]}]
    if provider == "anthropic":
        output = {"output_tokens": reply["usage"]["output_tokens"]}
        return [
            {"type": "message_start", "message": reply | {"usage": reply["usage"] | {"output_tokens": 1}}},
            {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "hi"}},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": output},
            {"type": "message_stop"},
        ]
    (choice,) = reply["choices"]
    rest = {name: value for name, value in reply.items() if name not in ("usage", "choices")}
    delta = {"index": 0, "delta": choice["message"], "finish_reason": choice["finish_reason"]}
    return [rest | {"choices": [delta]}, rest | {"choices": [], "usage": reply["usage"]}, "[DONE]"]
