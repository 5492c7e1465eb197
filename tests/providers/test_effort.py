"""What each word for effort becomes in the body, provider by provider and family by family.

Written out from the providers' reference (2.4, 3.2, 5.2, 7.1, 8 to 11), never computed: a word that a family takes goes
as it is, any other as the nearest that it does take.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

import scrimp
from scrimp.enums import Effort
from scrimp.providers import DIALECTS
from scrimp.providers.presets import PRESETS
from scrimp.providers.requests.capabilities import accepted_efforts, sent_effort
from scrimp.values import Call, Parameters

WORDS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
NOTHING: dict[str, Any] = {}


def reasoning_effort(*words: str) -> list[dict[str, Any]]:
    return [{"reasoning_effort": word} for word in words]


def level(*words: str) -> list[dict[str, Any]]:
    return [{"generationConfig": {"thinkingConfig": {"thinkingLevel": word}}} for word in words]


def budget(*tokens: int) -> list[dict[str, Any]]:
    return [{"generationConfig": {"thinkingConfig": {"thinkingBudget": number}}} for number in tokens]


def thinking(kind: str) -> dict[str, Any]:
    return {"thinking": {"type": kind}}


def output_effort(word: str, **more: Any) -> dict[str, Any]:
    return {"output_config": {"effort": word}, **more}


CLAUDE = [output_effort(word) for word in ("low", "medium", "high", "xhigh", "max")]
ADAPTIVE = [output_effort(word, thinking={"type": "adaptive"}) for word in ("low", "medium", "high", "xhigh", "max")]

# One line for each family: in the order of WORDS, what the body gains.
TABLE: dict[tuple[str, ...], list[dict[str, Any]]] = {
    # 3.2: no such field
    ("openai/gpt-4o", "openai/gpt-4o-mini", "openai/gpt-4.1", "openai/gpt-4.1-mini", "tokenmix/gpt-4o-mini"): [NOTHING]
    * 7,
    # 3.2: minimal, low, medium, high
    ("openai/gpt-5", "openai/gpt-5-mini", "openai/gpt-5-nano"): reasoning_effort(
        "minimal", "minimal", "low", "medium", "high", "high", "high"
    ),
    # 3.2: none, low, medium, high
    ("openai/gpt-5.1",): reasoning_effort("none", "low", "low", "medium", "high", "high", "high"),
    # 3.2: none, low to xhigh; max, where a model has it, is refused on /chat/completions
    (
        "openai/gpt-5.2", "openai/gpt-5.4", "openai/gpt-5.4-mini", "openai/gpt-5.4-nano", "openai/gpt-5.5",
        "openai/gpt-5.6-luna", "openai/gpt-5.6-terra", "openai/gpt-5.6-sol", "openai/gpt-6-luna", "openai/gpt-6-sol",
        "openai/gpt-6.1-terra", "helicone-openai/gpt-6-luna", "litellm/gpt-6-luna", "portkey/gpt-6-luna",
    ): reasoning_effort("none", "low", "low", "medium", "high", "xhigh", "xhigh"),
    # 3.2: none and minimal are refused
    (
        "openai/gpt-6-astra", "openai/gpt-6.1-sol", "openai/gpt-6.2-astra", "openai/gpt-6.2-sol",
        "openai/gpt-6.2-sol-2026-11-17",
    ): reasoning_effort(
        "low", "low", "low", "medium", "high", "xhigh", "xhigh"
    ),
    # 5.2: thinks unless `disabled`
    ("anthropic/claude-haiku-5-5", "anthropic/claude-opus-5", "anthropic/claude-sonnet-5"): [
        thinking("disabled"), thinking("disabled"), *CLAUDE,
    ],
    # 5.2: `disabled` is refused
    ("anthropic/claude-sonnet-5-5",): [thinking("between_tools"), thinking("between_tools"), *CLAUDE],
    # 5.2: cannot be turned off
    (
        "anthropic/claude-opus-5-5", "anthropic/claude-fable-5", "anthropic/claude-fable-5-1",
        "anthropic/claude-fable-5-2",
    ): [output_effort("low"), output_effort("low"), *CLAUDE],
    # 5.2: does not think unless asked
    (
        "anthropic/claude-opus-4-6", "anthropic/claude-sonnet-4-6", "anthropic/claude-opus-4-7",
        "anthropic/claude-opus-4-8",
    ): [NOTHING, NOTHING, *ADAPTIVE],
    # 5.2: no effort; 5.1: thinks by a budget of tokens only, for which there is no word
    ("anthropic/claude-haiku-4-5", "anthropic/claude-sonnet-4-5", "anthropic/claude-opus-4-5"): [NOTHING] * 7,
    # 7.1: tokens, 0 is off, -1 automatic
    ("gemini/gemini-2.5-flash", "gemini/gemini-2.5-flash-lite"): budget(0, 512, 1024, 8192, -1, -1, -1),
    # 7.1: pro cannot be turned off: the least it takes
    ("gemini/gemini-2.5-pro",): budget(128, 128, 1024, 8192, -1, -1, -1),
    # 7.1: minimal, low, medium, high
    (
        "gemini/gemini-3-flash", "gemini/gemini-3.1-flash-lite", "gemini/gemini-3.5-flash",
        "gemini/gemini-3.5-flash-lite", "gemini/gemini-3.6-flash",
    ): level("minimal", "minimal", "low", "medium", "high", "high", "high"),
    # 7.1: minimal not on pro; from 3.7 on not at all
    (
        "gemini/gemini-3-pro", "gemini/gemini-3.1-pro", "gemini/gemini-3.7-flash", "gemini/gemini-3.8-flash",
        "gemini/gemini-4-argon",
    ): level("low", "low", "low", "medium", "high", "high", "high"),
    # 7.2 names the field and no words
    ("gemini-openai/gemini-3.8-flash",): reasoning_effort("none", "minimal", "low", "medium", "high", "high", "high"),
    # 8: low, high, max; DeepSeek itself takes minimal for low, and medium and xhigh for high
    ("deepseek/deepseek-flash", "deepseek/deepseek-v4-pro"): [
        thinking("disabled"), *reasoning_effort("low", "low", "high", "high", "high", "max"),
    ],
    # 9: none or high
    ("mistral/mistral-small-2603", "mistral/mistral-large-4"): reasoning_effort(
        "none", "none", "none", "high", "high", "high", "high"
    ),
    ("mistral/ministral-3b-2512",): [NOTHING] * 7,
    # 10: on or off
    ("qwen/qwen3.8-flash", "qwen-cn/qwen3.8-max", "qwen-us/qwen-plus"): [
        {"enable_thinking": False}, *[{"enable_thinking": True}] * 6,
    ],
    # 11: its own word for every model
    ("openrouter/openai/gpt-6-luna", "openrouter/anthropic/claude-opus-5.5"): [
        {"reasoning": {"effort": word}}
        for word in ("none", "minimal", "low", "medium", "high", "xhigh", "max")
    ],
    (
        "tokenmix/claude-sonnet-4.6", "ollama/llama3", "llamacpp/any", "local/smollm2", "groq/openai/gpt-oss-20b",
        "together/openai/gpt-oss-20b", "fireworks/accounts/fireworks/models/gpt-oss-20b", "xai/grok-4.3",
    ): [NOTHING] * 7,
}  # fmt: skip

CASES = [
    pytest.param(model, effort, gained, id=f"{model} {effort}")
    for models, line in TABLE.items()
    for model in models
    for effort, gained in zip(WORDS, line, strict=True)
]  # fmt: skip


def body(model: str, effort: str | None) -> dict[str, Any]:
    provider, _, name = model.partition("/")
    endpoint = PRESETS[provider]
    call = Call(provider=provider, model=name, text="hi", parameters=Parameters(effort=effort))  # type: ignore[arg-type]  # a word of the table
    return json.loads(DIALECTS[endpoint.dialect]().to_request(call, endpoint).body)


def test_every_effort_has_its_column() -> None:
    assert get_args(Effort) == WORDS


@pytest.mark.parametrize(("model", "effort", "gained"), CASES)
def test_an_effort_becomes_the_fields_of_the_family(model: str, effort: str, gained: dict[str, Any]) -> None:
    assert body(model, effort) == body(model, None) | gained


@pytest.mark.parametrize(("model", "line"), [(model, line) for models, line in TABLE.items() for model in models])
def test_the_efforts_a_model_takes_are_those_that_differ_in_what_is_sent(
    model: str, line: list[dict[str, Any]]
) -> None:
    provider, _, name = model.partition("/")
    accepted = accepted_efforts(PRESETS[provider], name)
    by_word = dict(zip(WORDS, line, strict=True))
    different = [gained for number, gained in enumerate(line) if gained not in line[:number]]

    assert [by_word[word] for word in accepted] == (different if len(different) > 1 else [])
    for word in get_args(Effort):
        as_sent = sent_effort(PRESETS[provider], name, word)
        assert (as_sent is None) == (not accepted)
        assert as_sent is None or (as_sent in accepted and by_word[as_sent] == by_word[word])


@pytest.mark.parametrize(("model", "line"), [(model, line) for models, line in TABLE.items() for model in models])
def test_a_word_that_is_sent_as_it_is_is_taken(model: str, line: list[dict[str, Any]]) -> None:
    provider, _, name = model.partition("/")

    for word, gained in zip(WORDS, line, strict=True):
        if f'"{word}"' in json.dumps(gained):
            assert word in accepted_efforts(PRESETS[provider], name)


def test_what_cannot_be_turned_off_takes_no_none() -> None:
    # 3.2, 5.2, 7.1: those whose thinking cannot be turned off
    for model in (
        "openai/gpt-5", "openai/gpt-6.2-sol", "openai/o3", "anthropic/claude-opus-5-5", "anthropic/claude-fable-5-2",
        "gemini/gemini-2.5-pro", "gemini/gemini-3.5-flash", "gemini/gemini-3.8-flash",
    ):  # fmt: skip
        provider, _, name = model.partition("/")
        assert "none" not in accepted_efforts(PRESETS[provider], name)
        assert accepted_efforts(PRESETS[provider], name)


@pytest.mark.parametrize("model", [model for models in TABLE for model in models])
def test_without_an_effort_its_fields_are_left_out(model: str) -> None:
    fields = {"reasoning_effort", "thinking", "output_config", "enable_thinking", "reasoning", "generationConfig"}

    assert not fields & body(model, None).keys()


def test_an_effort_and_a_schema_share_the_output_config() -> None:
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    call = Call(
        provider="anthropic", model="claude-opus-5-5", text="hi", parameters=Parameters(effort="low", schema=schema)
    )
    request = DIALECTS["anthropic"]().to_request(call, PRESETS["anthropic"])

    assert json.loads(request.body)["output_config"] == {
        "effort": "low",
        "format": {"type": "json_schema", "schema": schema},
    }


MANUAL = {
    "gpt-5, -mini, -nano": ("openai/gpt-5", "openai/gpt-5-mini", "openai/gpt-5-nano"),
    "gpt-5.1": ("openai/gpt-5.1",),
    "gpt-5.2 and later": ("openai/gpt-5.2", "openai/gpt-5.4-mini", "openai/gpt-5.6-sol", "openai/gpt-6-luna", "openai/gpt-7"),
    "gpt-6.1-sol, gpt-6.2-sol, gpt-6-astra, gpt-6.2-astra": (
        "openai/gpt-6.1-sol", "openai/gpt-6.2-sol", "openai/gpt-6-astra", "openai/gpt-6.2-astra",
    ),
    "o3, o4-mini": ("openai/o3", "openai/o4-mini"),
    "claude from 4.6 on": ("anthropic/claude-opus-4-6", "anthropic/claude-haiku-5-5", "anthropic/claude-sonnet-5-5"),
    "claude-opus-5-5, claude-fable-5 and later": ("anthropic/claude-opus-5-5", "anthropic/claude-fable-5-2"),
    "gemini-2.5-flash, -flash-lite": ("gemini/gemini-2.5-flash", "gemini/gemini-2.5-flash-lite"),
    "gemini-2.5-pro": ("gemini/gemini-2.5-pro",),
    "gemini-3 to 3.6, without pro": ("gemini/gemini-3-flash", "gemini/gemini-3.5-flash-lite", "gemini/gemini-3.6-flash"),
    "gemini-3-pro, 3.1-pro, 3.7 and later": ("gemini/gemini-3-pro", "gemini/gemini-3.8-flash", "gemini/gemini-4-argon"),
    "deepseek": ("deepseek/deepseek-flash",),
    "qwen, mistral": ("qwen/qwen3.8-flash", "mistral/mistral-small-2603"),
    "openrouter": ("openrouter/openai/gpt-6-luna", "openrouter/meta/llama-5"),
}  # fmt: skip


def test_the_manual_names_the_efforts_that_each_model_takes() -> None:
    page = (Path(scrimp.__file__).parent / "manual" / "scrimp-providers.7.md").read_text(encoding="utf-8")
    lines = page.partition("| model | efforts |\n|---|---|\n")[2].partition("\n\n")[0].splitlines()
    told = dict(line.strip("| ").split(" | ") for line in lines)

    assert told.keys() == MANUAL.keys()
    for words, models in MANUAL.items():
        for model in models:
            provider, _, name = model.partition("/")
            accepted = accepted_efforts(PRESETS[provider], name)
            assert told[words] == ("every word, for every model" if accepted == WORDS else ", ".join(accepted))
