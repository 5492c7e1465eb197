from __future__ import annotations

import json
import os
import pty
import subprocess
from typing import Any

import pytest

import recordings
from command import Ran, Scrimp
from fake_provider import FakeProvider, completion


def at_a_terminal(scrimp: Scrimp, typed: bytes, *words: str) -> Ran:
    """Run a command whose stdin is a terminal at which this is typed."""
    master, slave = pty.openpty()
    run = scrimp.start(*words, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(slave)
    os.write(master, typed)
    try:
        out, err = run.communicate(timeout=60)
    finally:
        os.close(master)
    return Ran(run.returncode, out.decode(), err.decode())


def test_a_check_labels_completions_of_rows_on_which_models_differ(gathered: Scrimp) -> None:
    ran = gathered("tune", "label", "--check", recordings.ODD)
    labeled = recordings.entries(gathered, "SELECT DISTINCT key FROM replies WHERE score IS NOT NULL")
    again = gathered("tune", "label", "--check", recordings.ODD)

    assert ran.status == 0, ran.err
    # Of 200 rows forty have one cheap model apart; two have the flagship apart from both (49 and 149; 99 and 199 too).
    assert len(labeled) == 44
    assert "44 prompts looked at" in ran.err
    assert "0 prompts looked at" in again.err
    assert recordings.entries(gathered, "SELECT DISTINCT scored_by FROM replies WHERE score IS NOT NULL") == [
        ("check",)
    ]


def test_labels_change_what_is_certified(gathered: Scrimp) -> None:
    before = json.loads(gathered("tune", "certify", "--json").out)
    gathered("tune", "label", "--check", recordings.ODD)
    after = json.loads(gathered("tune", "certify", "--json").out)

    assert (before["unlabelled"], after["unlabelled"]) == (44, 0)
    assert before["claims"][0]["labelled"] < after["claims"][0]["labelled"]


def test_a_person_at_a_terminal_says_what_is_right(gathered: Scrimp) -> None:
    ran = at_a_terminal(gathered, b"y\nx\nn\np\ns\nq\n", "tune", "label")
    scores = recordings.entries(gathered, "SELECT score FROM replies WHERE scored_by = 'person' ORDER BY score")

    assert ran.status == 0
    assert ran.err.count("right? ") == 6
    assert scores == [(0.0,), (0.5,), (1.0,)]
    assert "3 completions labeled" in ran.err
    assert not any(name in ran.err for name in ("gpt-tiny", "gemini-tiny", "claude-large"))


def test_the_end_of_input_ends_labeling_and_what_was_said_is_kept(gathered: Scrimp) -> None:
    ran = at_a_terminal(gathered, b"y\n\x04", "tune", "label")

    assert ran.status == 0
    assert recordings.entries(gathered, "SELECT score, scored_by FROM replies WHERE score IS NOT NULL") == [
        (1.0, "person")
    ]
    gathered("tune", "shadow", "p.jsonl", "--share", "100%", "--limit", "200")
    assert recordings.entries(gathered, "SELECT score, scored_by FROM replies WHERE score IS NOT NULL") == [
        (1.0, "person")
    ]


def test_nobody_to_ask_is_a_sentence(gathered: Scrimp) -> None:
    ran = gathered("tune", "label")
    both = gathered("tune", "label", "--check", "true", "--judge", "rec/claude-large")
    wrong = gathered("tune", "label", "--check", "no-such-program")

    assert [each.status for each in (ran, both, wrong)] == [2, 2, 2]
    assert "--check CMD or --judge MODEL" in ran.err
    assert "cannot be combined" in both.err
    assert "cannot be started" in wrong.err


def judging(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(
        recordings.CONFIG + f'[providers.fake]\ndialect = "openai"\nbase_url = "{provider.url}"\nkey_env = "FAKE_KEY"\n'
        '[models."fake/judge"]\nprice = { input = 1, output = 1 }\n'
    )


def test_a_judge_is_asked_in_both_orders_and_nothing_is_kept_of_one_that_contradicts_itself(
    gathered: Scrimp, provider: FakeProvider
) -> None:
    judging(gathered, provider)

    def verdict(body: dict[str, Any]) -> Any:
        text = body["messages"][-1]["content"]
        if "What is 3 plus" in text:  # always what is named first
            return completion("right" if "right or wrong" in text else "wrong")
        return completion("right")

    provider.answer = verdict
    ran = gathered("tune", "label", "--judge", "fake/judge", "--limit", "2")
    scores = recordings.entries(
        gathered, "SELECT text, score, scored_by FROM replies JOIN prompts USING (key) WHERE score IS NOT NULL"
    )

    assert ran.status == 0, ran.err
    assert len(provider.bodies) == 2 * 2 * 2
    assert {(text[:13], score, by) for text, score, by in scores} == {("What is 7 plu", 1.0, "judge fake/judge")}
    assert "2 prompts looked at, 2 completions labeled, $0.000096 spent" in ran.err


def test_a_judge_keeps_to_the_cap(gathered: Scrimp, provider: FakeProvider) -> None:
    judging(gathered, provider)
    provider.answer = lambda _: completion("right")
    ran = gathered("tune", "label", "--judge", "fake/judge", "--max-cost", "0.0001")

    assert ran.status == 5
    assert "stopped before the cap of $0.0001 was passed" in ran.err


def test_what_is_kept_after_labeling_is_that_of_all_rows_not_of_disputes(gathered: Scrimp) -> None:
    before = gathered("tune", "certify")
    gathered("tune", "label", "--check", recordings.ODD)
    document = json.loads(gathered("tune", "replay", "--report", "all", "--json").out)
    kept = {one["policy"]: one["kept"]["value"] for one in document["policies"]}

    # A cheap model is wrong on one row of ten, the flagship on one of fifty.
    assert kept["rec/gpt-tiny always"] == pytest.approx(0.9 / 0.98, abs=0.01)
    # The worst is assumed of what has no label yet, and nothing is foretold from that.
    assert "no number of labels" not in before.out
