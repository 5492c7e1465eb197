from __future__ import annotations

from typing import Any

import msgspec
import pytest

from scrimp.config.resolved.api_keys import KeyRing
from scrimp.config.resolved.chain_lint import chain_warnings
from scrimp.config.resolved.routes import Routes
from scrimp.config.schema import Config

OWN = {"dialect": "openai", "base_url": "https://x.example", "key_env": "K"}


def routes(*, env: dict[str, str] | None = None, providers: Any = None, tiers: Any = None, **chain: Any) -> Routes:
    tree = {"providers": {"own": OWN, **(providers or {})}, "tiers": tiers or {}, "chains": {"c": chain}}
    config = msgspec.convert(tree, Config)
    keys = {"K": "k", "OPENAI_API_KEY": "k"} if env is None else env
    return Routes(config, KeyRing(keys, config.providers))


def warnings(**settings: Any) -> list[str]:
    resolved = routes(**settings)
    return list(chain_warnings(resolved.chain("c"), resolved.available))


def test_voters_of_one_family_are_a_warning() -> None:
    assert warnings(steps=["own/qwen3-8b", "own/QwQ-32b", "own/claude-opus-5-5"]) == [
        (
            "own/qwen3-8b and own/QwQ-32b are of one family (qwen) and make similar mistakes, so their "
            "agreement means less: name a model of another family"
        )
    ]


@pytest.mark.parametrize(
    "chain",
    [
        {"steps": ["own/qwen3-8b", "own/mistral-small", "own/qwen3-max"]},  # the last does not vote
        {"steps": ["own/qwen3-8b", "own/qwen3-max"]},
        {"steps": ["own/qwen3-8b", "own/qwen3-32b", "own/qwen3-max"], "signal": "logprobs"},  # no votes
    ],
)
def test_steps_that_do_not_vote_with_each_other_may_be_of_one_family(chain: dict[str, Any]) -> None:
    assert warnings(**chain) == []


def test_the_model_of_a_tier_that_would_be_called_counts() -> None:
    tiers = {"simple": ["mistral/mistral-small", "own/qwen3-8b"]}
    steps = ["simple", "own/qwen3-32b", "own/claude-opus-5-5"]

    assert len(warnings(tiers=tiers, steps=steps)) == 1
    assert warnings(tiers=tiers, steps=steps, env={"K": "k", "MISTRAL_API_KEY": "k"}) == []


def test_a_judge_that_nobody_asks_and_one_that_cannot_answer_are_warnings() -> None:
    steps = ["own/a", "own/top"]

    assert warnings(steps=steps, judge="own/j") == [
        'the judge is never asked where signal = "auto": leave it out, or set signal = "judge"'
    ]
    assert warnings(steps=steps, signal="judge", judge="own/j") == []
    assert warnings(steps=steps, signal="judge", judge="mistral/j") == [
        "no provider of the judge mistral/j has a key, so every row would reach the last step: set one"
    ]
