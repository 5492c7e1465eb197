from __future__ import annotations

import json
import time

import pytest

import recordings
from command import Scrimp


def test_advice_says_what_cheaper_models_would_have_answered(gathered: Scrimp) -> None:
    gathered("run", "p.jsonl", *recordings.TEMPLATE, "-q", "--model", "rec/claude-large", "--cache", "off")
    gathered.file("other.jsonl", json.dumps({"text": "Translate this sentence."}) + "\n")
    ran = gathered("tune", "advise")
    (known, *_) = json.loads(gathered("tune", "advise", "--json").out)

    assert ran.status == 0, ran.err
    assert known["model"] == "rec/claude-large"
    assert (known["calls"], known["pairs"], known["below"]) == (400, 200, 0.8)
    assert known["days"] in (1, 2)  # two where midnight came in between
    assert (known["month_usd"], known["worth_usd"]) == (None, None)
    assert float(known["per_1000_usd"]) == pytest.approx(float(known["cost_usd"]) * 1000 / 400)
    assert 0 < float(known["saves_per_1000_usd"]) < float(known["per_1000_usd"])
    assert "together" not in ran.out
    assert "80 %" in ran.out
    assert "rec/gemini-tiny and rec/gpt-tiny agree (200 pairs)" in ran.out
    assert "shadow" not in ran.out


@pytest.mark.parametrize(("days", "apart", "told"), [(4, 3, True), (3, 4, False), (4, 1, False)])
def test_a_month_is_told_only_of_days_that_were_observed(gathered: Scrimp, days: int, apart: int, told: bool) -> None:
    gathered(
        "run", "p.jsonl", *recordings.TEMPLATE, "-q", "--model", "rec/claude-large", "--limit", "20", "--cache", "off"
    )
    # The run's calls become one on each of these days, the last today; the pairs' own calls go.
    recordings.change(gathered, "DELETE FROM entries WHERE route = 'shadow'")
    recordings.change(gathered, f"UPDATE entries SET time = {time.time()} - (rowid % {days}) * {apart * 86_400}")
    ran = gathered("tune", "advise")
    (known,) = json.loads(gathered("tune", "advise", "--json").out)

    assert (known["calls"], known["days"]) == (20, days)
    assert (known["month_usd"] is not None) == told
    assert ("together they save $" in ran.out) == told
    if told:
        months = (days - 1) * apart / 30
        assert float(known["month_usd"]) == pytest.approx(float(known["cost_usd"]) / months, rel=1e-3)
        assert 0 < float(known["worth_usd"]) < float(known["month_usd"])


def test_advice_without_pairs_says_how_to_get_them(recorded: Scrimp) -> None:
    assert "knows of no task yet" in recorded("tune", "advise").out
    recorded("run", "p.jsonl", "-q", "--limit", "5", "--model", "rec/claude-large")
    ran = recorded("tune", "advise")

    assert "unknown" in ran.out
    assert "scrimp tune shadow" in ran.out


def test_advice_says_so_where_calls_at_several_efforts_are_added_up(recorded: Scrimp) -> None:
    recorded("run", "p.jsonl", "-q", "--limit", "5", "--model", "rec/claude-large")
    assert "efforts" not in recorded("tune", "advise").err
    recordings.change(recorded, "UPDATE entries SET effort = 'high' WHERE rowid % 2")
    ran = recorded("tune", "advise")

    assert "calls of rec/claude-large at several efforts are added up: scrimp cost --by arm" in ran.err
    (known,) = json.loads(recorded("tune", "advise", "--json").out)
    assert (known["calls"], known["efforts"]) == (5, [None, "high"])
