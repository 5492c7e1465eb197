"""Replies with usage as each provider sends them, and what each cost by hand.

Rates are written down from the providers' price pages of November 2026, in dollars per million tokens, and multiplied
as fractions: none of them comes out of scrimp's table.
"""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from msgspec import Struct

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday, off DeepSeek's peak
Hand = list[tuple[int, str]] | None  # tokens of each kind with their rate; None: the cost cannot be known


class Reply(Struct, kw_only=True):
    """One reply, how it was asked for, and its cost."""

    name: str
    provider: str
    asked: str
    body: dict[str, Any]
    hand: Hand
    times: str = "1"  # what the sum is multiplied by: a region
    plus: str = "0"  # dollars beside tokens: searches, or what the provider reports
    batch: bool = False
    when: datetime = NOON
    headers: dict[str, str] = {}
    context: dict[str, str] = {}  # as genai-prices names the way of processing
    flavor: str | None = None  # as genai-prices names the dialect; None: it does not know the provider
    differs: str = ""  # why genai-prices has another cost

    @property
    def cost(self) -> Fraction | None:
        if self.hand is None:
            return None
        tokens = sum(Fraction(tokens) * Fraction(rate) for tokens, rate in self.hand)
        return tokens * Fraction(self.times) / 1_000_000 + Fraction(self.plus)


def chat(model: str, usage: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": "stop", "logprobs": None,
              "message": {"role": "assistant", "content": "Hello.", "refusal": None}}  # fmt: skip
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_000_000, "model": model,
            "choices": [choice], "usage": usage, **more}  # fmt: skip


def message(model: str, **usage: Any) -> dict[str, Any]:
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": model,
            "content": [{"type": "text", "text": "Hello."}], "stop_reason": "end_turn", "stop_sequence": None,
            "usage": usage}  # fmt: skip


def content(model: str, **usage: Any) -> dict[str, Any]:
    candidate = {"content": {"role": "model", "parts": [{"text": "Hello."}]}, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model, "responseId": "r1"}


def counted(prompt: int, completion: int, *, cached: int = 0, written: int = 0, hidden: int = 0) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": hidden, "audio_tokens": 0},
    }  # fmt: skip


def _openai(name: str, asked: str, body: dict[str, Any], hand: Hand, **more: Any) -> Reply:
    return Reply(name=name, provider="openai", asked=asked, body=body, hand=hand, flavor="chat", **more)


