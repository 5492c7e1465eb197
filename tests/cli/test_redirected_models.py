"""A gateway that has another model answer than was asked for."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from msgspec.structs import replace

from command import Scrimp
from fake_provider import FakeProvider, completion
from recordings import tuned
from scrimp.config.resolved.tuned_routes import TunedRoute, save_tuned

ROUTE = TunedRoute(
    signature="triage", steps=("fake/test-model",), policy="test-model alone", flagship="fake/dear", target=0.95,
    risk=0.05, bound=0.96, pairs=200, below=1.0, saved=0.75, certified="2026-11-09T14:03:21Z",
)  # fmt: skip
OTHER = "vendor/other-1"
PRICE = f'[models."fake/{OTHER}"]\nprice = {{ input = 3, output = 30 }}\n'
NO_PRICE = '[models."fake/test-model"]\n'


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    """Two rows; the model asked for has no price of the user's, the other one has."""
    scrimp.provider(provider.url)
    text = (scrimp.home / "config.toml").read_text()
    scrimp.config(text[: text.index(NO_PRICE)] + PRICE)
    scrimp.file("rows.jsonl", '{"text": "a"}\n{"text": "b"}\n')
    return scrimp


def answering(*models: str) -> Any:
    """Answer in turn as these models, the last one for ever."""
    left = list(models)
    return lambda body: completion("x", model=left.pop(0) if len(left) > 1 else left[0])


def test_the_bill_and_the_ledger_name_both_models(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = answering("test-model-2026-11-01", OTHER)
    ran = ready("run", "rows.jsonl", "-j", "1", "--summary-file", "bill.json")

    assert ran.err.count(f"fake/test-model was answered by {OTHER}") == 1
    assert f"fake/test-model (by {OTHER})" in ran.err
    lines = json.loads((ready.cwd / "bill.json").read_text())["lines"]
    assert [(line["what"], line["answered_by"], line["rows"], line["cost_usd"]) for line in lines] == [
        ("fake/test-model", OTHER, 1, 0.00009), ("fake/test-model", None, 1, None),
    ]  # fmt: skip
    sums = json.loads(ready("cost", "--json").out)
    assert [(total["model"], total["answered_by"], total["cost_usd"]) for total in sums] == [
        ("fake/test-model", OTHER, 0.00009), ("fake/test-model", None, None),
    ]  # fmt: skip
    assert f"fake/test-model (by {OTHER})" in ready("cost").out
    with closing(sqlite3.connect(ready.home / "ledger.db")) as ledger:
        assert ledger.execute("SELECT answered_by FROM entries ORDER BY id").fetchall() == [(None,), (OTHER,)]


def test_other_groups_of_the_ledger_are_not_split_by_who_answered(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = answering("test-model", OTHER)
    ready("run", "rows.jsonl", "-j", "1")

    (total,) = json.loads(ready("cost", "--by", "provider", "--json").out)
    assert (total["calls"], "answered_by" in total) == (2, False)


def test_names_that_the_table_has_no_room_for_are_said_below_it(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = answering(f"vendor/{'a-rather-long-name-' * 3}1")
    ran = ready("run", "rows.jsonl")

    table = ran.err[ran.err.index("what ") :]
    assert (
        f"was answered by vendor/{'a-rather-long-name-' * 3}1, and is priced as that model unless you set its price."
        in " ".join(table.split())
    )


def test_a_price_that_the_user_set_for_the_model_asked_for_goes_first_and_is_not_denied(
    ready: Scrimp, provider: FakeProvider
) -> None:
    ready.config((ready.home / "config.toml").read_text() + f"{NO_PRICE}price = {{ input = 1, output = 10 }}\n")
    provider.answer = answering(OTHER)
    ran = ready("run", "rows.jsonl")

    assert {row["cost_usd"] for row in ran.rows} == {0.00003}  # 10 tokens in and 2 out, not at 3 and 30
    assert "priced as that model's, unless you set a price for fake/test-model" in ran.err


def test_a_hit_of_a_redirected_call_is_priced_by_the_model_that_answered(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = answering(OTHER)
    for _ in range(2):
        ready("run", "rows.jsonl", "--summary-file", "bill.json")

    compared = json.loads((ready.cwd / "bill.json").read_text())["baseline"]
    assert compared["saved_by_usd"]["cache"] == pytest.approx(2 * 0.00009)


def test_the_certificate_of_a_route_whose_model_is_another_one_is_void(ready: Scrimp, provider: FakeProvider) -> None:
    save_tuned(ready.home / "tuned.toml", [ROUTE, replace(ROUTE, signature="other task")])
    provider.answer = answering("test-model", OTHER)
    first = ready("run", "rows.jsonl", "-j", "1", "--route", "triage", "-q")

    assert first.err.count("the route certified for task triage on 2026-11-09 is no longer used") == 1
    assert f"fake/test-model was answered by {OTHER}; collect pairs again" in first.err
    assert first.rows[0]["why"].startswith("tuned triage")
    assert [(route["signature"], route.get("drift")) for route in tuned(ready)] == [
        ("triage", f"fake/test-model was answered by {OTHER}"), ("other task", None),
    ]  # fmt: skip
    again = ready("run", "rows.jsonl", "--route", "triage", "--cache", "off")
    assert not again.rows[0]["why"].startswith("tuned")


def test_a_dated_name_of_the_model_that_was_asked_for_voids_nothing(ready: Scrimp, provider: FakeProvider) -> None:
    save_tuned(ready.home / "tuned.toml", [ROUTE])
    provider.answer = answering("vendor/test-model-2026-11-01")
    ran = ready("run", "rows.jsonl", "--route", "triage")

    assert "answered by" not in ran.err
    assert "drift" not in tuned(ready)[0]


@pytest.mark.parametrize("words", [("tune", "shadow", "rows.jsonl", "--share", "100%"), ("run", "rows.jsonl")])
def test_what_another_model_answered_is_no_evidence_for_the_one_that_was_asked(
    ready: Scrimp, provider: FakeProvider, words: tuple[str, ...]
) -> None:
    ready.config(
        (ready.home / "config.toml").read_text()
        + '[shadow]\nshare = "100%"\nmodels = ["fake/test-model", "fake/honest"]\n'
        + "".join(f'[models."fake/{name}"]\nprice = {{ input = 1, output = 1 }}\n' for name in ("test-model", "honest"))
    )
    provider.answer = lambda body: completion("x", model=OTHER if body["model"] == "test-model" else body["model"])
    more = ("--models", "fake/test-model,fake/honest") if words[0] == "tune" else ("--model", "fake/test-model")
    ran = ready(*words, *more)

    assert ran.status == 0, ran.err
    with closing(sqlite3.connect(ready.home / "ledger.db")) as ledger:
        models = ledger.execute("SELECT DISTINCT model FROM replies").fetchall()
    assert models == [("fake/honest",)] if words[0] == "tune" else not models
