from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import Any

import pytest

import lockers
import recordings
from command import Ran, Scrimp
from fake_provider import FakeProvider, Reply, completion, error
from scrimp.store.encoding.packed_json import unpacked

# Few pairs are enough for a low target.
TARGET = ("--target", "0.9")
SHADOW = ("tune", "shadow", "p.jsonl", "--share", "100%", "--route", "lockers", "--compress", "focus")


@pytest.fixture
def told(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    """A provider whose model knows only what it was sent."""
    provider.answer = lockers.answer
    scrimp.provider(provider.url)
    return scrimp


def certified(scrimp: Scrimp, *words: str) -> dict[str, Any]:
    (claim,) = json.loads(scrimp("tune", "certify", "--compress", "focus", "--json", *TARGET, *words).out)["claims"]
    return dict(claim)


def cost(scrimp: Scrimp, level: str) -> int:
    return int(recordings.entries(scrimp, f"SELECT sum(cost_nano) FROM level_replies WHERE level = '{level}'")[0][0])


def test_a_level_that_keeps_the_answers_is_certified_with_what_it_saved(told: Scrimp) -> None:
    lockers.write(told, "p.jsonl", range(45))
    ran = told(*SHADOW)
    shown = told("tune", "certify", "--compress", "focus", *TARGET)
    claim = certified(told)
    saved = 1 - cost(told, "focus") / cost(told, "lossless")

    assert "45 prompts, 45 pairs with and without focus 0.6 stored by fake/test-model" in ran.err
    assert "lockers (fake/test-model): focus 0.6 keeps, with 95 % confidence, at least 92.1 % of answers" in shown.out
    assert f"saves {100 * saved:.0f} % (" in shown.out
    assert (claim["certified"], claim["pairs"], claim["kept"]) == (True, 45, 1)
    assert claim["saved"] == pytest.approx(saved)
    assert 0.3 < claim["saved_tokens"] < 0.7


def test_a_level_that_loses_answers_is_not_certified_and_no_number_of_pairs_helps(told: Scrimp) -> None:
    lockers.write(told, "p.jsonl", range(45), lambda number: number % 9 == 0)
    told(*SHADOW)
    shown = told("tune", "certify", "--compress", "focus", *TARGET).out

    assert "focus 0.6 is not certified to keep 90 % of answers: it kept 88.9 % in 45 pairs" in shown
    assert "no number of pairs like these would certify 90 %" in shown


def test_too_few_pairs_say_how_many_more_are_wanted(told: Scrimp) -> None:
    lockers.write(told, "p.jsonl", range(20))
    told(*SHADOW)
    claim = certified(told)

    assert (claim["certified"], claim["bound"]) == (False, None)
    assert f"{claim['pairs_needed']} more pairs would certify 90 %" in claim["sentence"]
    lockers.write(told, "p.jsonl", range(20 + claim["pairs_needed"]))
    told(*SHADOW)
    assert certified(told)["certified"]


def test_no_side_of_a_pair_is_paid_twice_and_what_a_run_paid_for_is_taken(told: Scrimp, provider: FakeProvider) -> None:
    lockers.write(told, "p.jsonl", range(12))
    told("run", "p.jsonl", "--limit", "5", "-q")
    first, calls = told(*SHADOW), len(provider.bodies)
    again = told(*SHADOW)
    told("run", "p.jsonl", "--compress", "focus", "-q")

    assert calls == len(provider.bodies) == 24
    assert ("12 pairs" in first.err, "12 pairs" in again.err, "$0 spent" in again.err) == (True, True, True)


def test_another_look_at_the_same_pairs_is_free_and_one_at_more_takes_less_of_the_risk(told: Scrimp) -> None:
    lockers.write(told, "p.jsonl", range(45))
    told(*SHADOW, "--limit", "40")
    first, same = certified(told), certified(told)
    told(*SHADOW)
    later = certified(told)

    assert first == same
    assert [(each["look"], each["risk"]) for each in (first, later)] == [(1, 0.025), (2, pytest.approx(0.05 / 6))]


def test_a_prompt_that_the_level_leaves_as_it_is_costs_no_second_call(told: Scrimp, provider: FakeProvider) -> None:
    told.file("p.jsonl", "".join(json.dumps({"text": f"What is {n} and {n}?"}) + "\n" for n in range(6)))
    ran = told(*SHADOW)

    assert len(provider.bodies) == 6
    assert "6 pairs with and without focus 0.6 (6 not changed by it)" in ran.err
    assert certified(told)["unchanged"] == 6


def test_prompts_that_only_the_level_has_declined_with_an_error_are_lost_and_calls_that_failed_are_no_pairs(
    told: Scrimp, provider: FakeProvider
) -> None:
    def declines(body: dict[str, Any]) -> Reply:
        shortened, number = lockers.is_shortened(body), lockers.number_of(body)
        if shortened and number % 9 == 0:
            return error(400, "content_policy_violation")
        return error(500) if shortened and number % 9 == 1 else lockers.answer(body)

    provider.answer = declines
    lockers.write(told, "p.jsonl", range(45))
    ran = told(*SHADOW, "--retries", "0")
    claim, before = certified(told), len(provider.bodies)
    provider.answer = lockers.answer
    again = told(*SHADOW)

    assert "40 pairs with and without focus 0.6 stored by fake/test-model, 10 failed" in ran.err
    assert (claim["certified"], claim["pairs"], claim["kept"]) == (False, 40, pytest.approx(35 / 40))
    assert len(provider.bodies) - before == 5
    assert "45 pairs with and without" in again.err


def test_right_answers_count_where_they_are_given(told: Scrimp, provider: FakeProvider) -> None:
    lockers.write(told, "p.jsonl", range(45), lambda number: number % 9 == 0)
    told(*SHADOW)
    unlabeled = certified(told)
    # The model is wrong on all that the level loses: no right answer goes.
    provider.answer = lambda body: completion(
        "0" if "all stops" in body["messages"][-1]["content"] else lockers.answer_text(body)
    )
    told(*SHADOW, "--gold", "code", "--cache", "refresh")
    labeled = certified(told)

    assert (unlabeled["certified"], unlabeled["labeled"]) == (False, 0)
    assert (labeled["certified"], labeled["labeled"], labeled["kept"]) == (True, 45, 1)
    assert "of right answers" in labeled["sentence"]


def test_labels_are_added_to_pairs_that_have_none_without_a_call(told: Scrimp, provider: FakeProvider) -> None:
    lockers.write(told, "p.jsonl", range(8))
    told(*SHADOW)
    calls = len(provider.bodies)
    told(*SHADOW, "--gold", "code")

    assert (len(provider.bodies), certified(told)["labeled"]) == (calls, 8)


def test_a_model_that_varies_is_measured_against_itself(told: Scrimp, provider: FakeProvider) -> None:
    def varying(body: dict[str, Any]) -> Any:
        """Answer two of ten prompts each time with another number."""
        number = int(body["messages"][-1]["content"].rpartition("locker ")[2].rstrip("?"))
        return completion(f"{len(provider.bodies)}") if number % 5 == 0 else lockers.answer(body)

    provider.answer = varying
    lockers.write(told, "p.jsonl", range(50))
    told(*SHADOW)
    once = certified(told)
    told(*SHADOW, "--twice")
    twice = certified(told)

    assert (once["certified"], once["kept"], once["self_agreement"]) == (False, 0.8, None)
    assert (twice["certified"], twice["self_agreement"]) == (True, 0.8)
    assert "its model gave 80.0 % of its answers again" in twice["sentence"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("certify", "--compress", "focus"), "no pair of focus 0.6 is recorded: collect pairs with scrimp tune shadow"),
        (("certify", "--compress", "lossless"), "--compress lossless cannot be certified: use one of tidy, focus, den"),
        (("certify", "--compress", "tidy", "--keep", "0.5"), "--keep is for levels that select sentences"),
        (("certify", "--keep", "0.5"), "--keep is for a level of compression: add --compress focus"),
        (("certify", "r.jsonl", "--compress", "focus"), "leave out the recording"),
        (("shadow", "p.jsonl", "--twice"), "add --compress tidy or focus or dense"),
    ],
)
def test_what_cannot_be_compared_is_said(told: Scrimp, words: tuple[str, ...], says: str) -> None:
    lockers.write(told, "p.jsonl", range(2))
    ran: Ran = told("tune", *words)

    assert ran.status == 2
    assert says in ran.err


