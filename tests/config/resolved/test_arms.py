"""provider/model@effort: what is an effort, what is part of a name, and what is refused before a call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.config.resolved.api_keys import KeyRing
from scrimp.config.resolved.routes import Routes
from scrimp.config.schema import Config
from scrimp.enums import Effort
from scrimp.errors import ConfigError
from scrimp.providers.models import known_models
from scrimp.providers.presets import PRESETS
from scrimp.providers.requests.capabilities import accepted_efforts
from scrimp.values import ModelRef

EFFORTS: tuple[Effort, ...] = get_args(Effort)


def routes(tree: dict[str, object] | None = None) -> Routes:
    config = msgspec.convert(tree or {}, Config)
    return Routes(config, KeyRing({}, config.providers))


ROUTES = routes(
    {"providers": {"rec": {"base_url": "replay:x.jsonl"}, "own": {"dialect": "openai", "base_url": "https://x"}}}
)
words = st.text(st.characters(codec="utf-8", exclude_characters="@"), min_size=1)
versions = st.from_regex(r"([0-9]{3,8}|sha256:[0-9a-f]+|v[0-9])", fullmatch=True)  # as in sonnet@20240620
names = words | st.tuples(words, versions).map("@".join)


@given(st.sampled_from([*known_models(), "openai/gpt-5-mini", "openrouter/a@b", "own/gpt-5"]), st.sampled_from(EFFORTS))
def test_a_name_with_an_effort_means_the_model_with_that_effort_or_is_refused(name: str, effort: Effort) -> None:
    model = ROUTES.model(name)
    accepted = accepted_efforts(PRESETS.get(model.provider) or ROUTES.endpoints[model.provider], model.model)
    if effort not in accepted:
        with pytest.raises(ConfigError, match="takes"):
            ROUTES.model(f"{name}@{effort}")
        return
    arm = ROUTES.model(f"{name}@{effort}")

    assert arm == replace(model, arm=effort)
    assert (arm.id, arm.without_arm) == (f"{name}@{effort}", name)
    assert ROUTES.model(arm.id) == arm


@given(names, st.sampled_from([None, *EFFORTS]))
def test_the_name_of_an_arm_is_read_as_it_was_written(model: str, effort: Effort | None) -> None:
    # OpenRouter takes every effort for every model, so nothing but the name decides.
    arm = replace(ModelRef("openrouter", model), arm=effort)
    read = ROUTES.model(arm.id)

    assert (read.provider, read.model, read.arm, read.id) == ("openrouter", model, effort, arm.id)


@given(names | words.map(lambda name: f"a@{name}"), st.sampled_from(EFFORTS))
def test_a_recorded_model_is_called_by_its_whole_name(model: str, effort: Effort) -> None:
    assert ROUTES.model(f"rec/{model}@{effort}") == ModelRef("rec", f"{model}@{effort}")
    assert ROUTES.model(f"rec/{model}") == ModelRef("rec", model)


@pytest.mark.parametrize(
    "name",
    [
        "openai/claude-3-5-sonnet@20240620", "own/claude-sonnet-4-5@20250929", "ollama/llama3@sha256:8934d96d3f08",
        "ollama/smollm@hihg", "own/gemini-1.5-pro@001", "own/gpt-5-mini@latest", "own/gpt-5@default", "own/gpt-5@prod",
        "own/gpt-5@v2", "own/gpt-5@eu-west", "own/team@hihg", "openrouter/a@20240620", "own/gpt-5@2025-08-07",
        "portkey/@openai-prod/gpt-5-mini", "own/gpt-5@eastus2",
    ],
)  # fmt: skip
def test_what_follows_an_at_sign_and_is_not_an_effort_is_part_of_the_name(name: str) -> None:
    provider, _, model = name.partition("/")

    found = ROUTES.model(name)

    assert (found.provider, found.model, found.arm) == (provider, model, None)


def test_a_portkey_model_of_a_slug_has_an_effort_too() -> None:
    assert ROUTES.model("portkey/@openai-prod/gpt-5-mini@low").arm == "low"


def misspellings(word: str) -> Iterator[str]:
    """Yield what a slip of the finger makes of a word: two letters in each other's place, one left out, one twice."""
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if len(word) > 4:
        yield from (word[:at] + word[at + 1 :] for at in range(len(word)))
    yield from (word[: at + 1] + word[at:] for at in range(len(word)))
    yield word.upper()
    yield word.title()


