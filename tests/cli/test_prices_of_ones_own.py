"""Discounts and prices of one's own, from the config or `scrimp prices set` to the bill."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from command import Scrimp
from fake_provider import FakeProvider, completion

TIERS = "".join(f'{name} = ["openai/gpt-6-luna"]\n' for name in ("simple", "medium", "high"))


def configured(provider: FakeProvider, more: str) -> str:
    return f'[providers.openai]\nbase_url = "{provider.url}"\nkey_env = ""\n{more}\n[tiers]\n{TIERS}'


def test_a_discount_is_on_the_bill_of_a_run_and_in_its_rows(scrimp: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda body: completion("hi", model=body["model"], prompt_tokens=1234)
    scrimp.config(configured(provider, 'discount = "15%"'))
    scrimp.file("p.txt", "one\ntwo\nthree\n")

    ran = scrimp("run", "p.txt", "--summary", "json", "--summary-file", "bill.json")

    # 1 234 tokens at 0.10 dollars a million and 2 at 0.50, less 15 %
    each = (Fraction(1234) / 10 + Fraction(2) / 2) / 1_000_000 * 85 / 100
    assert [Fraction(row["cost_usd"]).limit_denominator(10**12) for row in ran.rows] == [each] * 3
    assert {row["price"] for row in ran.rows} == {"2026-11-09 less 15%"}
    assert scrimp.paid_calls() == (3, 3 * each)


def test_a_project_of_somebody_else_sets_no_price_and_no_discount(scrimp: Scrimp) -> None:
    for table, key in (
        ("providers.openai", 'discount = "90%"'),
        ("providers.openai", 'batch_discount = "90%"'),
        ('models."openai/gpt-6-luna"', 'batch_discount = "90%"'),
        ('models."openai/gpt-6-luna"', "price = { input = 0, output = 0 }"),
    ):
        scrimp.file("scrimp.toml", f"[{table}]\n{key}\n")
        ran = scrimp("prices", "check", "openai/gpt-6-luna")
        assert ran.status == 2, key
        assert "which only a project file you trust may set" in ran.err


def test_each_kind_of_price_is_set_one_after_the_other(scrimp: Scrimp) -> None:
    steps = (
        ("--input", "1", "--output", "4", "--cached-input", "0.1"),
        ("--tier", "flex", "--input", "0.5"),
        ("--above", "200000", "--input", "2"),
        ("--batch", "--input", "0.4", "--output", "1.5", "--cached-input", "0.04"),
        ("--above", "200000", "--output", "6"),
    )
    for words in steps:
        assert scrimp("prices", "set", "openai/gpt-6-luna", *words).status == 0

    line = scrimp("prices", "check", "openai/gpt-6-luna").out.partition(" (dollars")[0]
    long = "above 200,000 input tokens"
    assert line.removeprefix("openai/gpt-6-luna: ").split("; ") == [
        "input 1, cached input 0.1, output 4", f"input 2, cached input 0.1, output 6 {long}",
        "in batch jobs input 0.4, cached input 0.04, output 1.5", f"input 0.4, cached input 0.04, output 1.5 {long}",
        "flex input 0.5, cached input 0.1, output 4", f"input 0.5, cached input 0.1, output 6 {long}",
    ]  # fmt: skip

    told = scrimp("prices", "set", "openai/gpt-6-luna", "--batch-discount", "30%").out
    assert "batch jobs 30% less than live calls" in told
    assert "in batch jobs input 0.7, cached input 0.07, output 2.8" in scrimp("prices", "check", "gpt-6-luna").out


def test_a_discount_on_batches_alone_leaves_the_list_in_force(scrimp: Scrimp) -> None:
    before = scrimp("prices", "check", "openai/gpt-6.2-sol").out
    assert "in batch jobs" not in before

    assert scrimp("prices", "set", "openai/gpt-6.2-sol", "--batch-discount", "50%").status == 0

    after = scrimp("prices", "check", "openai/gpt-6.2-sol").out
    assert "in batch jobs input 1, cached input 0.05, cache write 1.25, output 5" in after
    assert after.startswith(before.partition(" (dollars")[0])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--batch"], "say which calls a price is of"),
        (["--tier", "flex"], "say which calls a price is of"),
        (["--batch", "--tier", "flex", "--input", "1"], "exclude each other: set one price after the other"),
        (["--tier", "batch", "--input", "1"], "prices of batch jobs: --batch"),
        (["--tier", " ", "--input", "1"], "--tier takes the word of a reply"),
        (["--tier", "flex", "--input", "1"], "needs both --input and --output"),
        (["--batch-discount", "half"], "--batch-discount 'half' is not a discount"),
        (["--remove", "--batch-discount", "5%"], "--remove takes no price"),
    ],
)
def test_a_price_that_says_too_little_or_too_much_is_refused(scrimp: Scrimp, words: list[str], message: str) -> None:
    ran = scrimp("prices", "set", "openai/gpt-6-luna", *words)

    assert ran.status == 2
    assert message in ran.err
    assert not (scrimp.home / "own-prices.json").exists()


def test_one_price_for_all_sizes_is_warned_of_where_the_list_has_two(scrimp: Scrimp) -> None:
    warned = scrimp("prices", "set", "openai/gpt-6-luna", "--input", "0.1", "--output", "0.5").err
    assert "another price for calls above 272,000 input tokens" in warned
    words = ("--above", "272000", "--input", "0.2", "--output", "0.75")
    assert scrimp("prices", "set", "openai/gpt-6-luna", *words).err == ""


def test_prices_of_batches_and_tiers_may_stand_in_the_config(scrimp: Scrimp) -> None:
    scrimp.config(
        '[models."openai/gpt-6-luna"]\nprice = { input = 1, output = 4 }\nbatch_price = { input = 0.3 }\n'
        "tier_prices = { flex = { input = 0.5, output = 2 } }\n"
    )
    line = scrimp("prices", "check", "openai/gpt-6-luna").out.partition(" (dollars")[0]
    assert line == ("openai/gpt-6-luna: input 1, output 4; in batch jobs input 0.3, output 4; flex input 0.5, output 2")

    for wrong, message in (
        ("batch_price = { input = 1 }", "set price, too"),
        ('price = { input = 1, output = 1 }\nbatch_price = { input = 1 }\nbatch_discount = "5%"', "keep one"),
        ("price = { input = 1, output = 1 }\ntier_prices = { batch = { input = 1 } }", "for batches: batch_price"),
        ("price = { input = 1, output = 1 }\ntier_prices = { flex = { input = -1 } }", "tier_prices.flex.input -1"),
    ):
        scrimp.config(f'[models."openai/gpt-6-luna"]\n{wrong}\n')
        ran = scrimp("prices", "check", "openai/gpt-6-luna")
        assert (ran.status, message in ran.err) == (2, True), ran.err


def test_the_day_and_the_hours_at_which_a_price_changes_are_told(scrimp: Scrimp) -> None:
    day = f"{datetime.now(UTC) + timedelta(days=40):%Y-%m-%d}"
    later = [{"rates": {"input": "3", "output": "6"}}]
    now = [{"rates": {"input": "1", "output": "2"}}]
    half = {"condition": {"start": "00:00", "end": "12:00"}, "bands": [{"rates": {"input": "0.5", "output": "1"}}]}
    rows = {
        "dated": {"prices": [{"bands": now}, {"condition": {"since": day}, "bands": later}]},
        "hourly": {"prices": [{"bands": now}, half]},
    }
    table = {"date": "2099-01-01", "source": "a test", "licence": "MIT", "form": 2, "providers": {
        "openai": {"rows": rows},
    }}  # fmt: skip
    scrimp.file("new.json", json.dumps(table))
    assert scrimp("prices", "update", "new.json").status == 0

    dated, change, hourly, hours, _ = scrimp("prices", "check", "openai/dated", "openai/hourly").out.splitlines()

    assert dated.startswith("openai/dated: input 1, output 2 (dollars")
    assert change == f"openai/dated: from {day} on input 3, output 6"
    cheap = hourly.startswith("openai/hourly: input 0.5")
    assert hours == "openai/hourly: a live call costs " + (
        "least at this hour" if cheap else "50 % less from 00:00 UTC on"
    )


def test_a_list_is_shown_as_a_provider_that_sells_by_it_bills(scrimp: Scrimp) -> None:
    scrimp.config(
        '[providers.house]\ndialect = "openai"\nbase_url = "https://x.example"\nkey_env = ""\n'
        'price_provider = "openai"\ndiscount = "10%"\nbatch_discount = "25%"\n'
    )

    def luna(provider: str) -> list[object]:
        listed = json.loads(scrimp("prices", "list", provider, "--json").out)
        (row,) = [each for each in listed if each["model"] == "gpt-6-luna"]
        return [row["input"], row["output"], row["batch_input"], row["batch_output"], row["source"]]

    assert luna("openai") == [0.1, 0.5, 0.05, 0.25, "2026-11-09"]
    assert luna("house") == [0.09, 0.45, 0.0675, 0.3375, "2026-11-09 less 10%"]
