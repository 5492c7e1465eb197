"""What providers keep of prompts, by family of models, and the fields by which they are asked (providers' reference).

Sections 3.4 (OpenAI), 5.3 (Anthropic), 7.3 (Gemini), 8 to 10 (DeepSeek, Mistral, Qwen).
"""

from __future__ import annotations

from scrimp.caching.cache_rules import NO_CACHE, CacheRules
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.requests.capabilities import base_name, claude_version
from scrimp.values import CacheMark, Json, JsonObject, PromptCache

# The least that Anthropic keeps, in tokens: that of some models, then of those before and since Claude 5.
_CLAUDE_MINIMUM = {
    "claude-haiku-4-5": 4096, "claude-opus-4-5": 4096, "claude-opus-4-6": 4096, "claude-opus-4-7": 2048,
    "claude-sonnet-5-0": 1024,
}  # fmt: skip
_CLAUDE_4, _CLAUDE_5 = 1024, 512


def cache_rules(endpoint: Endpoint, model: str) -> CacheRules:
    """Return how a provider caches the prompts of a model."""
    if endpoint.transport != "http":
        return NO_CACHE
    if endpoint.dialect == "anthropic" and endpoint.flavour != "deepseek":
        return CacheRules(form="marks", minimum=_claude_minimum(model), lifetimes=("5m", "1h"))
    return NO_CACHE


def _claude_minimum(model: str) -> int:
    version = claude_version(model) or (99, 0)
    family = base_name(model).split("-")[1] if "-" in model else ""
    known = _CLAUDE_MINIMUM.get(f"claude-{family}-{version[0]}-{version[1]}")
    return known or (_CLAUDE_5 if version >= (5, 0) else _CLAUDE_4)


def claude_system(system: str, cache: PromptCache | None) -> Json:
    """Return the system text of a message of Anthropic's: as it is, or in blocks with marks where something is kept."""
    marks = [mark for mark in cache.marks if mark.part == "system"] if cache else []
    return marked_blocks(system, marks, claude_mark(cache)) if cache and marks else system


def claude_mark(cache: PromptCache | None) -> JsonObject:
    """Return what stands on a block that ends what is kept."""
    control: JsonObject = {"type": "ephemeral"}
    if cache is not None and cache.lifetime != "5m":
        control["ttl"] = cache.lifetime
    return {"cache_control": control}


def marked_blocks(text: str, marks: list[CacheMark], mark: JsonObject) -> Json:
    """Return a text as blocks that end where the marks are; together they are the text, to the letter."""
    blocks: list[Json] = []
    start = 0
    for end in sorted({min(each.end, len(text)) for each in marks} - {0}):
        blocks.append({"type": "text", "text": text[start:end], **mark})
        start = end
    if start < len(text):
        blocks.append({"type": "text", "text": text[start:]})
    return blocks
