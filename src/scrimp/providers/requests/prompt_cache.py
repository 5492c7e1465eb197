"""What providers keep of prompts, by family of models, and the fields by which they are asked (providers' reference).

Sections 3.4 (OpenAI), 5.3 (Anthropic), 7.3 (Gemini), 8 to 11 (DeepSeek, Mistral, Qwen, OpenRouter).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scrimp.caching.cache_rules import NO_CACHE, CacheRules
from scrimp.enums import CachePart
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.json_access import array, obj
from scrimp.providers.requests.capabilities import base_name, claude_version, gemini_version, gpt_version
from scrimp.values import Attachment, Call, Json, JsonObject, PromptCache

# The least that Anthropic keeps, in tokens: that of some models, then of those before and since Claude 5.
_CLAUDE_MINIMUM = {
    "claude-haiku-4-5": 4096, "claude-opus-4-5": 4096, "claude-opus-4-6": 4096, "claude-opus-4-7": 2048,
    "claude-sonnet-5-0": 1024,
}  # fmt: skip
_CLAUDE_4, _CLAUDE_5 = 1024, 512
_AUTOMATIC = 1024
_GEMINI_MINIMUM = {(2, 5): 1024, (3, 0): 1024}  # of flash; sources differ on 2.5-pro
_GEMINI_LATER = 4096
# Other models may be served at its address, or at one that stands in its place, by what does not know its fields.
_OPENAI = ("gpt-", "chatgpt-", "o1", "o3", "o4", "ft:gpt-")
_GPT_BILLS_WRITES_SINCE = (5, 6)
_MISTRAL_BLOCK = 64
_QWEN_MARKS = CacheRules(form="marks", minimum=_AUTOMATIC, explicit=True)


def cache_rules(endpoint: Endpoint, model: str) -> CacheRules:
    """Return how a provider caches the prompts of a model."""
    if endpoint.transport != "http":
        return NO_CACHE
    if endpoint.dialect == "gemini":
        return CacheRules(form="automatic", unasked=True, storable=True, minimum=_gemini_minimum(model))
    if endpoint.flavour == "deepseek":
        return CacheRules(form="automatic", unasked=True, minimum=_AUTOMATIC)
    if base_name(model).startswith("claude") and (endpoint.dialect == "anthropic" or endpoint.flavour == "openrouter"):
        return CacheRules(form="marks", minimum=_claude_minimum(model), lifetimes=("5m", "1h"))
    return _rules_of_chat(endpoint.flavour, model)


def cache_ways(endpoint: Endpoint, model: str) -> tuple[CacheRules, ...]:
    """Return the ways in which a provider can cache the prompts of a model; what asks for nothing comes first.

    Qwen keeps prompts by itself, or, for a price and to be read for less, those that marks ask for: one or the other.
    """
    rules = cache_rules(endpoint, model)
    return (rules, _QWEN_MARKS) if endpoint.flavour == "qwen" and rules.form == "automatic" else (rules,)


def batch_rules(endpoint: Endpoint, model: str) -> CacheRules:
    """Return how a provider caches the prompts of batches.

    Only Anthropic says that its batches read what other batches wrote, and advises to have it kept for an hour.
    """
    rules = cache_rules(endpoint, model)
    if endpoint.dialect != "anthropic" or rules.form != "marks":
        return NO_CACHE
    return CacheRules(form="marks", minimum=rules.minimum, lifetimes=("1h",))


def _rules_of_chat(flavour: str, model: str) -> CacheRules:
    if flavour == "mistral":
        return CacheRules(form="key", minimum=_MISTRAL_BLOCK)
    if flavour == "openrouter":  # a session stays where its beginning is kept
        return CacheRules(form="key", unasked=True, minimum=_AUTOMATIC)
    if flavour != "openai" or not base_name(model).startswith(_OPENAI):  # most keep prompts by themselves
        return CacheRules(form="automatic", unasked=True, minimum=_AUTOMATIC)
    if (gpt_version(model) or (0, 0)) < _GPT_BILLS_WRITES_SINCE:
        return CacheRules(form="key", unasked=True, minimum=_AUTOMATIC)
    return CacheRules(form="marks", minimum=_AUTOMATIC, lifetimes=("30m",), unasked=True, billed_unasked=True)


def _gemini_minimum(model: str) -> int:
    if "pro" in base_name(model):
        return _GEMINI_LATER
    return _GEMINI_MINIMUM.get(gemini_version(model) or (99, 0), _GEMINI_LATER)


def _claude_minimum(model: str) -> int:
    version = claude_version(model) or (99, 0)
    family = base_name(model).split("-")[1] if "-" in model else ""
    known = _CLAUDE_MINIMUM.get(f"claude-{family}-{version[0]}-{version[1]}")
    return known or (_CLAUDE_5 if version >= (5, 0) else _CLAUDE_4)


def cache_fields(call: Call, endpoint: Endpoint) -> JsonObject:
    """Return the body fields of the OpenAI dialect that go with a call's marks, or that turn the cache off."""
    cache = call.prompt_cache
    if cache is None:
        return {}
    name = "session_id" if endpoint.flavour == "openrouter" else "prompt_cache_key"
    fields: JsonObject = {name: cache.key} if cache.key else {}
    if cache_rules(endpoint, call.model).billed_unasked:
        options: JsonObject = {"mode": "explicit"}
        fields["prompt_cache_options"] = options | ({"ttl": cache.lifetime} if cache.marks else {})
    return fields


