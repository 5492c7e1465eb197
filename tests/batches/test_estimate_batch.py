"""`scrimp estimate --batch`: live, in batches and off-peak side by side, without a key and without a call."""

from __future__ import annotations

import json
import re

import pytest

from batch_servers import OpenAIBatches
from batches.clockwork import double_between, minute_since
from command import Scrimp


def dollars(text: str) -> list[float]:
    return [float(amount) for amount in re.findall(r"\$([\d.]+)", text)]


@pytest.fixture
def keyless(scrimp: Scrimp) -> Scrimp:
    scrimp.file("rows.txt", "".join(f"prompt {number}\n" for number in range(30)))
    return scrimp


def test_a_model_of_the_list_costs_half_in_a_batch_and_no_key_is_needed(keyless: Scrimp) -> None:
    ran = keyless("estimate", "rows.txt", "--batch", "--model", "openai/gpt-6-luna")
    assert ran.status == 0, ran.err
    (line,) = (line for line in ran.out.splitlines() if line.startswith("asked for"))
    live, batch = dollars(line)
    assert batch == pytest.approx(live / 2, rel=0.01)
    assert line.endswith("50 %")


def test_what_is_estimated_is_what_the_list_says_of_each_way(batched: Scrimp, server: OpenAIBatches) -> None:
    text = (batched.home / "config.toml").read_text().replace("fake/small", "fake/gpt-6-luna")
    text = text.replace('key_env = "FAKE_KEY"', 'key_env = "FAKE_KEY"\nprice_provider = "openai"')
    batched.config(text.replace("price = { input = 1.0, output = 10.0 }", ""))
    batched.file("rows.txt", "".join(f"prompt {number}\n" for number in range(30)))
    ran = batched("estimate", "rows.txt", "--batch")
    (words,) = (line for line in ran.out.splitlines() if line.startswith("as routed: "))
    live, batch = dollars(words)
    assert re.fullmatch(r"as routed: live \$[\d.]+, batch \$[\d.]+", words)
    assert batch == pytest.approx(live / 2, rel=0.01)
    plain = batched("estimate", "rows.txt", "--json")
    assert "ways" not in plain.out
    assert float(json.loads(plain.out)["routed"]["expected"]) == pytest.approx(live, rel=0.01)
    sent = batched("batch", "submit", "rows.txt")
    assert dollars(sent.err.partition("live ")[2].partition(" (")[0]) == pytest.approx([live, batch], rel=0.05)


def test_cheaper_hours_stand_beside_live_with_the_time_they_end(hourly: Scrimp, server: OpenAIBatches) -> None:
    double_between(hourly, -1, 2)
    ran = hourly("estimate", "rows.txt", "--batch")
    (words,) = (line for line in ran.out.splitlines() if line.startswith("as routed: "))
    assert re.fullmatch(rf"as routed: live \$[\d.]+, off-peak \$[\d.]+ by {minute_since(23)} UTC", words), ran.out
    live, off_peak = dollars(words)
    assert live == pytest.approx(2 * off_peak, rel=0.01)
    document = json.loads(hourly("estimate", "rows.txt", "--batch", "--json").out)
    ways = document["offers"][0]["ways"]
    assert ways["batch"] is None
    assert float(ways["live"]) == pytest.approx(2 * float(ways["off_peak"]))
    assert document["routed_ways"]["off_peak_by"] > document["routed_ways"]["off_peak_from"]
    assert not server.seen


def test_a_model_whose_price_in_batches_is_not_known_costs_the_same(batched: Scrimp) -> None:
    batched.file("rows.txt", "one\n")
    ran = batched("estimate", "rows.txt", "--batch", "--model", "fake/small")
    assert "as live" in ran.out
