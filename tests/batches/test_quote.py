"""What a job is expected to cost is said before anything is sent, with completions as long as the ledger has them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from batch_servers import OpenAIBatches
from batches.clockwork import at, double_between, minute_since
from command import Scrimp

TEMPLATE = ("-t", "Is this a complaint, yes or no? {text}")
MODEL = ("--model", "fake/gpt-6-luna")


@pytest.fixture
def priced(batched: Scrimp) -> Scrimp:
    """A scrimp whose model has the prices of OpenAI's list, in batches and live."""
    text = (batched.home / "config.toml").read_text().replace("fake/small", "fake/gpt-6-luna")
    text = text.replace('key_env = "FAKE_KEY"', 'key_env = "FAKE_KEY"\nprice_provider = "openai"')
    batched.config(text.replace("price = { input = 1.0, output = 10.0 }", "max_output = 500"))
    batched.file("first.txt", "\n".join(f"mail {number}" for number in range(20)))
    batched.file("more.txt", "\n".join(f"another mail {number}" for number in range(40)))
    return batched


def quoted(err: str) -> tuple[float, float, str]:
    """Return what a quote says of live, of batches, and of the length of completions."""
    found = re.search(r": live \$([\d.]+), batch \$([\d.]+) \((.*)\)", err)
    assert found is not None, err
    return float(found[1]), float(found[2]), found[3]


def test_without_calls_of_the_task_a_length_is_assumed_and_with_them_it_is_theirs(priced: Scrimp) -> None:
    first = priced("run", "first.txt", *TEMPLATE, *MODEL, "--batch")
    live, batch, length = quoted(first.err)
    assert length == "200 tokens a completion, assumed"
    assert batch == pytest.approx(live / 2, rel=0.01)
    means = {row["usage"]["output"] for row in first.rows}
    more = priced("run", "more.txt", *TEMPLATE, *MODEL, "--batch")
    expected_live, expected, length = quoted(more.err)
    assert (
        length == f"{round(sum(row['usage']['output'] for row in first.rows) / 20)} tokens a completion, "
        "as in 20 calls of the same tasks"
    )
    paid = sum(Decimal(str(row["cost_usd"])) for row in more.rows)
    assert means
    assert expected == pytest.approx(float(paid), rel=0.35)
    assert expected_live == pytest.approx(2 * expected, rel=0.01)


def test_calls_of_another_task_say_nothing_of_the_length(priced: Scrimp) -> None:
    priced("run", "first.txt", *TEMPLATE, *MODEL, "--batch")
    other = priced("run", "more.txt", "-t", "Translate to French: {text}", *MODEL, "--batch")
    assert quoted(other.err)[2] == "200 tokens a completion, assumed"


def test_a_price_that_is_not_known_is_said_to_be_so(batched: Scrimp) -> None:
    batched.config((batched.home / "config.toml").read_text().replace("price = { input = 1.0, output = 10.0 }", ""))
    batched.file("rows.txt", "one\n")
    ran = batched("run", "rows.txt", "--model", "fake/small", "--batch")
    assert "1 request in 1 batch: cost unknown: no price is known for fake/small" in ran.err


def test_what_waits_for_cheaper_hours_is_quoted_beside_live(hourly: Scrimp, server: OpenAIBatches) -> None:
    double_between(hourly, -1, 2)
    hourly.file("rows.txt", "one\ntwo\none\n")
    ran = hourly("batch", "submit", "rows.txt", "--model", "clock/hourly")
    found = re.search(
        rf"2 requests to be called from {at(2)} UTC: live \$([\d.]+), off-peak \$([\d.]+) by {minute_since(23)} UTC ",
        ran.err,
    )
    assert found is not None, ran.err
    assert float(found[1]) == pytest.approx(2 * float(found[2]), rel=0.01)
    assert ran.err.count("off-peak") == 1
    assert not server.seen


def test_a_job_of_several_ways_is_quoted_by_each(hourly: Scrimp, server: OpenAIBatches) -> None:
    double_between(hourly, -1, 2)
    text = (hourly.home / "config.toml").read_text()
    also = f"""
[providers.fake]
dialect = "openai"
flavour = "openai"
base_url = "{server.url}"
key_env = "FAKE_KEY"
[models."fake/small"]
price = {{ input = 1.0, output = 10.0 }}
[[rules]]
match = "batch"
model = "fake/small"
[[rules]]
match = "hour"
model = "clock/hourly"
"""
    hourly.config(text + also)
    hourly.file("rows.txt", "batch one\nhour one\nhour two\n")
    ran = hourly("batch", "submit", "rows.txt")
    assert f"1 request in 1 batch, 2 requests to be called from {at(2)} UTC: live $" in ran.err
    assert re.search(r"live \$[\d.]+ in all; here batch \$[\d.]+, off-peak \$[\d.]+ by", ran.err), ran.err
