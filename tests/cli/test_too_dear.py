"""Rows that are expected to cost more than one may: a cheaper model, harder compression, or no call at all."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from batch_servers import OpenAIBatches
from caching_provider import ClaudeCache
from command import Ran, Scrimp, provider_table
from fake_provider import FakeProvider, completion, echo, error, fake_provider

# With 200 tokens out, as is assumed: a short row costs about 0.004 at top, 0.0008 at mid, 0.0002 at small.
PRICES = {"top": 20, "mid": 4, "small": 1, "new": None}
CONFIG = """
[defaults]
retries = 0
progress = "none"
{defaults}
[providers.fake]
dialect = "openai"
flavour = "openai"
base_url = "{url}"
key_env = "FAKE_KEY"
[tiers]
simple = ["fake/small"]
medium = ["fake/mid"]
high = ["fake/top", "fake/new", "fake/mid", "fake/small"]
[chains.c]
steps = ["fake/small", "fake/top"]
{prices}
{more}
"""


class Priced:
    """A scrimp whose models have the prices above."""

    def __init__(self, scrimp: Scrimp, url: str) -> None:
        self.scrimp, self.url = scrimp, url
        scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
        self.config()

    def config(self, more: str = "", defaults: str = "") -> None:
        prices = "".join(
            f'[models."fake/{model}"]\nprice = {{ input = {rate}, output = {rate} }}\n'
            for model, rate in PRICES.items()
            if rate is not None
        )
        self.scrimp.config(CONFIG.format(url=self.url, prices=prices, more=more, defaults=defaults))

    def run(self, *words: str, texts: tuple[str, ...] = ("How many geese?",)) -> Ran:
        self.scrimp.file("rows.jsonl", "".join(json.dumps({"text": text}) + "\n" for text in texts))
        return self.scrimp("run", "rows.jsonl", *words)


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with fake_provider(echo) as provider:
        yield provider


@pytest.fixture
def priced(scrimp: Scrimp, provider: FakeProvider) -> Priced:
    return Priced(scrimp, provider.url)


def called(provider: FakeProvider) -> list[str]:
    return [body["model"] for body in provider.bodies]


def test_a_row_that_is_too_expensive_goes_to_the_next_model_of_its_tier_that_is_not(
    priced: Priced, provider: FakeProvider
) -> None:
    ran = priced.run("--tier", "high", "--max-cost-per-row", "0.001")
    (row,) = ran.rows

    assert (ran.status, called(provider), row["model"]) == (0, ["mid"], "mid"), ran.err
    dear = row["too_dear"]
    assert (dear["action"], dear["model"], dear["instead"]) == ("cheaper", "fake/top", "fake/mid")
    assert dear["expected_now_usd"] < dear["limit_usd"] == 0.001 < dear["expected_usd"] < 0.005
    assert "Above --max-cost-per-row, by what they were expected to cost: 1 to a cheaper\nmodel." in ran.err


def test_a_model_of_unknown_price_is_never_taken_for_a_cheap_one(priced: Priced, provider: FakeProvider) -> None:
    ran = priced.run("--model", "fake/new", "--max-cost-per-row", "1000")
    (row,) = ran.rows

    assert (ran.status, row["status"], called(provider)) == (4, "skipped", [])
    assert "no price is known for fake/new, which --max-cost-per-row 1000 needs" in row["error"]["message"]
    assert row["too_dear"]["expected_usd"] is None
    assert priced.run("--model", "fake/new", "--max-cost-per-row", "1000", "--allow-unpriced").status == 0


def test_a_row_that_no_model_of_its_tier_answers_for_so_little_is_skipped_and_the_others_go_on(
    priced: Priced, provider: FakeProvider
) -> None:
    texts = ("How many geese?", "How many geese? " * 2000)
    ran = priced.run("--tier", "high", "--max-cost-per-row", "0.001", texts=texts)
    short, long = ran.rows

    assert (ran.status, short["status"], long["status"], called(provider)) == (3, "ok", "skipped", ["mid"])
    assert (long["cost_usd"], long["attempts"], long["error"]["kind"]) == (0, 0, "budget")
    assert long["error"]["retryable"] is False
    assert long["too_dear"]["action"] == "skip"


def test_a_tier_that_scrimp_chose_gives_way_to_those_below_and_one_that_was_asked_for_does_not(
    priced: Priced, provider: FakeProvider
) -> None:
    words = ("--max-cost-per-row", "0.0005")
    (row,) = priced.run("--tier", "medium", *words).rows
    assert (row["status"], called(provider)) == ("skipped", [])
    hard = "Prove that there are infinitely many primes of the form 4k+3, step by step."
    (row,) = priced.run("--tier", "auto", *words, texts=(hard,)).rows

    assert (row["model"], row["tier"]) == ("small", "high" if row["too_dear"]["instead"] is None else row["tier"])
    assert called(provider) == ["small"]


def test_a_chain_ends_before_the_step_that_is_too_expensive(priced: Priced, provider: FakeProvider) -> None:
    # 0.0002 and 30 % of 0.004 are 0.0014.
    (row,) = priced.run("--chain", "c", "--max-cost-per-row", "0.001", "--check", "false").rows
    assert (called(provider), row["too_dear"]["instead"]) == (["small"], "fake/small")
    (row,) = priced.run("--chain", "c", "--max-cost-per-row", "0.002", "--check", "true").rows
    assert "too_dear" not in row


def test_a_row_is_compressed_harder_until_it_costs_little_enough(priced: Priced, provider: FakeProvider) -> None:
    data = [{"goose": number, "flies": "south", "weight": {"pounds": number % 9}} for number in range(60)]
    text = f"Which goose is the heaviest?\n\n{json.dumps(data, indent=8)}"
    off = priced.run("--model", "fake/top", "--compress", "off", "--cache", "off", texts=(text,))
    size = len(provider.bodies[0]["messages"][-1]["content"])
    words = ("--model", "fake/top", "--compress", "off", "--on-dear", "compress", "--max-cost-per-row", "0.025")
    (row,) = priced.run(*words, texts=(text,)).rows

    assert off.status == 0
    dear = row["too_dear"]
    assert (row["status"], dear["action"], row["compressed"]["level"]) == ("ok", "compress", dear["instead"])
    assert len(provider.bodies[1]["messages"][-1]["content"]) < size
    assert dear["expected_now_usd"] <= 0.025 < dear["expected_usd"]
    (row,) = priced.run(*words[:-1], "0.0041", texts=(text,)).rows
    assert (row["status"], len(provider.bodies)) == ("skipped", 2)


def test_completions_of_the_same_task_say_how_long_one_is_expected_to_be(
    priced: Priced, provider: FakeProvider
) -> None:
    # Two tokens each, as the provider counts them, and not the 200 of the prior.
    texts = tuple(f"How many geese are {n}?" for n in range(6))
    words = ("--model", "fake/top", "--route", "geese")
    assert priced.run(*words, texts=texts).status == 0
    (row,) = priced.run(*words, "--max-cost-per-row", "0.001", texts=("How many geese are 100?",)).rows

    assert (row["status"], "too_dear" in row) == ("ok", False)
    provider.answer = lambda body: completion(
        "honk", model=body["model"], usage={"prompt_tokens": 10, "completion_tokens": 900, "total_tokens": 910}
    )
    assert priced.run("--model", "fake/mid", "--route", "geese", texts=texts).status == 0
    (row,) = priced.run("--model", "fake/mid", "--route", "geese", "--max-cost-per-row", "0.001").rows
    assert row["too_dear"]["expected_usd"] > 0.0036


def test_what_was_paid_for_costs_nothing_and_is_not_too_expensive(priced: Priced, provider: FakeProvider) -> None:
    priced.run("--tier", "high")
    again = priced.run("--tier", "high", "--max-cost-per-row", "0.001")
    assert (again.rows[0]["cache"], again.rows[0]["model"], called(provider)) == ("hit", "top", ["top"])

    words = ("--tier", "high", "--max-cost-per-row", "0.001")
    texts = ("How many ducks?",)
    first, second = priced.run(*words, texts=texts), priced.run(*words, texts=texts)
    assert (first.rows[0]["cache"], second.rows[0]["cache"], called(provider)) == ("miss", "hit", ["top", "mid"])
    assert second.rows[0]["too_dear"] == first.rows[0]["too_dear"]
    # Without the limit, or with another one, it is answered as was asked for.
    assert priced.run("--tier", "high", texts=texts).rows[0]["model"] == "top"


def test_a_row_that_was_too_expensive_before_its_task_was_known_is_not_paid_for_twice(
    priced: Priced, provider: FakeProvider
) -> None:
    words, texts = ("--tier", "high", "--route", "geese", "--max-cost-per-row", "0.001"), ("How many geese?",)
    priced.run(*words, texts=texts)
    priced.run("--model", "fake/top", "--route", "geese", texts=tuple(f"How many geese are {n}?" for n in range(6)))
    before = len(provider.bodies)
    again = priced.run(*words, texts=texts)
    (other,) = priced.run(*words, texts=("How many geese are there?",)).rows

    assert (other["model"], "too_dear" in other) == ("top", False)
    assert (again.rows[0]["cache"], again.rows[0]["model"], len(provider.bodies)) == ("hit", "mid", before + 1)


def test_a_row_does_not_go_over_to_a_more_expensive_model_when_its_own_is_in_trouble(scrimp: Scrimp) -> None:
    with fake_provider(lambda _: error(404, "model_not_found")) as broken, fake_provider(echo) as whole:
        priced = Priced(scrimp, whole.url)
        priced.config(
            f'{provider_table(broken.url, "other")}[models."other/small"]\nprice = {{ input = 1, output = 1 }}\n'
        )
        config = (scrimp.home / "config.toml").read_text()
        scrimp.config(config.replace('medium = ["fake/mid"]', 'medium = ["other/small", "fake/top", "fake/mid"]'))
        (row,) = priced.run("--tier", "medium", "--max-cost-per-row", "0.001").rows

    assert (row["model"], [body["model"] for body in whole.bodies]) == ("mid", ["mid"])


@pytest.mark.parametrize(
    ("defaults", "rule", "action"),
    [
        ('on_dear = "skip"', "max_cost_per_row = 0.001", "skip"),
        ("max_cost_per_row = 0.001", "", "cheaper"),
        ("max_cost_per_row = 9", 'max_cost_per_row = 0.001\non_dear = "skip"', "skip"),
        ("max_cost_per_row = 0.001", 'max_cost_per_row = 9\non_dear = "skip"', "cheaper"),
    ],
)
def test_the_lower_of_a_rules_limit_and_the_runs_holds(priced: Priced, defaults: str, rule: str, action: str) -> None:
    priced.config(f'[[rules]]\nmatch = "geese"\ntier = "high"\n{rule}\n', defaults)
    (row,) = priced.run().rows
    assert row["too_dear"]["action"] == action


@pytest.mark.parametrize(("mode", "answered"), [("auto", 40), ("off", 0)])
def test_a_row_is_expected_to_cost_what_it_does_with_what_its_provider_keeps(
    scrimp: Scrimp, mode: str, answered: int
) -> None:
    """Of 40 rows behind 5 600 tokens each costs 0.0006 without a cache, and 0.00009 with one."""
    cache = ClaudeCache()
    with fake_provider(cache.answer) as provider:
        scrimp.env["ANTHROPIC_API_KEY"] = "sk-test-0123456789"
        scrimp.config(f'[defaults]\nprovider_cache = "{mode}"\n[providers.anthropic]\nbase_url = "{provider.url}"\n')
        scrimp.file("rows.jsonl", "".join(json.dumps({"prompt": f"ticket {each}"}) + "\n" for each in range(40)))
        words = ("rows.jsonl", "-m", "anthropic/claude-haiku-5-5", "--max-output", "2", "--max-cost-per-row", "0.0002")
        system = "You answer tickets of a shop. " * 800
        told = scrimp("estimate", *words, "--system", system, "--json")
        ran = scrimp("run", *words, "--system", system)

    assert [row["status"] for row in ran.rows] == ["ok" if answered else "skipped"] * 40
    assert len(cache.usages) == answered
    assert json.loads(told.out)["work"]["calls"] == answered


def test_route_and_estimate_say_which_rows_are_too_expensive(priced: Priced, scrimp: Scrimp) -> None:
    scrimp.file("rows.jsonl", '{"text": "How many geese?"}\n' + json.dumps({"text": "geese " * 9000}) + "\n")
    words = ("rows.jsonl", "--tier", "high", "--max-cost-per-row", "0.001")
    explained = scrimp("route", "--explain", *words)
    documents = scrimp("route", "--json", *words).rows
    estimated = scrimp("estimate", *words)
    work = json.loads(scrimp("estimate", *words, "--json").out)["work"]

    assert "at fake/top, more than --max-cost-per-row 0.001: fake/mid instead for $0.0008" in explained.out
    assert "so it was skipped: raise the limit" in explained.out
    assert [each["too_dear"]["action"] for each in documents] == ["cheaper", "skip"]
    assert "1 to a cheaper model, 1 skipped" in estimated.out
    assert (work["rows"], work["calls"], work["dear"]) == (2, 1, {"cheaper": 1, "skip": 1})


def test_rows_of_a_batch_are_held_to_the_price_of_a_batch_and_go_where_they_went_when_it_was_made(
    scrimp: Scrimp,
) -> None:
    with OpenAIBatches() as server:
        priced = Priced(scrimp, server.url)
        priced.config("[batch]\npoll = '0.01s'\n")
        texts = tuple(f"How many geese are {n}?" for n in range(7))
        ran = priced.run("--tier", "high", "--route", "geese", "--batch", "--max-cost-per-row", "0.001", texts=texts)

        assert ran.status == 0, ran.err
        assert {(row["model"], row["too_dear"]["instead"]) for row in ran.rows} == {("mid", "fake/mid")}
        assert (len(server.batches), server.count("live")) == (1, 0)


def test_a_row_that_no_model_can_be_called_for_says_that_and_nothing_of_its_cost(priced: Priced) -> None:
    del priced.scrimp.env["FAKE_KEY"]
    ran = priced.run("--model", "fake/top", "--max-cost-per-row", "0.001")

    assert ran.status == 4
    assert "FAKE_KEY" in ran.err
    assert "price" not in ran.err


@pytest.mark.parametrize("words", [("--max-cost-per-row", "much"), ("--max-cost-per-row", "-1"), ("--on-dear", "weep")])
def test_what_is_not_a_limit_is_refused(priced: Priced, words: tuple[str, ...]) -> None:
    assert priced.run(*words).status == 2


@pytest.mark.parametrize(("words", "model"), [(1_000, "claude-haiku-5-5"), (120_000, "gpt-6-luna")])
def test_a_prompt_above_the_size_at_which_its_model_is_more_expensive_goes_to_another_of_its_tier(
    scrimp: Scrimp, provider: FakeProvider, words: int, model: str
) -> None:
    # By the list of November 2026 Haiku takes five times as much above 100,000 tokens, and luna twice above 272,000.
    scrimp.config(
        f"{provider_table(provider.url, 'one')}"
        'price_provider = "anthropic"\n'
        f"{provider_table(provider.url, 'two')}"
        'price_provider = "openai"\n'
        '[tiers]\nsimple = ["one/claude-haiku-5-5", "two/gpt-6-luna"]\n'
    )
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    provider.answer = lambda body: completion("geese", model=body["model"])
    scrimp.file("rows.jsonl", json.dumps({"text": "geese " * words}) + "\n")
    asked = ("rows.jsonl", "--tier", "simple")
    (row,) = scrimp("run", *asked).rows
    (again,) = scrimp("run", *asked).rows

    assert (row["model"], called(provider), again["cache"]) == (model, [model], "hit")
    if model == "gpt-6-luna":
        assert "above 100,000 tokens one/claude-haiku-5-5 costs more: two/gpt-6-luna" in row["why"]


BATCHED = """
[providers.fake]
dialect = "openai"
flavour = "openai"
base_url = "{url}"
key_env = "FAKE_KEY"
price_provider = "openai"
[tiers]
high = ["fake/gpt-6.1-sol", "fake/gpt-6-luna"]
[batch]
poll = "0.01s"
"""


@pytest.fixture
def server(scrimp: Scrimp) -> Iterator[OpenAIBatches]:
    with OpenAIBatches() as server:
        scrimp.config(BATCHED.format(url=server.url))
        scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
        yield server


def rows_of(numbers: range) -> str:
    return "".join(json.dumps({"text": f"How many geese are {number}?"}) + "\n" for number in numbers)


def test_a_row_that_is_too_expensive_live_is_not_in_a_batch_at_half_the_price(
    scrimp: Scrimp, server: OpenAIBatches
) -> None:
    # 200 tokens out at $10 a million, and at half of that in batches.
    scrimp.file("rows.jsonl", rows_of(range(3)))
    words = ("rows.jsonl", "--model", "fake/gpt-6.1-sol", "--max-cost-per-row", "0.0015")
    live, batched = scrimp("run", *words), scrimp("run", *words, "--batch")

    assert {row["status"] for row in live.rows} == {"skipped"}
    assert {(row["status"], "too_dear" in row) for row in batched.rows} == {("ok", False)}, batched.err
    assert (len(server.batches), server.count("live")) == (1, 0)


def test_what_is_learned_while_a_batch_runs_sends_its_rows_nowhere_else(scrimp: Scrimp, server: OpenAIBatches) -> None:
    limited = ("--tier", "high", "--route", "geese", "--max-cost-per-row", "0.0005")
    scrimp.file("rows.jsonl", rows_of(range(3)))
    assert scrimp("batch", "submit", "rows.jsonl", *limited).status in (0, 6)
    # Meanwhile it turns out that completions of this task are short, so that the dear model is none.
    scrimp.file("others.jsonl", rows_of(range(10, 20)))
    assert scrimp("run", "others.jsonl", "--model", "fake/gpt-6.1-sol", "--route", "geese").status == 0
    fetched = scrimp("batch", "fetch", "--wait")
    scrimp.file("new.jsonl", rows_of(range(30, 31)))
    (new,) = scrimp("run", "new.jsonl", *limited).rows

    assert {(row["status"], row["model"]) for row in fetched.rows} == {("ok", "gpt-6-luna")}, fetched.err
    assert (len(server.batches), server.count("live"), new["model"]) == (1, 11, "gpt-6.1-sol")


def test_what_comes_back_from_batches_is_taken_off_a_credit(scrimp: Scrimp, server: OpenAIBatches) -> None:
    scrimp.config(BATCHED.format(url=server.url).replace("price_provider", "credit = 0.000001\nprice_provider"))
    scrimp.file("rows.jsonl", rows_of(range(3)))
    ran = scrimp("run", "rows.jsonl", "--model", "fake/gpt-6.1-sol", "--batch")

    assert {row["status"] for row in ran.rows} == {"ok"}, ran.err
    assert "the credit of $0.000001 with fake is used up" in ran.err
