from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.test_against_sdks import _validator, faults
from scrimp.caching.cache_rules import LIFETIME_SECONDS
from scrimp.providers import DIALECTS
from scrimp.providers.presets import PRESETS
from scrimp.providers.requests.prompt_cache import cache_rules
from scrimp.values import Attachment, CacheMark, Call, Message, Parameters, PromptCache

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
PDF = Attachment(name="a.pdf", media_type="application/pdf", identity="sha256:00", size=3, data="AAAA")
URL = Attachment(name="https://x/a.png", media_type="image/png", identity="https://x/a.png")
MODELS = {
    "anthropic": "claude-haiku-5-5", "openai": "gpt-6-luna", "mistral": "mistral-small-2603",
    "openrouter": "anthropic/claude-haiku-5.5", "deepseek": "deepseek-flash", "gemini": "gemini-3.8-flash",
    "qwen": "qwen3.8-flash",
}  # fmt: skip
words = st.text(alphabet="ab \n", min_size=1, max_size=12).filter(lambda text: bool(text.strip()))


@st.composite
def calls(draw: st.DrawFn, provider: str) -> Call:
    """Calls with marks wherever they can be."""
    history = tuple(
        Message(role, draw(words)) for role in draw(st.sampled_from([(), ("user", "assistant")]))
    )  # fmt: skip
    attachments = draw(st.sampled_from([(), (URL,), (PDF, URL)]))
    if provider in ("mistral", "deepseek", "qwen"):
        attachments = ()
    system, text = draw(st.none() | words), draw(words)
    marks = []
    if system and draw(st.booleans()):
        marks.append(CacheMark("system", draw(st.integers(1, len(system)))))
    if history and draw(st.booleans()):
        marks.append(CacheMark("history", len(history)))
    if attachments and draw(st.booleans()):
        marks.append(CacheMark("attachments", len(attachments)))
    if draw(st.booleans()):
        marks.append(CacheMark("text", draw(st.integers(1, len(text)))))
    rules = cache_rules(PRESETS[provider], MODELS[provider])
    cache = PromptCache(
        marks=tuple(marks), lifetime=draw(st.sampled_from(rules.lifetimes)), key=draw(st.sampled_from(["", "scrimp-1"]))
    )
    return Call(
        provider=provider, model=MODELS[provider], text=text, system=system, history=history, attachments=attachments,
        parameters=draw(st.sampled_from([Parameters(), Parameters(schema=SCHEMA)])), prompt_cache=cache,
    )  # fmt: skip


def body(call: Call) -> dict[str, Any]:
    endpoint = PRESETS[call.provider]
    decoded: dict[str, Any] = json.loads(DIALECTS[endpoint.dialect]().to_request(call, endpoint).body)
    return decoded


def without_caching(value: Any) -> Any:
    """Return a body without anything that is about caching, texts in blocks put together again."""
    if isinstance(value, dict):
        about = ("cache_control", "prompt_cache_breakpoint", "prompt_cache_key", "prompt_cache_options", "session_id")
        return {name: without_caching(each) for name, each in value.items() if name not in about}
    if not isinstance(value, list):
        return value
    joined: list[Any] = []
    for each in map(without_caching, value):
        if joined and _is_text(each) and _is_text(joined[-1]):
            joined[-1] = {"type": "text", "text": joined[-1]["text"] + each["text"]}
        else:
            joined.append(each)
    return joined[0]["text"] if len(joined) == 1 and _is_text(joined[0]) else joined


def _is_text(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"type", "text"}


@pytest.mark.parametrize("provider", MODELS)
@given(st.data())
def test_a_call_with_marks_says_what_the_same_call_without_them_says(provider: str, data: st.DataObject) -> None:
    call = data.draw(calls(provider))
    plain = Call(**{name: getattr(call, name) for name in call.__struct_fields__ if name != "prompt_cache"})

    assert without_caching(body(call)) == without_caching(body(plain))


@settings(max_examples=40)
@given(calls("anthropic"))
def test_a_message_with_marks_is_one_the_anthropic_sdk_would_send_with_as_many_marks(call: Call) -> None:
    types = pytest.importorskip("anthropic.types", reason="the anthropic SDK is not installed")
    sent = body(call)

    _validator(types.message_create_params.MessageCreateParamsNonStreaming).validate_python(sent)
    marked = list(_marked(sent, "cache_control"))
    assert len(marked) == len(call.prompt_cache.marks)  # type: ignore[union-attr]
    shapes = {"text": types.TextBlockParam, "image": types.ImageBlockParam, "document": types.DocumentBlockParam}
    for block in marked:
        assert set(block) <= set(shapes[block["type"]].__annotations__)
        assert block["cache_control"] == _validator(types.CacheControlEphemeralParam).validate_python(
            block["cache_control"]
        )


