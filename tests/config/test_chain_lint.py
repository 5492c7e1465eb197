"""Chains that load and are doubtful all the same, and judges that cannot be asked."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from scrimp.config.api_keys import KeyRing
from scrimp.config.chain_lint import chain_warnings
from scrimp.config.routes import Routes
from scrimp.config.schema import Config
from scrimp.errors import ConfigError

OWN = {"dialect": "openai", "base_url": "https://x.example", "key_env": "K"}


def routes(*, env: dict[str, str] | None = None, providers: Any = None, tiers: Any = None, **chain: Any) -> Routes:
    tree = {"providers": {"own": OWN, **(providers or {})}, "tiers": tiers or {}, "chains": {"c": chain}}
    config = msgspec.convert(tree, Config)
    keys = {"K": "k", "OPENAI_API_KEY": "k"} if env is None else env
    return Routes(config, KeyRing(keys, config.providers))


def doubted(**given: Any) -> list[str]:
    found = routes(**given)
    return list(chain_warnings(found.chain("c"), found.available))


def test_voters_of_one_family_err_alike() -> None:
    assert doubted(steps=["own/qwen3-8b", "own/QwQ-32b", "own/claude-opus-5-5"]) == [
        (
            "own/qwen3-8b and own/QwQ-32b vote with each other but are of one family (qwen) and err alike, so that "
            "they agree says less: name a model of another family"
        )
    ]


@pytest.mark.parametrize(
    "chain",
    [
        {"steps": ["own/qwen3-8b", "own/mistral-small", "own/qwen3-max"]},  # the last does not vote
        {"steps": ["own/qwen3-8b", "own/qwen3-max"]},
        {"steps": ["own/qwen3-8b", "own/qwen3-32b", "own/qwen3-max"], "signal": "logprobs"},  # nobody votes
    ],
)
def test_steps_that_do_not_vote_with_each_other_may_be_relatives(chain: dict[str, Any]) -> None:
    assert doubted(**chain) == []


def test_of_a_tier_the_model_that_would_be_called_votes() -> None:
    tiers = {"simple": ["mistral/mistral-small", "own/qwen3-8b"]}
    steps = ["simple", "own/qwen3-32b", "own/claude-opus-5-5"]

    assert len(doubted(tiers=tiers, steps=steps)) == 1
    assert doubted(tiers=tiers, steps=steps, env={"K": "k", "MISTRAL_API_KEY": "k"}) == []


def test_a_judge_that_nobody_asks_and_one_that_cannot_answer_are_doubted() -> None:
    steps = ["own/a", "own/top"]

    assert doubted(steps=steps, judge="own/j") == [
        'the judge is never asked where signal = "auto": leave it out, or set signal = "judge"'
    ]
    assert doubted(steps=steps, signal="judge", judge="own/j") == []
    assert doubted(steps=steps, signal="judge", judge="mistral/j") == [
        "no provider of the judge mistral/j has a key, so every row would go up to the last step"
    ]


def test_decisions_are_asked_of_openais_model_unless_another_is_named() -> None:
    steps = ["own/a", "own/top"]
    shipped = routes(steps=steps, signal="decisions").chain("c").judge
    named = routes(steps=steps, signal="decisions", judge="openai/gpt-7-luna").chain("c").judge

    assert shipped is not None
    assert shipped.candidates[0].id == "openai/gpt-6-luna"
    assert named is not None
    assert named.candidates[0].id == "openai/gpt-7-luna"
    assert routes(steps=steps, signal="judge").chain("c").judge is None


@pytest.mark.parametrize(
    "judge", ["own/m", "anthropic/claude-opus-5-5", "gemini/gemini-3.8-flash", "deepseek/x", "mixed"]
)
def test_a_provider_without_decisions_is_refused(judge: str) -> None:
    found = routes(
        steps=["own/a", "own/top"], signal="decisions", judge=judge, tiers={"mixed": ["openai/gpt-6-luna", "own/m"]}
    )

    with pytest.raises(ConfigError, match=r"chains\.c\.judge: \w+ has no decisions endpoint .* openai/gpt-6-luna"):
        found.chain("c")


def test_a_gateway_that_passes_decisions_on_may_say_so() -> None:
    gateway = OWN | {"flavour": "openai"}

    found = routes(providers={"gate": gateway}, steps=["own/a", "own/top"], signal="decisions", judge="gate/m")

    assert found.chain("c").judge is not None
