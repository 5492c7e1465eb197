"""Tokens in a reply of a chat completions API, under the names of OpenAI and of those compatible with it."""

from __future__ import annotations

from msgspec.structs import replace

from scrimp.providers.json_access import array, count, is_count, obj
from scrimp.values import Json, JsonObject, Usage

_WHOLE = frozenset(("prompt_tokens", "completion_tokens", "total_tokens"))
# Billed in addition to tokens, at rates that no list has: sources that were read (xAI), seconds of sound (Mistral).
_UNLISTED = ("num_sources_used", "prompt_audio_seconds")
_UNLISTED_OUTPUT = ("image_tokens", "video_tokens")  # parts of the completion that cost more than its text


def usage(value: Json, text: str) -> Usage | None:
    """Return the tokens of a reply with a text; None if they are not counts, or all zero.

    OpenAI counts cached tokens as part of the prompt, and reasoning as part of the completion. Others count them beside
    it (Portkey for Anthropic's cache, xAI for reasoning): a part that is larger than its whole, or a total that is
    larger than prompt and completion, shows it. What a total holds beyond all named parts is hidden reasoning (Gemini).
    """
    if not isinstance(value, dict):
        return None
    if not (is_count(value.get("prompt_tokens")) and is_count(value.get("completion_tokens"))):
        return None
    prompt, output = count(value.get("prompt_tokens")), count(value.get("completion_tokens"))
    if value.keys() <= _WHOLE:  # no part is named, as servers of open models reply
        return Usage(input=prompt, output=max(output, count(value.get("total_tokens")) - prompt)).if_counted(text)
    read, written, written_long = _cache_tokens(value)
    reasoning = count(obj(value, "completion_tokens_details").get("reasoning_tokens"))
    beyond = max(0, count(value.get("total_tokens")) - prompt - output)
    cache_beside = read + written > prompt or (beyond > 0 and beyond in (read + written, read + written + reasoning))
    if cache_beside:
        prompt, beyond = prompt + read + written, max(0, beyond - read - written)
    output += max(beyond, reasoning if reasoning > output else 0)
    audio_in, audio_out = _audio_tokens(value)
    read = min(read, prompt)
    counted = Usage(
        input=prompt, output=output, cache_read=read, explicit_read=read if _is_explicit(value) else 0,
        cache_write=min(written, prompt - read), cache_write_long=min(written_long, prompt - read),
        reasoning=min(reasoning, output), input_audio=min(audio_in, prompt), output_audio=min(audio_out, output),
        web_searches=_searches(value), unlisted=_unlisted(value),
    )  # fmt: skip
    return counted.if_counted(text)


def _audio_tokens(value: JsonObject) -> tuple[int, int]:
    """Return how many tokens of the prompt and of the completion were sound."""
    heard = obj(value, "prompt_tokens_details").get("audio_tokens")
    return count(heard), count(obj(value, "completion_tokens_details").get("audio_tokens"))


def _searches(value: JsonObject) -> int:
    """Return how many web searches a reply was billed for (Perplexity, Qwen, OpenRouter)."""
    plugin = obj(obj(value, "plugins"), "search").get("count")
    server = obj(value, "server_tool_use").get("web_search_requests")
    return max(map(count, (value.get("num_search_queries"), plugin, server)))


def _unlisted(value: JsonObject) -> int:
    """Return how many things were billed whose price no list has; so is a call with a key of one's own (OpenRouter)."""
    details = obj(value, "completion_tokens_details")
    own_key = value.get("is_byok") is True
    return own_key + sum(
        count(part.get(name)) for part, names in ((value, _UNLISTED), (details, _UNLISTED_OUTPUT)) for name in names
    )


def _is_explicit(value: JsonObject) -> bool:
    """Return whether what was read is of a cache that the request asked for: Qwen tells its writes then, also none."""
    return "cache_creation_input_tokens" in obj(value, "prompt_tokens_details")


def _cache_tokens(value: JsonObject) -> tuple[int, int, int]:
    """Return how many tokens were read from the provider's prompt cache, written to it, and of those for an hour.

    The names of Anthropic's parts are those that LiteLLM passes on.
    """
    details = obj(value, "prompt_tokens_details")
    read = (details.get("cached_tokens"), value.get("prompt_cache_hit_tokens"), value.get("num_cached_tokens"),
            value.get("cache_read_input_tokens"))  # fmt: skip
    written = (details.get("cache_write_tokens"), details.get("cache_creation_input_tokens"),
               details.get("cache_creation_tokens"), value.get("cache_creation_input_tokens"))  # fmt: skip
    split = obj(details, "cache_creation_token_details") or obj(value, "cache_creation")
    short, long = count(split.get("ephemeral_5m_input_tokens")), count(split.get("ephemeral_1h_input_tokens"))
    return max(map(count, read)), max(short + long, *map(count, written)), long


def with_searches(counted: Usage | None, model: str, cited: bool) -> Usage | None:
    """Add the web search that OpenAI's search models make for each call, and that no usage counts.

    Another model that cites pages has searched, too, but its reply does not say how often: the cost is unknown.
    """
    if counted is None or counted.web_searches or not (cited or "-search-" in model):
        return counted
    return replace(counted, web_searches=1) if "-search-" in model else replace(counted, unlisted=1)


def cites_pages(message: JsonObject) -> bool:
    """Return whether a message, or a part of one, has citations of pages on the web."""
    return any(obj(note).get("type") == "url_citation" for note in array(message.get("annotations")))
