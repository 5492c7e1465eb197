from __future__ import annotations

import json
from decimal import Decimal

import pytest

from command import Scrimp
from fake_provider import FakeProvider


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url, more='[models."fake/dear"]\nprice = { input = 0.07, output = 0.7 }\n')
    scrimp.file("rows.jsonl", "".join(f'{{"text": "hello {number % 3}"}}\n' for number in range(5)))
    return scrimp


def test_what_was_saved_is_the_sum_of_the_bills_to_the_last_digit(ready: Scrimp) -> None:
    bills = []
    for baseline in ("fake/dear", "fake/test-model", "fake/dear"):
        ran = ready("run", "rows.jsonl", "--baseline", baseline, "--cache", "refresh", "--summary-file", "bill.json")
        assert ran.status == 0
        bills.append(json.loads((ready.cwd / "bill.json").read_text(), parse_float=Decimal)["baseline"])
    saved = json.loads(ready("cost", "saved", "--json").out, parse_float=Decimal)

    assert saved["saved_usd"] == sum(bill["saved_usd"] for bill in bills)
    assert saved["baseline_cost_usd"] == sum(bill["cost_usd"] for bill in bills)
    for cause, dollars in saved["saved_by_usd"].items():
        assert dollars == sum(bill["saved_by_usd"][cause] for bill in bills)
    assert sum(saved["saved_by_usd"].values()) == saved["saved_usd"]
    assert (saved["runs"], saved["rows"], sorted(saved["models"])) == (3, 15, ["fake/dear", "fake/test-model"])
    assert saved["saved_by_usd"]["routing"] < 0  # the baseline is the cheaper one


def test_a_cause_that_cost_more_than_it_saved_is_below_zero(ready: Scrimp) -> None:
    ready("run", "rows.jsonl", "--baseline", "fake/dear")
    ran = ready("cost", "saved")

    lines = {line.split()[0]: line.split()[1] for line in ran.out.splitlines()}
    assert lines["routing"].startswith("-$")
    assert lines["duplicates"].startswith("$")
    assert ran.out.splitlines()[-1].startswith("total about")


def test_nothing_is_saved_before_the_first_run_nor_within_a_window_without_one(ready: Scrimp) -> None:
    assert "no run has saved anything yet" in ready("cost", "saved").out
    assert json.loads(ready("cost", "saved", "--since", "1h", "--json").out)["saved_usd"] == 0
