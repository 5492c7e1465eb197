from __future__ import annotations

import json

import recordings
from command import Scrimp


def test_a_certificate_says_in_words_what_is_kept_and_saved(gathered: Scrimp) -> None:
    ran = gathered("tune", "certify", "recording.jsonl")

    assert ran.status == 0, ran.err
    assert (
        "gemini-tiny and gpt-tiny agree: with 95 % confidence at least 99.9 % of flagship quality, 400 pairs, "
        in ran.out
    )
    assert "saves 74 %; 98 % would be certified as well" in ran.out
    assert "%." not in ran.out.replace(" %", "")


def test_what_is_not_certified_is_said_with_what_would(recorded: Scrimp) -> None:
    recorded.file("few.jsonl", recordings.text(recordings.rows(30)))
    ran = recorded("tune", "certify", "few.jsonl", "--target", "0.98")

    assert ran.status == 0
    assert "nothing is certified at 98 % by 30 pairs: the flagship stays; " in ran.out
    assert "more labels would certify 98 %" in ran.out


def test_the_document_of_a_certificate_is_complete(recorded: Scrimp) -> None:
    found = json.loads(recorded("tune", "certify", "recording.jsonl", "--json").out)
    (claim,) = found["claims"]

    assert {"target", "risk", "flagship", "policy", "kept", "flag", "saved", "cost_usd", "unlabeled"} <= found.keys()
    assert claim["certified"]
    assert claim["tested"][0]["p"] <= claim["risk"] == 0.025  # of the first look
    assert claim["sentence"] in recorded("tune", "certify", "recording.jsonl").out


def two_tasks(scrimp: Scrimp) -> None:
    """Write a recording of two tasks, on the second of which the cheap models are wrong together on one row of 25."""
    second = []
    for at, row in enumerate(recordings.rows(200)):
        models = row["models"]
        if not at % 25:
            models = {model: {**reply, "out": "0", "score": 0} for model, reply in models.items()} | {
                "claude-large": models["claude-large"]
            }
        second.append({**row, "id": f"b{at}", "task": "second", "models": models})
    scrimp.file("two.jsonl", recordings.text([*({**row, "task": "first"} for row in recordings.rows(400)), *second]))


def test_what_all_tasks_come_to_together_is_said_in_one_line(recorded: Scrimp) -> None:
    two_tasks(recorded)
    out = recorded("tune", "certify", "two.jsonl", "--target", "0.9").out

    assert out.splitlines()[-1].startswith("together: 600 rows, kept ")
    assert "reach the flagship, saves " in out


def test_a_mixture_is_certified_as_a_whole_with_a_policy_for_each_task(recorded: Scrimp) -> None:
    two_tasks(recorded)
    found = json.loads(recorded("tune", "certify", "two.jsonl", "--mixture", "--target", "0.9", "--json").out)
    shown = recorded("tune", "certify", "two.jsonl", "--mixture", "--target", "0.9").out.splitlines()
    (claim,) = found["claims"]

    assert (claim["group"], claim["signatures"]) == ("all tasks together", ["first", "second"])
    assert [task["task"] for task in found["tasks"]] == ["first", "second"]
    assert sum(task["rows"] for task in found["tasks"]) == claim["pairs"] < 600  # the others were chosen by
    assert shown[0] == claim["sentence"]
    assert "a policy for each: with 95 % confidence" in shown[0]
    assert "on average over these 2 tasks, not of each" in shown[0]
    assert [line.split(":")[0] for line in shown[1:]] == ["  first", "  second"]


def test_a_mixture_is_of_several_tasks_and_of_models(recorded: Scrimp) -> None:
    one = recorded("tune", "certify", "recording.jsonl", "--mixture")
    level = recorded("tune", "certify", "--mixture", "--compress", "tidy")

    assert (one.status, level.status) == (2, 2)
    assert "--mixture is for several tasks" in one.err
    assert "leave one of them out" in level.err


def test_one_task_is_certified_by_itself_with_the_whole_risk(recorded: Scrimp) -> None:
    two_tasks(recorded)
    both = json.loads(recorded("tune", "certify", "two.jsonl", "--target", "0.9", "--json").out)["claims"]
    alone = json.loads(recorded("tune", "certify", "two.jsonl", "--target", "0.9", "--json", "--route", "first").out)
    (claim,) = alone["claims"]
    shown = recorded("tune", "replay", "two.jsonl", "--route", "second", "--report", "all", "--json")
    unknown = recorded("tune", "certify", "two.jsonl", "--route", "third")

    assert [(each["signatures"], each["pairs"]) for each in both] == [(["first"], 400), (["second"], 200)]
    assert (claim["signatures"], claim["pairs"], claim["risk"]) == (["first"], 400, 2 * both[0]["risk"])
    assert json.loads(shown.out)["rows"] == 200
    assert (unknown.status, "no such prompt is of task third: they are of first, second" in unknown.err) == (2, True)