LUNA, SOL, HAIKU, OPUS = "gpt-6-luna", "gpt-6.2-sol", "claude-haiku-5-5", "claude-opus-5-5"
OPENAI = [
    _openai(
        "cache reads and writes, and hidden reasoning, are parts of what is counted", LUNA,
        chat(LUNA, counted(1420, 112, cached=1024, written=300, hidden=100), service_tier="default"),
        [(96, "0.10"), (1024, "0.01"), (300, "0.125"), (112, "0.50")],
    ),
    _openai(
        "the last token before the cliff", LUNA, chat(LUNA, counted(272_000, 1000)),
        [(272_000, "0.10"), (1000, "0.50")],
    ),
    _openai(
        "the first token beyond it reprices all", LUNA, chat(LUNA, counted(272_001, 1000, cached=100_000)),
        [(172_001, "0.20"), (100_000, "0.02"), (1000, "0.75")],
    ),
    _openai(
        "flex", "gpt-5.4", chat("gpt-5.4", counted(2000, 500, cached=1024), service_tier="flex"),
        [(976, "1.25"), (1024, "0.13"), (500, "7.50")], context={"service_tier": "flex"},
    ),
    _openai(
        "priority, as the reply says", LUNA, chat(LUNA, counted(1000, 100), service_tier="priority"),
        [(1000, "0.20"), (100, "1.00")], context={"service_tier": "priority"},
    ),
    _openai(
        "priority was asked for and default was served", LUNA, chat(LUNA, counted(1000, 100), service_tier="default"),
        [(1000, "0.10"), (100, "0.50")],
    ),
    _openai(
        "a tier without a price", LUNA, chat(LUNA, counted(1000, 100), service_tier="scale"), None,
        context={"service_tier": "scale"}, differs="it prices a tier that it does not know as standard",
    ),
    _openai(
        "a batch", LUNA, chat(LUNA, counted(1420, 112, cached=1024, hidden=100), service_tier="default"),
        [(396, "0.05"), (1024, "0.005"), (112, "0.25")], batch=True, context={"processing": "batch"},
    ),
    _openai(
        "a snapshot is named by its date", LUNA, chat("gpt-6-luna-2026-09-22", counted(1000, 100)),
        [(1000, "0.10"), (100, "0.50")],
    ),
    _openai(
        "a snapshot that is on no list costs what its model does", "gpt-6-luna-2027-03-04",
        chat("gpt-6-luna-2027-03-04", counted(1000, 100)), [(1000, "0.10"), (100, "0.50")],
    ),
    _openai(
        "a snapshot with a price of its own answered", "gpt-4o", chat("gpt-4o-2024-05-13", counted(1000, 100)),
        [(1000, "5"), (100, "15")],
    ),
    _openai(
        "a gateway passed the call on to another model", "gpt-6.1-sol", chat(LUNA, counted(1000, 100)),
        [(1000, "0.10"), (100, "0.50")],
    ),
    _openai(
        "a name that only begins like a known one", LUNA, chat("gpt-6-luna-ultra", counted(1000, 100)), None,
    ),
    _openai(
        "a published price of a model that is newer than the table", SOL, chat(SOL, counted(1000, 100)),
        [(1000, "2"), (100, "10")], differs="it does not have it yet",
    ),
    _openai(
        "a batch for which no price is known costs what a live call does", SOL, chat(SOL, counted(1000, 100)),
        [(1000, "2"), (100, "10")], batch=True, context={"processing": "batch"}, differs="it does not have it yet",
    ),
    _openai("no usage", LUNA, chat(LUNA, None), None),
    _openai(
        "a usage of zeros for a text", LUNA, chat(LUNA, counted(0, 0)), None,
        differs="it takes zeros at their word, and a text is never free",
    ),
]  # fmt: skip


def _anthropic(
    name: str, asked: str, hand: Hand, *, model: str = "", more: dict[str, Any] | None = None, **usage: Any
) -> Reply:  # fmt: skip
    body = message(model or asked, **{"output_tokens": 7, **usage})
    return Reply(name=name, provider="anthropic", asked=asked, body=body, hand=hand, flavor="default", **(more or {}))