@pytest.mark.parametrize("effort", [word for word in EFFORTS if word not in ("low", "max")])
def test_a_misspelled_effort_is_refused_with_the_right_one(effort: Effort) -> None:
    for wrong in set(misspellings(effort)) - set(EFFORTS):
        with pytest.raises(ConfigError) as refused:
            ROUTES.model(f"openrouter/openai/gpt-6-luna@{wrong}")

        assert f"there is no effort '{wrong}': did you mean openrouter/openai/gpt-6-luna@{effort}?" in str(
            refused.value
        )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("openai/gpt-5-mini@none", "'openai/gpt-5-mini@none': openai/gpt-5-mini takes the efforts minimal, low"),
        ("openai/gpt-5-mini@none", "medium, high, not none: write openai/gpt-5-mini@minimal"),
        ("gpt-5-mini@max", "gpt-5-mini takes the efforts minimal, low, medium, high, not max: write gpt-5-mini@high"),
        ("openai/gpt-6.2-sol@none", "efforts low, medium, high, xhigh, not none: write openai/gpt-6.2-sol@low"),
        ("openai/gpt-4o@low", "openai/gpt-4o takes no effort that scrimp knows of: write openai/gpt-4o"),
        ("local/smollm2@low", "local/smollm2 takes no effort"), ("claude-haiku-4-5@low", "takes no effort"),
        ("anthropic/claude-opus-5-5@none", "takes the efforts low, medium, high, xhigh, max, not none"),
        ("gemini/gemini-3.8-flash@minimal", "takes the efforts low, medium, high, not minimal"),
        ("qwen/qwen3.8-flash@low", "takes the efforts none, high, not low: write qwen/qwen3.8-flash@high"),
        ("openai/gpt-5@med", "'openai/gpt-5@med': there is no effort 'med': did you mean openai/gpt-5@medium?"),
        ("openai/gpt-5@off", "there is no effort 'off': openai/gpt-5 takes minimal, low, medium, high"),
        ("openai/gpt-6-luna@off", "did you mean openai/gpt-6-luna@none?"),
        ("openai/gpt-5@", "'openai/gpt-5@' names no effort after the @"),
        ("openai/gpt-5@low@high", "'openai/gpt-5@low@high' names two efforts: keep one"),
        ("gpt-6-lunar@low", "unknown model 'gpt-6-lunar': did you mean openai/gpt-6-luna?"),
        ("opnai/gpt-5@low", "there is no provider 'opnai', did you mean openai?"),
    ],
)  # fmt: skip
def test_an_effort_that_cannot_be_meant_is_refused_in_a_sentence(name: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        ROUTES.model(name)

    assert words in str(refused.value)


def test_an_arm_has_the_settings_of_its_model_but_for_the_effort() -> None:
    resolved = routes({"models": {"openai/gpt-5-mini": {"effort": "high", "max_output": 300}}})

    arm = resolved.model("gpt-5-mini@low")

    assert (arm.max_output, arm.effort_of(None), arm.effort_of("minimal")) == (300, "low", "low")
    assert resolved.model("gpt-5-mini").effort_of(None) == "high"
    assert resolved.model("gpt-5-mini").effort_of("minimal") == "minimal"


def test_settings_of_one_arm_are_refused_for_they_would_not_be_used() -> None:
    resolved = routes({"models": {"openai/gpt-5-mini@low": {"max_output": 300}}})

    with pytest.raises(ConfigError, match=r'name the table \[models\."openai/gpt-5-mini"\]'):
        resolved.model("openai/gpt-5-mini@low")


def test_tiers_chains_and_steps_may_name_arms() -> None:
    resolved = routes(
        {
            "tiers": {"simple": ["openai/gpt-5-mini@minimal", "gpt-5-mini@high"]},
            "chains": {"c": {"steps": ["simple", "openai/gpt-5@high"], "judge": "gpt-5@low", "signal": "judge"}},
        }
    )
    chain = resolved.chain("c")

    assert [[model.id for model in step.candidates] for step in chain.steps] == [
        ["openai/gpt-5-mini@minimal", "openai/gpt-5-mini@high"], ["openai/gpt-5@high"],
    ]  # fmt: skip
    assert chain.judge is not None
    assert chain.judge.candidates[0].id == "openai/gpt-5@low"
    assert [step.name for step in resolved.chain("gpt-5-mini@low,gpt-5@high").steps] == [
        "openai/gpt-5-mini@low", "openai/gpt-5@high",
    ]  # fmt: skip
