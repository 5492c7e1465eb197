from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from msgspec.structs import replace

from scrimp.config.resolved.api_keys import KeyRing
from scrimp.config.resolved.routes import EMBEDDED_MODEL, Routes
from scrimp.config.schema import Config
from scrimp.enums import Tier
from scrimp.errors import ConfigError
from scrimp.providers.models import SHIPPED_TIERS
from scrimp.values import Chain, Step


def routes(tree: dict[str, object] | None = None, **env: str) -> Routes:
    config = msgspec.convert(tree or {}, Config)
    return Routes(config, KeyRing(env, config.providers))


def ids(chain: Chain) -> list[list[str]]:
    return [[model.id for model in step.candidates] for step in chain.steps]


@pytest.mark.parametrize("tier", get_args(Tier))
def test_with_no_key_and_no_tiers_every_tier_is_the_embedded_model(tier: str) -> None:
    assert routes().tier_chain(tier).steps[0].candidates == (EMBEDDED_MODEL,)
    assert EMBEDDED_MODEL.provider in routes().available


@pytest.mark.parametrize("tier", get_args(Tier))
def test_with_a_key_every_tier_is_the_shipped_list_whole(tier: str) -> None:
    assert routes(OPENAI_API_KEY="k").tier_chain(tier).steps[0].candidates == SHIPPED_TIERS[tier]


def test_the_models_of_a_tier_do_not_depend_on_the_keys_that_are_set() -> None:
    tree: dict[str, object] = {"tiers": {"simple": ["openai/gpt-6-luna", "deepseek/deepseek-flash"]}}

    one, other, none = routes(tree, OPENAI_API_KEY="k"), routes(tree, DEEPSEEK_API_KEY="k"), routes(tree)

    assert one.tier_chain("simple") == other.tier_chain("simple") == none.tier_chain("simple")
    assert ("openai" in one.available, "deepseek" in one.available) == (True, False)
    assert ("openai" in other.available, "deepseek" in other.available) == (False, True)


def test_a_configured_tier_replaces_that_tier_only() -> None:
    resolved = routes({"tiers": {"simple": ["mistral/x"], "tiny": ["local/smollm2"]}}, OPENAI_API_KEY="k")

    assert ids(resolved.tier_chain("simple")) == [["mistral/x"]]
    assert ids(resolved.tier_chain("tiny")) == [["local/smollm2"]]
    assert resolved.tier_chain("high").steps[0].candidates == SHIPPED_TIERS["high"]


def test_a_name_gives_the_same_chain_every_time() -> None:
    resolved = routes({"chains": {"c": {"steps": ["simple", "high"]}}}, OPENAI_API_KEY="k")

    assert resolved.tier_chain("simple") is resolved.tier_chain("simple")
    assert resolved.chain("c") is resolved.chain("c")
    assert resolved.model_chain("openai/gpt-6-luna") is resolved.model_chain("openai/gpt-6-luna")


def test_a_chain_with_another_threshold_is_another_chain() -> None:
    resolved = routes({"chains": {"c": {"steps": ["simple"], "min_confidence": 0.7}}})

    assert resolved.chain("c").min_confidence == 0.7
    assert resolved.chain("c", min_confidence=0.5).min_confidence == 0.5
    assert resolved.chain("c").min_confidence == 0.7


def test_a_chain_is_made_of_tiers_and_models() -> None:
    chain = routes(
        {
            "tiers": {"simple": ["openai/a", "deepseek/b"]},
            "chains": {"c": {"steps": ["simple", "anthropic/x"], "signal": "choices", "max_escalation": "25%"}},
        }
    ).chain("c")

    assert ids(chain) == [["openai/a", "deepseek/b"], ["anthropic/x"]]
    assert [step.tier for step in chain.steps] == ["simple", None]
    assert (chain.name, chain.signal, chain.max_escalation) == ("c", "choices", 0.25)