def test_pairs_of_other_code_count_no_more_and_only_the_side_it_compressed_is_asked_for_again(
    told: Scrimp, provider: FakeProvider
) -> None:
    lockers.write(told, "p.jsonl", range(6))
    told(*SHADOW)
    (version,) = recordings.entries(told, "SELECT DISTINCT version FROM level_replies")[0]
    recordings.change(told, "UPDATE level_replies SET version = '00000000'")
    with closing(sqlite3.connect(told.home / "cache.db")) as cache, cache:  # an answer says by what it was compressed
        answers = [(key, unpacked(key, kept)) for key, kept in cache.execute("SELECT key, answer FROM cache")]
        others = [(kept.replace(version.encode(), b"00000000"), key) for key, kept in answers]
        cache.executemany("UPDATE cache SET answer = ? WHERE key = ?", others)
    outdated = told("tune", "certify", "--compress", "focus")
    again = told(*SHADOW)

    assert outdated.status == 2
    assert "scrimp's compression has changed since the pairs of focus 0.6 were collected" in outdated.err
    assert len(provider.bodies) == 6 + 6 + 6
    assert "6 pairs" in again.err
    assert certified(told)["pairs"] == 6


_INTERRUPTED = """
from scrimp.flows.tune.pairs.level_collector import LevelCollector

def interrupted(*_):
    raise KeyboardInterrupt

LevelCollector._is_changed = interrupted  # no signal surely comes between two rounds of calls
from scrimp.__main__ import main
main()
"""