ANTHROPIC = [
    _anthropic(
        "input excludes what the cache read and wrote, for 5 minutes and for an hour", HAIKU,
        [(12, "0.10"), (2048, "0.01"), (100, "0.125"), (200, "0.20"), (7, "0.50")],
        input_tokens=12, cache_read_input_tokens=2048, cache_creation_input_tokens=300,
        cache_creation={"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
        output_tokens_details={"thinking_tokens": 3}, service_tier="standard", speed="standard",
    ),
    _anthropic(
        "writes whose lifetime is not told are short", HAIKU, [(12, "0.10"), (300, "0.125"), (7, "0.50")],
        input_tokens=12, cache_read_input_tokens=0, cache_creation_input_tokens=300,
    ),
    _anthropic(
        "the cliff counts what the cache read, too", HAIKU, [(60_000, "0.50"), (40_001, "0.05"), (7, "2.50")],
        input_tokens=60_000, cache_read_input_tokens=40_001, cache_creation_input_tokens=0,
    ),
    _anthropic(
        "and its last token is before it", HAIKU, [(60_000, "0.10"), (40_000, "0.01"), (7, "0.50")],
        input_tokens=60_000, cache_read_input_tokens=40_000, cache_creation_input_tokens=0,
    ),
    _anthropic(
        "a batch says so itself, and its cache is half the price, too", HAIKU,
        [(12, "0.05"), (2048, "0.005"), (7, "0.25")],
        input_tokens=12, cache_read_input_tokens=2048, service_tier="batch",
        more={"context": {"processing": "batch"}},
    ),
    _anthropic(
        "fast costs double", OPUS, [(1000, "8"), (7, "40")], input_tokens=1000, speed="fast",
        more={"context": {"speed": "fast"}},
    ),
    _anthropic(
        "kept in the United States", OPUS, [(1000, "4"), (7, "20")], input_tokens=1000, inference_geo="us",
        more={"times": "1.1", "differs": "it does not price regions"},
    ),
    _anthropic(
        "kept where nothing is known of the price", OPUS, None, input_tokens=1000, inference_geo="eu",
        more={"differs": "it does not price regions"},
    ),
    _anthropic(
        "priority, which no list has", OPUS, None, input_tokens=1000, service_tier="priority",
        more={"context": {"service_tier": "priority"}, "differs": "it prices a tier that it does not know as standard"},
    ),
    _anthropic(
        "searches", OPUS, [(1000, "4"), (7, "20")], input_tokens=1000,
        server_tool_use={"web_search_requests": 2, "web_fetch_requests": 0}, more={"plus": "0.02"},
    ),
    _anthropic(
        "a dated name", "claude-haiku-4-5", [(1000, "1"), (7, "5")], model="claude-haiku-4-5-20251001",
        input_tokens=1000,
    ),
]  # fmt: skip


def _gemini(name: str, asked: str, hand: Hand, *, more: dict[str, Any] | None = None, **usage: Any) -> Reply:
    return Reply(
        name=name, provider="gemini", asked=asked, body=content(asked, **usage), hand=hand, flavor="default",
        **(more or {}),
    )  # fmt: skip


FLASH, ARGON, PRO = "gemini-3.8-flash", "gemini-4-argon", "gemini-2.5-pro"
GEMINI = [
    _gemini(
        "thoughts are output that candidates leave out, and tools input that the prompt leaves out", FLASH,
        [(226, "0.75"), (1024, "0.075"), (305, "3.75")],
        promptTokenCount=1200, cachedContentTokenCount=1024, toolUsePromptTokenCount=50, candidatesTokenCount=5,
        thoughtsTokenCount=300, totalTokenCount=1555,
    ),
    _gemini(
        "thoughts in the total alone", FLASH, [(1200, "0.75"), (305, "3.75")],
        promptTokenCount=1200, candidatesTokenCount=5, totalTokenCount=1505,
        more={"differs": "it leaves out what only the total counts"},
    ),
    _gemini(
        "the last second before the price doubles", ARGON, [(1000, "2"), (100, "10")],
        promptTokenCount=1000, candidatesTokenCount=100,
        more={"when": datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)},
    ),
    _gemini(
        "and the first one after", ARGON, [(1000, "4"), (100, "20")], promptTokenCount=1000, candidatesTokenCount=100,
        more={"when": datetime(2026, 12, 1, tzinfo=UTC)},
    ),
    _gemini(
        "the cliff", PRO, [(100_001, "2.50"), (100_000, "0.25"), (100, "15")],
        promptTokenCount=200_001, cachedContentTokenCount=100_000, candidatesTokenCount=60, thoughtsTokenCount=40,
    ),
    _gemini(
        "a batch keeps the cached rate of live calls", "gemini-2.5-flash",
        [(976, "0.15"), (1024, "0.03"), (100, "1.25")],
        promptTokenCount=2000, cachedContentTokenCount=1024, candidatesTokenCount=100,
        more={"batch": True, "context": {"processing": "batch"}},
    ),
    _gemini(
        "a batch that the table lacks", "gemini-3.5-flash", [(1000, "0.75"), (100, "4.50")],
        promptTokenCount=1000, candidatesTokenCount=100,
        more={"batch": True, "context": {"processing": "batch"}, "differs": "its data lack the batch price"},
    ),
]  # fmt: skip