def test_a_chain_may_be_given_as_its_steps() -> None:
    assert [step.name for step in routes(OPENAI_API_KEY="k").chain("simple, high").steps] == ["simple", "high"]


@pytest.mark.parametrize(
    ("resolve", "message"),
    [
        (lambda resolved: resolved.tier_chain("smple"), "no tier 'smple': use one of simple, medium, high, or auto"),
        (
            lambda resolved: resolved.chain("careless"),
            r"no chain 'careless' \(known: careful\): add \[chains.careless\]",
        ),
        (
            lambda resolved: resolved.chain("simple,mediun"),
            "chain 'simple,mediun': there is no tier 'mediun': did you mean medium",
        ),
        (lambda resolved: resolved.chain(","), "has no steps"),
        (lambda resolved: resolved.chain("careful"), "chains.careful: unknown model 'gpt-7-lunar'"),
        (lambda resolved: resolved.model_chain("opanai/gpt-6-luna"), "did you mean openai"),
    ],
)
def test_an_unknown_name_is_an_error(resolve: object, message: str) -> None:
    resolved = routes({"chains": {"careful": {"steps": ["simple", "gpt-7-lunar"]}}}, OPENAI_API_KEY="k")

    with pytest.raises(ConfigError, match=message):
        resolve(resolved)  # type: ignore[operator]


def test_a_wrong_model_in_a_tier_names_the_tier() -> None:
    with pytest.raises(ConfigError, match=r"^tiers\.high: unknown model 'gpt-6\.2-so': did you mean"):
        routes({"tiers": {"high": ["gpt-6.2-so"]}}).tier_chain("high")


def test_a_models_table_overrides_only_the_settings_it_has() -> None:
    tree: dict[str, object] = {"models": {"openai/gpt-6-luna": {"max_output": 800}}}

    (model,) = routes(tree).model_chain("gpt-6-luna").steps[0].candidates
    in_tier = routes(tree, OPENAI_API_KEY="k").tier_chain("simple").steps[0].candidates[0]

    assert (model.id, model.effort, model.max_output) == ("openai/gpt-6-luna", "none", 800)
    assert in_tier == replace(model, buy="named")


def test_an_empty_key_env_means_that_no_key_is_needed() -> None:
    assert "litellm" not in routes().available
    assert "litellm" in routes({"providers": {"litellm": {"key_env": ""}}}).available


GATEWAY = {"dialect": "openai", "base_url": "https://x.example", "key_env": "K"}


def judge_of(*, providers: dict[str, object] | None = None, **chain: object) -> Step | None:
    tree: dict[str, object] = {
        "providers": {"own": GATEWAY, **(providers or {})},
        "tiers": {"mixed": ["openai/gpt-6-luna", "own/m"]},
        "chains": {"c": {"steps": ["own/a", "own/top"], **chain}},
    }
    return routes(tree, K="k", OPENAI_API_KEY="k").chain("c").judge


def test_decisions_are_asked_of_openais_model_unless_another_is_named() -> None:
    shipped = judge_of(signal="decisions")
    named = judge_of(signal="decisions", judge="openai/gpt-7-luna")

    assert shipped is not None
    assert shipped.candidates[0].id == "openai/gpt-6-luna"
    assert named is not None
    assert named.candidates[0].id == "openai/gpt-7-luna"
    assert judge_of(signal="judge") is None


@pytest.mark.parametrize(
    "judge", ["own/m", "anthropic/claude-opus-5-5", "gemini/gemini-3.8-flash", "deepseek/x", "mixed"]
)
def test_a_provider_without_decisions_is_refused(judge: str) -> None:
    with pytest.raises(ConfigError, match=r"chains\.c\.judge: \w+ has no decisions endpoint .* openai/gpt-6-luna"):
        judge_of(signal="decisions", judge=judge)


def test_a_gateway_with_decisions_sets_its_flavour() -> None:
    providers: dict[str, object] = {"gate": GATEWAY | {"flavour": "openai"}}

    assert judge_of(providers=providers, signal="decisions", judge="gate/m") is not None