def _mark(cache: PromptCache, endpoint: Endpoint) -> JsonObject:
    """Return the cache mark for the block at the end of a cached beginning."""
    if endpoint.flavour == "openai":
        return {"prompt_cache_breakpoint": {"mode": "explicit"}}
    control: JsonObject = {"type": "ephemeral"}
    if cache.lifetime != "5m":
        control["ttl"] = cache.lifetime
    return {"cache_control": control}


def marked_text(text: str, part: CachePart, call: Call, endpoint: Endpoint) -> Json:
    """Return a text with the marks of its part of the call; as it is where there are none.

    It becomes blocks that end where the marks are, and that together are the text, to the letter. What is added to a
    system text that is marked at its end is kept with it.
    """
    ends, mark = _marks(part, call, endpoint)
    whole = len(call.system or "") if part == "system" else len(text)
    return _blocks(text, [len(text) if end >= whole else end for end in ends], mark) if ends else text


def marked_content(content: Json, part: CachePart, call: Call, endpoint: Endpoint, *, number: int) -> Json:
    """Return the content of the last of `number` turns or attachments, its last block marked where there is a mark."""
    ends, mark = _marks(part, call, endpoint)
    if number not in ends:
        return content
    blocks: list[Json] = [{"type": "text", "text": content}] if isinstance(content, str) else list(array(content))
    return [*blocks[:-1], obj(blocks[-1]) | mark] if blocks else content


def marked_turn(call: Call, endpoint: Endpoint, attached_to: Callable[[str, Sequence[Attachment]], Json]) -> Json:
    """Return the last turn: what is attached before the text, which is in blocks where a part of it is kept.

    `attached_to` gives the blocks of a text and its attachments in the words of a dialect.
    """
    text = marked_text(call.text, "text", call, endpoint)
    if not call.attachments:
        return text
    *attached, whole = array(attached_to(call.text, call.attachments))
    attached = array(marked_content(attached, "attachments", call, endpoint, number=len(attached)))
    return [*attached, *([whole] if isinstance(text, str) else array(text))]


def _marks(part: CachePart, call: Call, endpoint: Endpoint) -> tuple[list[int], JsonObject]:
    """Return where a part of a call is marked, and with what; nowhere if its provider takes no marks."""
    cache = call.prompt_cache
    if cache is None or not cache.marks or cache_ways(endpoint, call.model)[-1].form != "marks":
        return [], {}
    return [mark.end for mark in cache.marks if mark.part == part], _mark(cache, endpoint)


def _blocks(text: str, ends: Sequence[int], mark: JsonObject) -> list[Json]:
    blocks: list[Json] = []
    start = 0
    for end in sorted({min(end, len(text)) for end in ends} - {0}):
        blocks.append({"type": "text", "text": text[start:end], **mark})
        start = end
    if start < len(text):
        blocks.append({"type": "text", "text": text[start:]})
    return blocks
