"""Calls of unknown cost, wherever costs are shown: never zero, and a sum without them says so."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from command import Scrimp
from fake_provider import FakeProvider, completion

SHOWN: dict[str, tuple[str, ...]] = {
    "cost": ("cost",), "runs list": ("runs", "list"), "runs show": ("runs", "show", "last"),
    "cache stats": ("cache", "stats"), "tune advise": ("tune", "advise"),
}  # fmt: skip
TOLD: dict[str, tuple[str, ...]] = {
    "cost": ("cost", "--by", "provider", "--json"), "runs list": ("runs", "list", "--json"),
    "cache stats": ("cache", "stats", "--json"), "tune advise": ("tune", "advise", "--json"),
}  # fmt: skip


def dollars(document: Any) -> list[object]:
    """Every cost in a document of a command."""
    if isinstance(document, list):
        return [cost for part in document for cost in dollars(part)]
    if not isinstance(document, dict):
        return []
    own = [value for name, value in document.items() if name in ("cost_usd", "month_usd")]
    return own + [cost for part in document.values() for cost in dollars(part)]


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", '{"text": "a"}\n{"text": "b"}\n')
    return scrimp


def test_where_no_cost_is_known_none_is_shown(ready: Scrimp) -> None:
    ran = ready("run", "rows.jsonl", "-m", "fake/other", "--progress", "json", "--summary-file", "bill.json")
    bill = json.loads((ready.cwd / "bill.json").read_text())
    progress = json.loads(next(line for line in reversed(ran.err.splitlines()) if '"event":"progress"' in line))

    assert (bill["cost_usd"], bill["at_least"], progress["cost_usd"]) == (None, True, None)
    for words in SHOWN.values():
        out = ready(*words).out
        assert "unknown" in out
        assert not re.search(r"\$0(?![.\d])", out), out
    for words in TOLD.values():
        costs = dollars(json.loads(ready(*words).out))
        assert costs
        assert set(costs) == {None}


def test_where_a_part_is_known_the_sum_is_said_to_be_a_part(ready: Scrimp) -> None:
    ready("run", "rows.jsonl", "-m", "fake/other", "--limit", "1")
    ready("run", "rows.jsonl", "-m", "fake/test-model", "--limit", "1", "--cache", "refresh")

    assert "once paid $0.00003+" in ready("cache", "stats").out
    assert "total at least $0.00003, without 1 call of unknown cost" in ready("cost").out
    (told,) = json.loads(ready("cost", "--by", "provider", "--json").out)
    assert (told["cost_usd"], told["at_least"]) == (0.00003, True)


@pytest.mark.parametrize("told", [None, {}, {"prompt_tokens": -5, "completion_tokens": 2}, [1]])
def test_a_reply_that_tells_no_tokens_is_not_said_to_lack_a_price(
    ready: Scrimp, provider: FakeProvider, told: object
) -> None:
    provider.answer = lambda _: completion("yes", usage=told)
    ran = ready("run", "rows.jsonl", "-m", "fake/test-model", "--limit", "1", "--baseline", "fake/test-model")

    assert "1 call without a count of tokens is not in the total (fake/test-model)." in ran.err
    assert "What scrimp saved is unknown: no reply told how many tokens it took." in ran.err
    assert "price" not in ran.err


def test_a_whole_count_may_be_written_with_a_fraction(ready: Scrimp, provider: FakeProvider) -> None:
    usage = {"prompt_tokens": 10.0, "completion_tokens": 2.0}
    provider.answer = lambda _: completion("yes", usage=usage)
    (row,) = ready("run", "rows.jsonl", "-m", "fake/test-model", "--limit", "1").rows
    provider.answer = lambda _: completion("yes", usage=usage | {"prompt_tokens": 10.5})
    (other,) = ready("run", "rows.jsonl", "-m", "fake/test-model", "--skip", "1").rows

    assert (row["usage"]["input"], row["usage"]["output"], row["cost_usd"]) == (10, 2, 0.000030)
    assert (other["usage"], other["cost_usd"]) == (None, None)
