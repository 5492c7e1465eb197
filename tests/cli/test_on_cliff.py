"""Prompts just above a size at which their model costs more: compressed harder where the user allows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from command import Ran, Scrimp
from fake_provider import FakeProvider, Reply, completion, fake_provider
from scrimp.tokens import count

MODEL = "qwen/qwen3-max"
# Its dollars a million, for all tokens of a call: up to 32,000 tokens in, and above.
BELOW, ABOVE = (Fraction("1.20"), Fraction(6)), (Fraction("2.40"), Fraction(12))
CONFIG = """
[defaults]
{defaults}
[providers.qwen]
base_url = "{url}"
key_env = "FAKE_KEY"
[tiers]
simple = ["qwen/qwen3-max"]
medium = ["qwen/qwen3-max"]
high = ["qwen/qwen3-max"]
"""


def tokens(text: str) -> int:
    """Return what this provider counts: about 107 tokens for a hundred of o200k_base."""
    return count(text) * 107 // 100


def counted(body: dict[str, Any]) -> Reply:
    """Bill what came."""
    size = sum(tokens(turn["content"]) for turn in body["messages"])
    return completion(
        "ok", model=body["model"],
        usage={"prompt_tokens": size, "completion_tokens": 2, "total_tokens": size + 2},
    )  # fmt: skip


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with fake_provider(counted) as running:
        yield running


class Long:
    """scrimp with rows of JSON whose white space alone is what brings them above the cliff."""

    def __init__(self, scrimp: Scrimp, provider: FakeProvider) -> None:
        self.scrimp, self.provider = scrimp, provider
        scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
        self.config()
        table = [{"name": f"row {number}", "value": number * 7919 % 100_003} for number in range(1_700)]
        self.text = f"Which name has the highest value?\n\n{json.dumps(table, indent=2)}"

    def config(self, defaults: str = "") -> None:
        self.scrimp.config(CONFIG.format(url=self.provider.url, defaults=defaults))

    def __call__(self, command: str, *words: str) -> Ran:
        self.scrimp.file("rows.jsonl", json.dumps({"text": self.text}) + "\n")
        return self.scrimp(command, "rows.jsonl", "-m", MODEL, "--compress", "off", *words)

    @property
    def sent(self) -> list[str]:
        """What came at the provider."""
        return [body["messages"][-1]["content"] for body in self.provider.bodies]


@pytest.fixture
def long(scrimp: Scrimp, provider: FakeProvider) -> Long:
    return Long(scrimp, provider)


def dollars(text: str, rates: tuple[Fraction, Fraction]) -> Fraction:
    return (tokens(text) * rates[0] + 2 * rates[1]) / 1_000_000


@pytest.mark.parametrize(("defaults", "flags"), [("", ("--on-cliff", "tidy")), ('on_cliff = "lossless"', ())])
def test_a_prompt_is_brought_below_at_the_lowest_level_that_does_it_and_its_row_and_the_bill_say_so(
    long: Long, defaults: str, flags: tuple[str, ...]
) -> None:
    long.config(defaults)
    ran = long("run", *flags, "--summary-file", "bill.json")

    (row,), (sent,) = ran.rows, long.sent
    assert (row["compressed"]["level"], row["compressed"]["below"]) == ("lossless", 32_000)
    assert json.loads(sent.partition("\n\n")[2]) == json.loads(long.text.partition("\n\n")[2])
    assert tokens(sent) < 32_000 < tokens(long.text)
    assert row["why"].startswith("asked for; above 32,000 tokens qwen/qwen3-max costs more: compressed at lossless")
    assert "Compressed harder, to stay below a size at which the model costs more: 1 row." in ran.err
    assert "costs more; that added" not in ran.err
    paid = dollars(sent, BELOW)
    assert Fraction(str(row["cost_usd"])) == paid
    bill = json.loads((long.scrimp.cwd / "bill.json").read_text())
    saved = {cause: amount for cause, amount in bill["baseline"]["saved_by_usd"].items() if amount}
    assert saved == {"compression": pytest.approx(float(dollars(long.text, ABOVE) - paid), rel=0.001)}
    assert long("run", *flags).rows[0]["cache"] == "hit"


def test_without_the_users_word_a_prompt_is_sent_as_it_is_and_an_estimate_says_what_it_costs(long: Long) -> None:
    estimated = long("estimate").out
    less = dollars(long.text, ABOVE) - dollars(
        long.scrimp("compress", "--level", "lossless", stdin=long.text).out, BELOW
    )
    (told,) = [line for line in estimated.splitlines() if line.startswith("--on-cliff LEVEL: ")]
    assert told.startswith("--on-cliff LEVEL: lossless brings 1 call below, for about $")
    assert float(told.partition("$")[2].split()[0]) == pytest.approx(float(less), rel=0.05)
    assert "1 call above 32,000 tokens" in estimated

    ran = long("run", "--summary-file", "bill.json")
    assert Fraction(str(ran.rows[0]["cost_usd"])) == dollars(long.text, ABOVE)
    bill = " ".join(ran.err.split())
    assert "1 call was above 32,000 tokens, where qwen/qwen3-max costs more; that added $" in bill
    (calls,) = json.loads((long.scrimp.cwd / "bill.json").read_text())["above_cliffs"]
    assert (calls["model"], calls["above"], calls["calls"]) == (MODEL, 32_000, 1)
    assert Fraction(str(calls["more_usd"])) == dollars(long.text, ABOVE) - dollars(long.text, BELOW)
    assert long.sent == [long.text]


def test_an_estimate_has_the_price_of_what_would_be_sent(long: Long) -> None:
    document = json.loads(long("estimate", "--on-cliff", "lossless", "--max-output", "2", "--json").out)

    sent = long.scrimp("compress", "--level", "lossless", stdin=long.text).out
    (offer,) = [each for each in document["offers"] if each["tier"] is None]
    assert document["work"]["below_cliffs"] == 1
    assert [each for each in document["size_cliffs"] if each["model"] == MODEL] == []
    assert offer["expected"] == pytest.approx(float(dollars(sent, BELOW)), rel=0.05)


def test_a_completion_of_the_whole_prompt_is_taken_but_one_of_a_shorter_one_only_where_that_is_allowed(
    long: Long,
) -> None:
    allowed = ("--on-cliff", "lossless")
    long("run", *allowed)
    assert [long("run", *words).rows[0]["cache"] for words in ((), allowed)] == ["miss", "hit"]
    long.text += " Please."
    assert [long("run", *words).rows[0]["cache"] for words in ((), allowed)] == ["miss", "hit"]


@pytest.mark.parametrize("rows", [5_000, 12_000], ids=["below at once", "above at every level"])
def test_a_prompt_that_gains_nothing_is_sent_as_it_is(long: Long, rows: int) -> None:
    words = " ".join(f"{number:05d}" for number in range(rows))
    long.text = json.dumps({"numbers": words}) + "   \n" * 3

    assert long("run", "--on-cliff", "lossless").status == 0
    assert long.sent == [long.text]
    assert (tokens(long.text) > 32_000) == (rows == 12_000)


def test_a_later_step_of_a_chain_that_is_more_expensive_for_its_size_is_a_reason_to_compress_as_the_first_is(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    long = Long(scrimp, provider)
    with (scrimp.home / "config.toml").open("a") as config:
        config.write('[chains.c]\nsteps = ["qwen/qwen-flash", "qwen/qwen3-max"]\n')
    scrimp.file("rows.jsonl", json.dumps({"text": long.text}) + "\n")
    ran = scrimp("run", "rows.jsonl", "--chain", "c", "--compress", "off", "--on-cliff", "tidy")

    (row,) = ran.rows
    assert "above 32,000 tokens qwen/qwen3-max costs more: compressed at lossless" in row["why"]
    assert all(tokens(text) < 32_000 for text in long.sent)
