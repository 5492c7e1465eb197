from __future__ import annotations

import msgspec
import pytest

from scrimp.config.api_keys import KeyRing
from scrimp.config.routes import EMBEDDED_MODEL, Routes, price_overrides
from scrimp.config.schema import Config
from scrimp.errors import ConfigError
from scrimp.providers.models import SHIPPED_TIERS
from scrimp.providers.presets import PRESETS
from scrimp.values import Chain


def routes(tree: dict[str, object] | None = None, **env: str) -> Routes:
    config = msgspec.convert(tree or {}, Config)
    return Routes(config, KeyRing(env, config.providers))


def ids(chain: Chain) -> list[list[str]]:
    return [[model.id for model in step.candidates] for step in chain.steps]


@pytest.mark.parametrize("tier", ["simple", "medium", "high"])
def test_with_no_key_and_no_tiers_every_tier_is_the_embedded_model(tier: str) -> None:
    assert routes().tier_chain(tier).steps[0].candidates == (EMBEDDED_MODEL,)
    assert EMBEDDED_MODEL.provider in routes().available


@pytest.mark.parametrize("tier", ["simple", "medium", "high"])
def test_with_a_key_every_tier_is_the_shipped_list_whole(tier: str) -> None:
    assert routes(OPENAI_API_KEY="k").tier_chain(tier).steps[0].candidates == SHIPPED_TIERS[tier]


def test_what_is_asked_does_not_depend_on_which_keys_are_there() -> None:
    tree: dict[str, object] = {"tiers": {"simple": ["openai/gpt-6-luna", "deepseek/deepseek-flash"]}}

    one, other, none = routes(tree, OPENAI_API_KEY="k"), routes(tree, DEEPSEEK_API_KEY="k"), routes(tree)

    assert one.tier_chain("simple") == other.tier_chain("simple") == none.tier_chain("simple")
    assert ("openai" in one.available, "deepseek" in one.available) == (True, False)
    assert ("openai" in other.available, "deepseek" in other.available) == (False, True)


def test_a_tier_of_ones_own_replaces_that_tier_only() -> None:
    found = routes({"tiers": {"simple": ["mistral/x"], "tiny": ["local/smollm2"]}}, OPENAI_API_KEY="k")

    assert ids(found.tier_chain("simple")) == [["mistral/x"]]
    assert ids(found.tier_chain("tiny")) == [["local/smollm2"]]
    assert found.tier_chain("high").steps[0].candidates == SHIPPED_TIERS["high"]


def test_a_name_gives_the_same_chain_each_time() -> None:
    found = routes({"chains": {"c": {"steps": ["simple", "high"]}}}, OPENAI_API_KEY="k")

    assert found.tier_chain("simple") is found.tier_chain("simple")
    assert found.chain("c") is found.chain("c")
    assert found.model_chain("openai/gpt-6-luna") is found.model_chain("openai/gpt-6-luna")


def test_the_least_confidence_asked_for_is_kept_apart_by_its_value() -> None:
    found = routes({"chains": {"c": {"steps": ["simple"], "min_confidence": 0.7}}})

    assert found.chain("c").min_confidence == 0.7
    assert found.chain("c", min_confidence=0.5).min_confidence == 0.5
    assert found.chain("c").min_confidence == 0.7


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


def test_a_chain_may_be_written_as_its_steps() -> None:
    assert [step.name for step in routes(OPENAI_API_KEY="k").chain("simple, high").steps] == ["simple", "high"]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda found: found.tier_chain("smple"), "no tier 'smple': use one of simple, medium, high, or auto"),
        (lambda found: found.chain("careless"), r"no chain 'careless' \(there are: careful\): add \[chains.careless\]"),
        (
            lambda found: found.chain("simple,mediun"),
            "chain 'simple,mediun': there is no tier 'mediun': did you mean medium",
        ),
        (lambda found: found.chain(","), "has no steps"),
        (lambda found: found.chain("careful"), "chains.careful: unknown model 'gpt-7-lunar'"),
        (lambda found: found.model_chain("opanai/gpt-6-luna"), "did you mean openai"),
    ],
)
def test_a_name_nobody_knows_is_a_sentence(ask: object, words: str) -> None:
    found = routes({"chains": {"careful": {"steps": ["simple", "gpt-7-lunar"]}}}, OPENAI_API_KEY="k")

    with pytest.raises(ConfigError, match=words):
        ask(found)  # type: ignore[operator]