DEEPSEEK, V4 = "deepseek-flash", "deepseek-v4-pro"
_PEAK = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
_SATURDAY = datetime(2026, 11, 28, 2, 30, tzinfo=UTC)
_HITS = {"prompt_tokens": 2000, "completion_tokens": 100, "total_tokens": 2100, "prompt_cache_hit_tokens": 1536,
         "prompt_cache_miss_tokens": 464, "completion_tokens_details": {"reasoning_tokens": 40}}  # fmt: skip
_NO_HITS = "it does not read DeepSeek's count of hits"
OTHERS = [
    Reply(
        name="hits in a field of its own", provider="deepseek", asked=DEEPSEEK, body=chat(DEEPSEEK, _HITS),
        hand=[(464, "0.15"), (1536, "0.003"), (100, "0.60")], flavor="chat", differs=_NO_HITS,
    ),
    Reply(
        name="a snapshot that is on no list", provider="deepseek", asked="deepseek-flash-20270304",
        body=chat("deepseek-flash-20270304", counted(1000, 100)), hand=[(1000, "0.15"), (100, "0.60")], flavor="chat",
        differs="it knows no name that it does not list",
    ),
    Reply(
        name="double at peak hours", provider="deepseek", asked=DEEPSEEK, body=chat(DEEPSEEK, counted(1000, 100)),
        hand=[(1000, "0.30"), (100, "1.20")], when=_PEAK, flavor="chat",
    ),
    Reply(
        name="and not on a Saturday", provider="deepseek", asked=DEEPSEEK, body=chat(DEEPSEEK, counted(1000, 100)),
        hand=[(1000, "0.15"), (100, "0.60")], when=_SATURDAY, flavor="chat", differs="its data double on weekends",
    ),
    Reply(
        name="through its Anthropic form", provider="deepseek-anthropic", asked=V4,
        body=message(V4, input_tokens=464, cache_read_input_tokens=1536, output_tokens=100),
        hand=[(464, "0.66"), (1536, "0.022"), (100, "1.98")],
    ),
    Reply(
        name="a retired model", provider="deepseek", asked="deepseek-chat",
        body=chat("deepseek-chat", counted(1000, 100)), hand=None, flavor="chat", differs="its data do not retire it",
    ),
    Reply(
        name="cached tokens in an older field", provider="mistral", asked="mistral-large-4",
        body=chat("mistral-large-4", {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100,
                                      "num_cached_tokens": 640}),
        hand=[(360, "0.70"), (640, "0.07"), (100, "2.10")], flavor="default",
        differs="it does not read the older field",
    ),
    Reply(
        name="a batch", provider="mistral", asked="mistral-large-4",
        body=chat("mistral-large-4", counted(1000, 100, cached=640)), batch=True,
        hand=[(360, "0.35"), (640, "0.035"), (100, "1.05")], flavor="default", context={"processing": "batch"},
    ),
    Reply(
        name="explicit cache", provider="qwen", asked="qwen-plus",
        body=chat("qwen-plus", {"prompt_tokens": 3000, "completion_tokens": 100, "total_tokens": 3100,
                                "prompt_tokens_details": {"cached_tokens": 1500, "cache_creation_input_tokens": 1100}}),
        hand=[(400, "0.40"), (1500, "0.04"), (1100, "0.50"), (100, "1.20")],
    ),
    Reply(
        name="implicit cache", provider="qwen", asked="qwen3.8-flash",
        body=chat("qwen3.8-flash", counted(1000, 100, cached=256)),
        hand=[(744, "0.15"), (256, "0.016"), (100, "0.47")],
    ),
    Reply(
        name="thinking in the total alone", provider="gemini-openai", asked=FLASH,
        body=chat(FLASH, {"prompt_tokens": 1200, "completion_tokens": 5, "total_tokens": 1505}),
        hand=[(1200, "0.75"), (305, "3.75")],
    ),
    Reply(
        name="the same as its vendor", provider="helicone-openai", asked=LUNA, body=chat(LUNA, counted(1000, 100)),
        hand=[(1000, "0.10"), (100, "0.50")],
    ),
    Reply(
        name="answered from its own cache", provider="helicone-openai", asked=LUNA, hand=[],
        body=chat(LUNA, counted(1000, 100)), headers={"helicone-cache": "HIT"},
    ),
    Reply(
        name="Anthropic's cache beside the prompt", provider="portkey", asked="anthropic/claude-opus-5-5",
        body=chat(OPUS, {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 1208,
                         "cache_read_input_tokens": 1000, "cache_creation_input_tokens": 200}),
        hand=[(3, "4"), (1000, "0.20"), (200, "5"), (5, "20")],
    ),
    Reply(
        name="no price list", provider="tokenmix", asked="gpt-4o-mini", body=chat("gpt-4o-mini", counted(1000, 100)),
        hand=None,
    ),
    Reply(name="on this machine", provider="ollama", asked="llama3.2", body=chat("llama3.2", counted(9, 9)), hand=[]),
    Reply(
        name="in its cloud", provider="ollama", asked="gpt-oss:120b-cloud",
        body=chat("gpt-oss:120b-cloud", counted(9, 9)), hand=None,
    ),
]  # fmt: skip


