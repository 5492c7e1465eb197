"""Certified routes of one model, which has nobody to climb to: what is watched, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

import recordings
from command import Scrimp
from scrimp.config.resolved.tuned_routes import TunedRoute, save_tuned

ROUTE = TunedRoute(
    signature="sums", steps=("rec/gpt-tiny",), policy="rec/gpt-tiny always", flagship="rec/claude-large", target=0.95,
    risk=0.05, bound=0.97, pairs=200, below=1.0, saved=0.9, agreed=198, compared=200, unread=0.0,
    certified="2026-11-09T14:03:21Z",
)  # fmt: skip


def certify(scrimp: Scrimp, route: TunedRoute = ROUTE) -> None:
    save_tuned(scrimp.home / "tuned.toml", [route])


def answer(scrimp: Scrimp, numbers: range, words: Mapping[int, str] | None = None) -> str:
    """Answer rows of which some say these words; return what was said beside the rows."""
    rows = list(recordings.rows(numbers.stop))
    for number, said in (words or {}).items():
        rows[number]["models"]["gpt-tiny"]["out"] = said
    scrimp.file("recording.jsonl", recordings.text(rows))
    recordings.prompts(scrimp, "some.jsonl", numbers)
    ran = scrimp("run", "some.jsonl", "--route", "sums")
    assert ran.status == 0, ran.err
    return ran.err


def test_rows_without_an_answer_end_the_use_of_a_route(recorded: Scrimp) -> None:
    certify(recorded)
    good = answer(recorded, range(20))
    bad = answer(recorded, range(20, 320), dict.fromkeys(range(20, 320, 5), "I don't know."))
    (route,) = recordings.tuned(recorded)

    assert "no longer used" not in good
    assert "is no longer used: 20 % of the newest 300 rows have no answer, 0 % when it was certified" in bad
    assert "scrimp tune shadow" in bad
    assert route["drift"].startswith("20 % of the newest 300 rows")
    assert recordings.entries(recorded, "SELECT DISTINCT chain, step FROM entries") == [
        ("tuned:sums@2026-11-09T14:03:21Z", 0)
    ]


def test_status_says_what_is_watched_and_from_when_on(recorded: Scrimp) -> None:
    certify(recorded)
    answer(recorded, range(20))
    ran = recorded("tune", "status")
    (told,) = json.loads(recorded("tune", "status", "--json").out)["routes"]
    recorded.config(recordings.CONFIG + '[shadow]\ncertified = "1%"\n')
    (more,) = json.loads(recorded("tune", "status", "--json").out)["routes"]

    assert "rows without an answer, length of completions (from 300 rows on, 20 so far)" in " ".join(ran.out.split())
    assert told["watched"] == ["answers", "length"]
    assert "to notice worse answers, add under [shadow] in" in ran.err
    assert more["watched"] == ["answers", "length", "quality"]
    assert "to notice worse answers" not in recorded("tune", "status").err


@pytest.mark.parametrize(("age", "overdue"), [(21, False), (2500, True)])
def test_a_route_that_nothing_is_seen_of_has_a_day_to_certify_it_again(
    recorded: Scrimp, age: int, overdue: bool
) -> None:
    day = date.today() - timedelta(days=age)  # noqa: DTZ011 - the day that this machine has
    certify(recorded, replace(ROUTE, unread=1.0, agreed=0, compared=0, certified=f"{day}T14:03:21Z"))
    answer(recorded, range(20))
    recordings.change(recorded, "UPDATE entries SET output = NULL")
    ran = recorded("tune", "status")
    until = day + timedelta(days=90)

    assert f"nothing can be seen of it: certify it again by {until}" in " ".join(ran.out.split())
    assert ("nothing shows whether the route certified for task sums" in ran.err) == overdue
    assert "to notice worse answers" not in ran.err  # there is no answer to compare
    recorded.config(recordings.CONFIG + '[shadow]\ncertified = "1%"\n')
    assert "answers of sums are not compared with the flagship's" in recorded("tune", "status").err


def test_a_task_that_stays_with_the_flagship_needs_no_watch(recorded: Scrimp) -> None:
    certify(recorded, replace(ROUTE, steps=("rec/claude-large",), agreed=0, compared=0))
    (told,) = json.loads(recorded("tune", "status", "--json").out)["routes"]
    shown = recorded("tune", "status")

    assert told["watched"] == []
    assert "certify it again" not in shown.out + shown.err


def test_a_chain_is_watched_by_the_rows_that_reach_the_flagship(applied: Scrimp) -> None:
    (told,) = json.loads(applied("tune", "status", "--json").out)["routes"]

    assert told["watched"] == ["escalations"]
    assert "rows that reach the flagship" in " ".join(applied("tune", "status").out.split())


def test_the_ledger_counts_escalated_rows(applied: Scrimp) -> None:
    recordings.prompts(applied, "new.jsonl", range(200, 230))
    applied("run", "new.jsonl", *recordings.TEMPLATE, "-q")
    by_chain = json.loads(applied("cost", "--json", "--by", "chain").out)
    shown = applied("cost", "--by", "chain").out

    assert [(each["chained"], each["escalated"]) for each in by_chain if each["chain"] != "-"] == [(30, 6)]
    assert [(each["chained"], each["escalated"]) for each in by_chain if each["chain"] == "-"] == [(0, 0)]
    assert "6/30" in shown
    assert "escalated" not in applied("cost", "--by", "status", "--since", "0s").out
