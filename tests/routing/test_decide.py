"""Which of the user's rules applies, and what applies without one."""

from __future__ import annotations

import pytest

from scrimp.errors import ConfigError
from scrimp.routing.decide import NoLabels, Rule, check_rules, decide
from scrimp.values import Chain, ModelRef, Parameters, Prompt, Step


class Places:
    def __init__(self, *tiers: str) -> None:
        self.tiers = tiers or ("simple", "medium", "high")

    def tier_chain(self, name: str) -> Chain:
        if name not in self.tiers:
            raise ConfigError(f"there is no tier '{name}'")
        return self.chain(name)

    def chain(self, name: str) -> Chain:
        return Chain(steps=(Step(name, (ModelRef("p", name),)),), name=name)

    def model_chain(self, name: str) -> Chain:
        return self.chain(name)


def prompt(text: str = "Translate: hallo", source: str = "") -> Prompt:
    return Prompt(index=0, text=text, source=source)


def test_the_first_rule_that_matches_wins_and_is_named() -> None:
    rules = [Rule(file="*.md", tier="high"), Rule(match="hallo", model="p/m"), Rule(tier="high")]

    route = decide(prompt(source="in/a.csv:3"), rules, Places())

    assert (route.chain.name, route.tier, route.why) == ("p/m", None, "rule 2: match hallo")


def test_without_a_matching_rule_the_prior_decides() -> None:
    route = decide(prompt(), [Rule(match="nothing", tier="high")], Places())

    assert (route.tier, route.why) == ("simple", "prior: translation")


@pytest.mark.parametrize(
    ("glob", "source", "applies"),
    [
        ("*.py", "src/a.py", True), ("*.py", "src/a.py:7", True), ("src/*.py", "src/a.py:7", True),
        ("a.*", "b/a.py", True),
        ("*.py", "a.pyc", False), ("lib/*", "src/a.py", False), ("*", "", True), ("*.PY", "a.py", False),
    ],
)  # fmt: skip
def test_a_file_glob_is_compared_with_where_the_row_came_from(glob: str, source: str, applies: bool) -> None:
    route = decide(prompt(source=source), [Rule(file=glob, tier="high")], Places())

    assert (route.why == f"rule 1: file {glob}") is applies


def test_all_conditions_of_a_rule_must_hold() -> None:
    rules = [Rule(route="billing", tag="team=a", chain="careful")]

    both = decide(prompt(), rules, Places(), labels=NoLabels("billing", {"team": "a"}))
    one = decide(prompt(), rules, Places(), labels=NoLabels("billing", {"team": "b"}))

    assert both.why == "rule 1: route billing, tag team=a"
    assert both.chain.name == "careful"
    assert one.why.startswith("prior")


def test_a_tag_without_a_value_matches_any() -> None:
    assert (
        decide(prompt(), [Rule(tag="team", tier="high")], Places(), labels=NoLabels(None, {"team": "x"})).tier == "high"
    )


def test_a_rule_without_conditions_takes_every_prompt() -> None:
    assert decide(prompt(), [Rule(tier="high")], Places()).why == "rule 1: every prompt"


def test_a_tier_that_is_not_there_is_replaced_by_the_next_and_said_so() -> None:
    above, below = decide(prompt("hi"), [], Places("high")), decide(prompt("hi"), [], Places("simple", "mine"))

    assert (above.tier, above.why) == ("high", "prior: open-ended; there is no tier medium")
    assert below.tier == "simple"


def test_auto_needs_one_of_the_three_tiers() -> None:
    with pytest.raises(ConfigError, match=r"auto needs a tier called simple, medium or high"):
        decide(prompt(), [], Places("mine"))


def test_what_is_asked_for_tells_the_kind() -> None:
    assert decide(prompt("hi"), [], Places(), parameters=Parameters(choices=("a",))).why == "prior: classification"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Rule(match="x"), "rule 1 says none of tier, chain and model"),
        (Rule(tier="a", model="b"), "rule 1 says more than one of tier, chain and model"),
        (Rule(match="(", tier="a"), r"rule 1: match '\(' is no regular expression"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused(rule: Rule, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_rules([rule])


def test_a_rule_that_names_an_unknown_place_says_which_rule() -> None:
    with pytest.raises(ConfigError, match="rule 1: there is no tier 'huge'"):
        decide(prompt(), [Rule(tier="huge")], Places())