def _router(name: str, plus: str | None, *, headers: dict[str, str] | None = None, **usage: Any) -> Reply:
    return Reply(
        name=name, provider="openrouter", asked="openai/gpt-6-luna", hand=None if plus is None else [],
        plus=plus or "0", body=chat("openai/gpt-6-luna", counted(194, 2) | usage, provider="OpenAI"),
        headers=headers or {}, flavor="chat",
        differs="" if plus == "0" and headers else "it does not read what is reported",
    )  # fmt: skip


REPORTED = [
    _router(
        "the cost that it reports", "0.00095", cost=0.00095, is_byok=False,
        cost_details={"upstream_inference_cost": None},
    ),
    _router(
        "with a key of one's own: its fee, and what the vendor bills", "0.00097", cost=0.00002, is_byok=True,
        cost_details={"upstream_inference_cost": 0.00095},
    ),
    _router(
        "with a key of one's own, free of a fee", "0.00095", cost=0, is_byok=True,
        cost_details={"upstream_inference_cost": 0.00095},
    ),
    _router("a fee alone is not the cost", None, cost=0.00002, is_byok=True),
    _router("a free model", "0", cost=0, is_byok=False),
    _router(
        "answered from its own cache", "0", headers={"x-openrouter-cache-status": "HIT"}, prompt_tokens=0,
        completion_tokens=0, total_tokens=0,
    ),
    Reply(
        name="no cost reported: by its own list", provider="openrouter", asked="openai/gpt-6-luna",
        body=chat("openai/gpt-6-luna", counted(1000, 100)), hand=[(1000, "0.10"), (100, "0.50")], flavor="chat",
    ),
    Reply(
        name="the cost in a header", provider="litellm", asked="gpt-6-luna", hand=[], plus="0.000123",
        body=chat(LUNA, counted(1000, 100)), headers={"x-litellm-response-cost": "0.000123"},
    ),
    Reply(
        name="a zero is what it writes for a price that it does not know: the vendor's", provider="litellm", asked=LUNA,
        body=chat(LUNA, counted(1000, 100)), headers={"x-litellm-response-cost": "0.0"},
        hand=[(1000, "0.10"), (100, "0.50")],
    ),
    Reply(
        name="a name of its own that no vendor has", provider="litellm", asked="house-fast",
        body=chat("house-fast", counted(1000, 100)), hand=None,
    ),
]  # fmt: skip

REPLIES = [*OPENAI, *ANTHROPIC, *GEMINI, *OTHERS, *REPORTED]