def test_a_signal_between_two_rounds_of_calls_is_told_and_nothing_is_paid_twice(
    told: Scrimp, provider: FakeProvider
) -> None:
    lockers.write(told, "p.jsonl", range(6))
    program = [sys.executable, "-c", _INTERRUPTED, *SHADOW]
    stopped = subprocess.run(
        program, cwd=told.cwd, env=told.env, capture_output=True, text=True, timeout=100, check=False
    )  # fmt: skip
    again = told(*SHADOW)

    assert stopped.returncode == 130
    assert "6 prompts, 0 pairs with and without focus 0.6 stored" in stopped.stderr
    assert "stopped; rerun the same command to resume" in stopped.stderr
    assert "6 pairs" in again.err
    assert len(provider.bodies) == 6 + 6


def test_another_share_to_keep_is_another_side(told: Scrimp, provider: FakeProvider) -> None:
    lockers.write(told, "p.jsonl", range(6))
    told(*SHADOW)
    told(*SHADOW, "--keep", "0.3")
    keeps = recordings.entries(told, "SELECT keep, count(*) FROM level_replies WHERE level = 'focus' GROUP BY 1")

    assert len(provider.bodies) == 18  # whatever it sends is asked for: an answer is of what was asked, level included
    assert keeps == [(0.3, 6), (0.6, 6)]


def test_a_cap_keeps_whole_pairs_and_the_next_shadow_resumes(told: Scrimp, provider: FakeProvider) -> None:
    lockers.write(told, "p.jsonl", range(100))
    capped = told(*SHADOW, "--max-cost", "0.03", "--max-output", "10")
    kept = dict(recordings.entries(told, "SELECT level, count(*) FROM level_replies GROUP BY 1"))
    told(*SHADOW, "--max-output", "10")

    assert capped.status == 5
    assert "stopped before the cap of $0.03 was passed" in capped.err
    assert 0 < kept.get("focus", 0) < 100
    assert kept["lossless"] - kept.get("focus", 0) <= 64
    assert len(provider.bodies) == 200


def test_a_cap_that_allows_no_call_says_what_a_call_may_cost(told: Scrimp, provider: FakeProvider) -> None:
    lockers.write(told, "p.jsonl", range(3))
    ran = told(*SHADOW, "--max-cost", "0.004")

    assert (ran.status, provider.bodies) == (5, [])
    assert "the next call could cost up to $0.04" in ran.err
    assert "lower --max-output" in ran.err


def test_the_pairs_of_one_task_are_certified_by_themselves(told: Scrimp) -> None:
    lockers.write(told, "p.jsonl", range(45))
    told(*SHADOW)
    lockers.write(told, "p.jsonl", range(20))
    told("tune", "shadow", "p.jsonl", "--share", "100%", "--route", "others", "--compress", "focus")
    alone = certified(told, "--route", "lockers")
    unknown = told("tune", "certify", "--compress", "focus", "--route", "locker")

    assert (alone["certified"], alone["pairs"], alone["signatures"]) == (True, 45, ["lockers"])
    assert unknown.status != 0
    assert "no pair of focus 0.6 is of task locker: they are of lockers, others" in unknown.err
