"""Which of the user's rules applies, and what applies without one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.enums import Priority
from scrimp.errors import ConfigError
from scrimp.routing.decide import decide
from scrimp.routing.rules import PromptLabels, RoutingRule, check_rules, explain
from scrimp.values import Chain, ModelRef, Parameters, Prompt, Route, Step


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
    rules = [RoutingRule(file="*.md", tier="high"), RoutingRule(match="hallo", model="p/m"), RoutingRule(tier="high")]

    route = decide(prompt(source="in/a.csv:3"), rules, Places())

    assert (route.chain.name, route.tier, route.why) == ("p/m", None, "rule 2: match hallo")


def test_without_a_matching_rule_the_prior_decides() -> None:
    route = decide(prompt(), [RoutingRule(match="nothing", tier="high")], Places())

    assert (route.tier, route.why) == ("simple", "prior: translation")


@pytest.mark.parametrize(
    ("glob", "source", "applies"),
    [
        ("*.py", "src/a.py", True), ("*.py", "src/a.py:7", True), ("src/*.py", "src/a.py:7", True),
        ("a.*", "b/a.py", True), ("src/*.py", "/home/ada/src/a.py:7", True), ("src/*.py", "notsrc/a.py", False),
        ("*.py", "a.pyc", False), ("lib/*", "src/a.py", False), ("*", "", True), ("*.PY", "a.py", False),
    ],
)  # fmt: skip
def test_a_file_glob_is_compared_with_where_the_row_came_from(glob: str, source: str, applies: bool) -> None:
    route = decide(prompt(source=source), [RoutingRule(file=glob, tier="high")], Places())

    assert (route.why == f"rule 1: file {glob}") is applies


def test_all_conditions_of_a_rule_must_hold() -> None:
    rules = [RoutingRule(route="billing", tag="team=a", chain="careful")]

    both = decide(prompt(), rules, Places(), labels=PromptLabels("billing", {"team": "a"}))
    one = decide(prompt(), rules, Places(), labels=PromptLabels("billing", {"team": "b"}))

    assert both.why == "rule 1: route billing, tag team=a"
    assert both.chain.name == "careful"
    assert one.why.startswith("prior")


def test_a_tag_without_a_value_matches_any() -> None:
    assert (
        decide(
            prompt(), [RoutingRule(tag="team", tier="high")], Places(), labels=PromptLabels(None, {"team": "x"})
        ).tier
        == "high"
    )


def test_a_rule_without_conditions_takes_every_prompt() -> None:
    assert decide(prompt(), [RoutingRule(tier="high")], Places()).why == "rule 1: every prompt"


def test_a_tier_that_is_not_there_is_replaced_by_the_next_and_said_so() -> None:
    above, below = decide(prompt("why?"), [], Places("high")), decide(prompt("why?"), [], Places("simple", "mine"))

    assert (above.tier, above.why) == ("high", "prior: explanation; there is no tier medium")
    assert below.tier == "simple"


def test_auto_needs_one_of_the_three_tiers() -> None:
    with pytest.raises(ConfigError, match=r"auto needs a tier called simple, medium or high"):
        decide(prompt(), [], Places("mine"))


def test_what_is_asked_for_tells_the_kind() -> None:
    assert decide(prompt("hi"), [], Places(), parameters=Parameters(choices=("a",))).why == "prior: classification"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (RoutingRule(match="x"), "rule 1 sets none of tier, chain and model"),
        (RoutingRule(tier="a", model="b"), "rule 1 sets more than one of tier, chain and model"),
        (RoutingRule(match="(", tier="a"), r"rule 1: match '\(' is not a regular expression"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused(rule: RoutingRule, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_rules([rule])


def test_a_rule_that_names_an_unknown_place_says_which_rule() -> None:
    with pytest.raises(ConfigError, match="rule 1: there is no tier 'huge'"):
        decide(prompt(), [RoutingRule(tier="huge")], Places())


def test_a_rule_may_ask_for_whom_and_how_much_it_matters() -> None:
    rules = [RoutingRule(user="ann", priority="high", tier="high")]

    def where(user: str | None, priority: Priority) -> str:
        return decide(prompt(), rules, Places(), labels=PromptLabels(user=user, priority=priority)).why

    assert where("ann", "high") == "rule 1: user ann, priority high"
    assert [where("bob", "high").partition(":")[0], where("ann", "normal").partition(":")[0]] == ["prior", "prior"]


@pytest.mark.parametrize("place", [{"tier": "high"}, {"chain": "careful"}, {"model": "p/m"}])
def test_the_level_of_compression_of_a_rule_goes_with_its_route(place: dict[str, str]) -> None:
    assert decide(prompt(), [RoutingRule(compress="off", **place)], Places()).level == "off"
    assert decide(prompt(), [RoutingRule(**place)], Places()).level is None


def test_a_rule_comes_before_what_was_learned_and_that_before_the_priority() -> None:
    known = Route(chain=Chain(steps=()), tier=None, why="tuned")
    cheap = Chain(steps=(), name="cheap")
    low = PromptLabels(priority="low")

    def why(rules: list[RoutingRule], learned: Route | None) -> str:
        return decide(
            prompt(), rules, Places(), labels=low, learned=lambda _: learned, cheapest=lambda: cheap,
            unproven=lambda _: Route(chain=cheap, tier=None, why="unproven"),
        ).why  # fmt: skip

    assert why([RoutingRule(tier="high")], known) == "rule 1: every prompt"
    assert why([RoutingRule(match="nothing", tier="high")], known) == "tuned"
    assert why([], None) == "priority low: the cheapest model"
    unproven = Route(chain=cheap, tier=None, why="unproven")
    assert decide(prompt(), [], Places(), unproven=lambda _: unproven).why == "unproven"
    assert decide(prompt(), [], Places(), unproven=lambda _: None).why.startswith("prior")


def test_a_low_priority_goes_to_the_cheapest_model() -> None:
    cheap = Chain(steps=(), name="cheap")

    route = decide(prompt(), [], Places(), labels=PromptLabels(priority="low"), cheapest=lambda: cheap)

    assert (route.chain, route.tier) == (cheap, None)


@pytest.mark.parametrize(
    ("text", "tier", "raised"), [("Translate: hallo", "simple", "medium"), ("why?", "medium", "high")]
)
def test_a_high_priority_raises_the_prior_by_a_tier(text: str, tier: str, raised: str) -> None:
    normal, high = (decide(prompt(text), [], Places(), labels=PromptLabels(priority=p)) for p in ("normal", "high"))

    assert (normal.tier, high.tier) == (tier, raised)
    assert high.why == f"{normal.why}, priority high"


def test_each_rule_says_why_it_was_passed_by_or_that_it_holds() -> None:
    rules = [
        RoutingRule(route="billing", tier="high"), RoutingRule(file="*.md", tier="high"),
        RoutingRule(user="bob", match="x", tier="high"),
        RoutingRule(tag="team", match="hallo", chain="careful", compress="off"), RoutingRule(tier="high"),
    ]  # fmt: skip

    assert explain(prompt(source="a.csv:3"), rules, PromptLabels(tags={"team": "a"}, user="bob")) == [
        "rule 1: no, not route billing", "rule 2: no, not file *.md", "rule 3: no, not match x",
        "rule 4: yes, tag team, match hallo; to chain careful, compress off",
    ]  # fmt: skip


words = st.sampled_from(["a", "b"])
conditions = st.fixed_dictionaries(
    {},
    optional={
        "route": words, "user": words, "priority": st.sampled_from(["low", "normal", "high"]),
        "tag": st.sampled_from(["a", "a=b"]), "file": st.sampled_from(["*.a", "*"]), "match": words,
    },
)  # fmt: skip
some_rules = st.lists(conditions.map(lambda holds: RoutingRule(tier="high", **holds)), max_size=4)
labeled = st.builds(
    PromptLabels, route=st.none() | words, user=st.none() | words, priority=st.sampled_from(["low", "normal", "high"]),
    tags=st.dictionaries(words, words),
)  # fmt: skip


@given(some_rules, labeled, st.sampled_from(["a", "c"]), st.sampled_from(["x.a:1", "x.b"]))
def test_what_is_explained_is_what_is_decided(
    rules: list[RoutingRule], labels: PromptLabels, text: str, source: str
) -> None:
    asked = prompt(text, source)
    said, route = explain(asked, rules, labels), decide(asked, rules, Places(), labels=labels)

    matched = [line for line in said if ": yes, " in line]
    assert len(matched) <= 1
    if matched:
        assert matched == said[-1:]
        assert route.why == matched[0].replace("yes, ", "").partition(";")[0]
    else:
        assert len(said) == len(rules)
        assert not route.why.startswith("rule")


@pytest.mark.parametrize("expression", ["(x+x+)+y", "^(a|a)*$", r"(\d+)*!", "(.*a){20}b", "(?:x+)*?z"])
def test_an_expression_that_backtracks_without_end_is_an_error_that_names_the_rule(expression: str) -> None:
    text = {"(x+x+)+y": "x" * 60, "(?:x+)*?z": "x" * 60, r"(\d+)*!": "1" * 60}.get(expression, "a" * 60 + "!")

    with pytest.raises(ConfigError, match=r"^rule 2: match '.*' takes more than 0\.5 s to search in in\.csv:3"):
        decide(prompt(text, "in.csv:3"), [RoutingRule(route="r", tier="high"), RoutingRule(match=expression)], Places())


def test_an_expression_that_cannot_be_compiled_is_an_error_that_names_the_rule() -> None:
    for broken in ("(", "x{99999999999999999999}", "(" * 5_000 + ")" * 5_000):
        with pytest.raises(ConfigError, match=r"^rule 1: match"):
            check_rules([RoutingRule(match=broken, tier="high")])
