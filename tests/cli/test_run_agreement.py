"""Short answers go to two cheap models before the tier, where that saves money and the config names both providers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from command import Ran, Scrimp
from fake_provider import FakeProvider, completion, fake_provider

SUM = "Tom has 3 apples and buys 12 more. How many apples has he? Answer with one number."
# Dollars a million tokens, in and out.
PRICES = {"one/gpt-tiny": 1, "two/qwen-tiny": 1, "one/gpt-middle": 10, "one/gpt-top": 20}
CONFIG = """
[defaults]
retries = 0
progress = "none"
{defaults}
[providers.one]
dialect = "openai"
base_url = "{url}"
key_env = "ONE_KEY"
[providers.two]
dialect = "openai"
base_url = "{url}"
key_env = "TWO_KEY"
[tiers]
simple = {simple}
medium = ["one/gpt-middle"]
high = ["one/gpt-top"]
{prices}
"""
TWO_FAMILIES = '["one/gpt-tiny", "two/qwen-tiny"]'


class House:
    """Two providers at one address, and what each of their models says."""

    def __init__(self, scrimp: Scrimp, provider: FakeProvider) -> None:
        self.scrimp, self.provider = scrimp, provider
        self.says = {"gpt-tiny": "15", "qwen-tiny": "15", "gpt-middle": "15", "gpt-top": "15"}
        provider.answer = lambda body: completion(self.says[body["model"]], model=body["model"])
        scrimp.env.update(ONE_KEY="sk-test-0123456789abcdef", TWO_KEY="sk-test-fedcba9876543210")
        self.config()

    def config(self, defaults: str = "", simple: str = TWO_FAMILIES, prices: dict[str, int] | None = None) -> None:
        tables = "".join(
            f'[models."{model}"]\nprice = {{ input = {rate}, output = {rate} }}\n'
            for model, rate in (PRICES if prices is None else prices).items()
        )
        text = CONFIG.format(url=self.provider.url, defaults=defaults, simple=simple, prices=tables)
        self.scrimp.config(text)

    def run(self, *words: str, text: str = SUM) -> Ran:
        self.scrimp.file("rows.jsonl", json.dumps({"text": text}) + "\n")
        return self.scrimp("run", "rows.jsonl", *words)

    def route(self, *words: str, text: str = SUM) -> dict[str, Any]:
        self.scrimp.file("rows.jsonl", json.dumps({"text": text}) + "\n")
        (row,) = self.scrimp("route", "rows.jsonl", "--json", *words).rows
        return row

    @property
    def called(self) -> list[str]:
        return sorted(body["model"] for body in self.provider.bodies)


@pytest.fixture
def house(scrimp: Scrimp) -> Iterator[House]:
    with fake_provider() as provider:
        yield House(scrimp, provider)


def test_where_two_cheap_models_agree_the_tier_is_not_called(house: House) -> None:
    (row,) = house.run().rows

    assert (row["output"], row["confidence"], row["escalated"]) == ("15", 1.0, False)
    assert (row["tier"], row["chain"]) == (None, "agreement:medium")
    assert row["why"] == "prior: word problem, short answer: two cheap models, then medium; agreement"
    assert house.called == ["gpt-tiny", "qwen-tiny"]


def test_where_they_differ_the_tier_decides(house: House) -> None:
    house.says["qwen-tiny"] = "36"
    (row,) = house.run().rows

    assert (row["model"], row["escalated"]) == ("gpt-middle", True)
    assert house.called == ["gpt-middle", "gpt-tiny", "qwen-tiny"]


@pytest.mark.parametrize("how", ["config", "variable"])
def test_a_switch_turns_it_off(house: House, how: str) -> None:
    if how == "config":
        house.config("agreement = false")
    else:
        house.scrimp.env["SCRIMP_AGREEMENT"] = "false"
    (row,) = house.run().rows

    assert (row["tier"], row["chain"], house.called) == ("medium", None, ["gpt-middle"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Tom has 3 apples and buys 12 more. How many apples has he?", ()),
        ("Write a speech about apples. No explanation.", ()),
        ("Write a function that adds 3 and 12. Answer with the code only, no explanation.", ()),
        ("A contract has 3 clauses, and 12 more are added. How many has it? Answer with one number.", ()),
        (SUM, ("--priority", "high")),
        (SUM, ("--check", "true")),
        (SUM, ("--samples", "2")),
        ("Is it spam? Buy now!", ("--choices", "spam,ham")),
    ],
)
def test_long_answers_high_stakes_simple_tasks_and_the_users_own_check_take_one_model(
    house: House, text: str, words: tuple[str, ...]
) -> None:
    ran = house.run(*words, text=text)

    assert {row["chain"] for row in ran.rows} == {None}, ran.err
    assert len(set(house.called)) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Which of these is a mammal?\nA. trout\nB. whale\nC. crow\nD. frog\nAnswer:", ()),
        ("Which of these is a mammal?\nA. trout\nB. whale\nC. crow\nD. frog", ("--choices", "A,B,C,D")),
        ("Read out of the letter whether it is paid: ...", ("--schema", '{"paid":"boolean"}')),
        ("Wie viel ist 3 mal 12 und davon 50 Prozent? Antworte nur mit einer Zahl.", ()),
        ("小明有12个苹果，又买了5个，一共有几个？只回答数字。", ()),  # noqa: RUF001 - Chinese punctuation
    ],
)
def test_options_labels_closed_json_and_numbers_in_any_language_are_short(
    house: House, text: str, words: tuple[str, ...]
) -> None:
    if "--schema" in words:
        schema = {"type": "object", "properties": {"paid": {"type": "boolean"}}, "required": ["paid"]}
        house.scrimp.file("schema.json", json.dumps(schema))
        words = ("--schema", "schema.json")

    assert house.route(*words, text=text)["chain"].startswith("agreement:")


@pytest.mark.parametrize("simple", ['["one/gpt-tiny"]', '["one/gpt-tiny", "two/gpt-small"]'])
def test_one_family_alone_goes_to_the_tier(house: House, simple: str) -> None:
    house.config(simple=simple)

    assert house.route()["tier"] == "medium"


def test_without_the_second_key_it_is_the_tier_and_what_was_answered_with_it_is_found_in_the_cache(
    house: House,
) -> None:
    house.run()
    del house.scrimp.env["TWO_KEY"]
    again = house.run()
    other = house.run(text=SUM.replace("Tom", "Ann"))

    assert again.rows[0]["cache"] == "hit"
    assert (other.rows[0]["tier"], house.called) == ("medium", ["gpt-middle", "gpt-tiny", "qwen-tiny"])


@pytest.mark.parametrize("prices", [{**PRICES, "two/qwen-tiny": 6}, {"one/gpt-middle": 10, "one/gpt-tiny": 1}])
def test_models_that_cost_more_than_half_of_the_tier_or_an_unknown_price_are_skipped(
    house: House, prices: dict[str, int]
) -> None:
    house.config(prices=prices)
    (row,) = house.run().rows

    assert (row["status"], house.called) == ("ok", ["gpt-middle"])


def test_a_provider_that_the_config_does_not_name_is_never_called_for_it(scrimp: Scrimp) -> None:
    scrimp.env.update(OPENAI_API_KEY="sk-test-0123456789abcdef", ANTHROPIC_API_KEY="sk-test-0123456789abcdef")
    scrimp.file("rows.jsonl", json.dumps({"text": SUM}) + "\n")

    def chain() -> object:
        return scrimp("route", "rows.jsonl", "--json").rows[0]["chain"]

    assert chain() is None
    scrimp.config('[tiers]\nhigh = ["openai/gpt-6.2-sol"]\n')
    assert chain() is None
    scrimp.config('[tiers]\nhigh = ["openai/gpt-6.2-sol"]\n[providers.anthropic]\nrpm = 60\n')
    assert chain() == "agreement:medium"


def test_it_is_explained_in_words_and_estimated_with_both_models(house: House) -> None:
    explained = "\n".join(house.route("--explain")["rules"])
    estimate = json.loads(house.scrimp("estimate", "rows.jsonl", "--json", "--max-output", "10").out)
    tiers = {each["model"]: each for each in estimate["offers"]}

    assert "told by: how many" in explained
    assert "one/gpt-tiny and two/qwen-tiny are called first, medium only where they differ" in explained
    both = tiers["one/gpt-tiny"]["low"] + tiers["two/qwen-tiny"]["low"]
    assert estimate["routed"]["low"] == pytest.approx(both)
    assert estimate["routed"]["high"] == pytest.approx(both + tiers["one/gpt-middle"]["low"])
    assert "1 row goes to two models first" in house.scrimp("estimate", "rows.jsonl").out


def test_a_dry_run_shows_the_requests_to_both(house: House) -> None:
    house.scrimp.file("rows.jsonl", json.dumps({"text": SUM}) + "\n")
    ran = house.scrimp("run", "rows.jsonl", "--dry-run")

    assert {row["body"]["model"] for row in ran.rows} == {"gpt-tiny", "qwen-tiny"}
    assert house.called == []