def test_a_wrong_model_in_a_tier_names_the_tier() -> None:
    with pytest.raises(ConfigError, match=r"^tiers\.high: unknown model 'gpt-6\.2-so': did you mean"):
        routes({"tiers": {"high": ["gpt-6.2-so"]}}).tier_chain("high")


def test_a_models_table_goes_over_what_ships_with_it_and_only_where_it_speaks() -> None:
    tree: dict[str, object] = {"models": {"openai/gpt-6-luna": {"max_output": 800}}}

    (model,) = routes(tree).model_chain("gpt-6-luna").steps[0].candidates
    in_tier = routes(tree, OPENAI_API_KEY="k").tier_chain("simple").steps[0].candidates[0]

    assert (model.id, model.effort, model.max_output) == ("openai/gpt-6-luna", "none", 800)
    assert in_tier == model


def test_a_preset_is_changed_where_its_table_speaks() -> None:
    endpoint = routes({"providers": {"openrouter": {"rpm": 60, "headers": {"x": "y"}}}}).endpoints["openrouter"]

    assert endpoint == msgspec.structs.replace(
        PRESETS["openrouter"], rpm=60, headers={**PRESETS["openrouter"].headers, "x": "y"}
    )


def test_a_provider_of_ones_own_is_spoken_to_as_the_vendor_of_its_dialect() -> None:
    found = routes(
        {
            "providers": {
                "gate": {"dialect": "anthropic", "base_url": "https://gate.example", "key_env": "GATE_KEY"},
                "plain": {"dialect": "openai", "base_url": "https://plain.example/v1"},
            }
        },
        GATE_KEY="k",
    )

    gate, plain = found.endpoints["gate"], found.endpoints["plain"]
    assert (gate.auth_header, gate.auth_prefix) == ("x-api-key", "")
    assert "anthropic-version" in gate.headers
    assert (plain.auth_header, plain.auth_prefix, plain.key_env) == ("authorization", "Bearer ", None)
    assert {"gate", "plain"} <= set(found.available)


def test_an_empty_key_env_means_that_no_key_is_needed() -> None:
    assert "litellm" not in routes().available
    assert "litellm" in routes({"providers": {"litellm": {"key_env": ""}}}).available


@pytest.mark.parametrize(
    ("name", "table", "words"),
    [
        ("opnai", {"rpm": 3}, "providers.opnai is no preset: did you mean openai"),
        ("own", {"dialect": "openai"}, "needs dialect .* and base_url"),
        ("own", {"dialect": "openai", "base_url": "llm.example.com"}, "base_url 'llm.example.com' is not a URL"),
    ],
)
def test_a_provider_that_says_too_little_is_a_sentence(name: str, table: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        _ = routes({"providers": {name: table}}).endpoints


def test_a_password_in_a_wrong_url_is_not_repeated() -> None:
    with pytest.raises(ConfigError) as caught:
        _ = routes({"providers": {"own": {"dialect": "openai", "base_url": "ftp://ada:hunter2@host"}}}).endpoints

    assert "hunter2" not in str(caught.value)


def test_the_users_prices_are_handed_on_exactly() -> None:
    config = msgspec.convert(
        {"models": {"openai/x": {"price": {"input": 0.1, "output": 3}}, "openai/y": {"effort": "low"}}}, Config
    )

    ((name, rates),) = price_overrides(config).items()
    assert (name, str(rates.input), str(rates.output), rates.cached_input) == ("openai/x", "0.1", "3", None)


def test_a_provider_table_says_nothing_by_itself() -> None:
    assert routes({"providers": {"openai": {}}}).endpoints["openai"] == PRESETS["openai"]