@settings(max_examples=40)
@given(calls("openai"))
def test_a_chat_with_breakpoints_is_one_of_the_openai_sdk_and_of_its_specification(call: Call) -> None:
    types = pytest.importorskip("openai.types.chat", reason="the openai SDK is not installed")
    chat = types.completion_create_params
    sent = body(call)

    _validator(chat.CompletionCreateParamsNonStreaming).validate_python(sent)
    options = sent["prompt_cache_options"]
    assert options == _validator(chat.PromptCacheOptions).validate_python(options)
    marked = list(_marked(sent, "prompt_cache_breakpoint"))
    assert len(marked) == len(call.prompt_cache.marks)  # type: ignore[union-attr]
    shapes = {
        "text": types.ChatCompletionContentPartTextParam, "image_url": types.ChatCompletionContentPartImageParam,
        "file": types.chat_completion_content_part_param.File,
    }  # fmt: skip
    for part in marked:
        assert set(part) <= set(shapes[part["type"]].__annotations__)
    assert faults("CreateChatCompletionRequest", sent) == []


def _marked(value: Any, name: str) -> Iterator[dict[str, Any]]:
    """Yield the objects that have a field."""
    if isinstance(value, dict):
        if name in value:
            yield value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from _marked(each, name)


@pytest.mark.parametrize(
    ("name", "form", "minimum", "lifetimes"),
    [
        *((f"anthropic/claude-{model}", "marks", 512, ("5m", "1h"))
          for model in ("haiku-5-5", "sonnet-5-5", "opus-5-5", "opus-5", "fable-5", "fable-5-2", "haiku-5-5-20261001")),
        *((f"anthropic/claude-{model}", "marks", 1024, ("5m", "1h"))
          for model in ("sonnet-5", "opus-4-8", "sonnet-4-6", "sonnet-4-5", "opus-4-1", "sonnet-4-20250514")),
        ("anthropic/claude-opus-4-7", "marks", 2048, ("5m", "1h")),
        *((f"anthropic/claude-{model}", "marks", 4096, ("5m", "1h"))
          for model in ("opus-4-6", "opus-4-5", "haiku-4-5", "haiku-4-5-20251001")),
        ("openrouter/anthropic/claude-haiku-4.5", "marks", 4096, ("5m", "1h")),
        *((f"openai/{model}", "marks", 1024, ("30m",)) for model in ("gpt-5.6-luna", "gpt-6-luna", "gpt-6.1-terra")),
        *((f"openai/{model}", "key", 1024, ("5m",)) for model in ("gpt-5.5", "gpt-4o-mini", "gpt-4.1", "o3")),
        ("openai/llama-4", "automatic", 1024, ("5m",)),
        ("anthropic/glm-6", "automatic", 1024, ("5m",)),
        ("openrouter/deepseek/deepseek-flash", "key", 1024, ("5m",)),
        ("mistral/mistral-large-4", "key", 64, ("5m",)),
        ("deepseek/deepseek-flash", "automatic", 1024, ("5m",)),
        ("qwen/qwen3.8-flash", "automatic", 1024, ("5m",)),
        ("gemini/gemini-2.5-flash", "automatic", 1024, ("5m",)),
        ("gemini/gemini-3-flash-preview", "automatic", 1024, ("5m",)),
        ("gemini/gemini-3.8-flash", "automatic", 4096, ("5m",)),
    ],
)  # fmt: skip
def test_each_family_is_asked_in_its_own_way_from_its_own_size_on(
    name: str, form: str, minimum: int, lifetimes: tuple[str, ...]
) -> None:
    provider, _, model = name.partition("/")
    rules = cache_rules(PRESETS[provider], model)

    assert (rules.form, rules.minimum, rules.lifetimes) == (form, minimum, lifetimes)
    assert set(lifetimes) <= set(LIFETIME_SECONDS)


def test_a_long_prompt_that_shares_nothing_turns_off_a_cache_that_bills_its_writes_and_no_other() -> None:
    for provider, model in MODELS.items():
        call = Call(provider=provider, model=model, text="hi", prompt_cache=PromptCache())
        options = body(call).get("prompt_cache_options")
        assert options == ({"mode": "explicit"} if provider == "openai" else None)
