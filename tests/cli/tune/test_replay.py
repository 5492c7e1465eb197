from __future__ import annotations

import gzip
import json
from xml.etree import ElementTree as ET

import pytest

import recordings
from command import Scrimp
from terminal import at_terminal, without_styles


def test_a_recording_says_what_policies_would_have_kept_and_saved(recorded: Scrimp) -> None:
    ran = recorded("tune", "replay", "recording.jsonl", "--report", "all", "--json")
    found = json.loads(ran.out)
    policies = {each["policy"]: each for each in found["policies"]}
    agree = policies["gemini-tiny and gpt-tiny agree"]

    assert (ran.status, found["rows"], found["flagship"]) == (0, 400, "claude-large")
    assert found["pool"] == ["gpt-tiny", "gemini-tiny"]
    assert agree["flag"]["value"] == 0.2
    assert agree["kept"]["value"] == pytest.approx(400 / 392)
    assert agree["saved"]["value"] == pytest.approx(1 - agree["cost_usd"] / policies["claude-large always"]["cost_usd"])
    assert agree["saved"]["low"] < agree["saved"]["value"] < agree["saved"]["high"]
    assert found["oracle"]["kept"] == pytest.approx(400 / 392)
    assert {order["cheap"] for order in found["orders"]} == {"gpt-tiny", "gemini-tiny"}
    assert all(order["random"] == 0.5 and order["random_sd"] > 0 for order in found["orders"])


def test_only_rows_nothing_was_learned_from_are_reported_unless_asked(recorded: Scrimp) -> None:
    odd = json.loads(recorded("tune", "replay", "recording.jsonl", "--json").out)
    every = json.loads(recorded("tune", "replay", "recording.jsonl", "--json", "--report", "all").out)

    assert odd["rows"] + odd["orders"][0]["pairs"] == every["rows"] == 400
    assert recorded("tune", "replay", "recording.jsonl", "--report", "even").status == 2


def test_a_packed_recording_reads_as_the_plain_one(recorded: Scrimp) -> None:
    plain = recorded("tune", "replay", "recording.jsonl")
    recorded.file("packed.gz", gzip.compress((recorded.cwd / "recording.jsonl").read_bytes()))
    packed = recorded("tune", "replay", "packed.gz")

    assert (packed.status, packed.out) == (0, plain.out)
    assert "gemini-tiny and gpt-tiny agree" in plain.out
    assert "random 50 %" in plain.out


@pytest.mark.parametrize("columns", [80, 100, 140])
def test_the_names_of_policies_are_whole_at_a_terminal_of_any_width(recorded: Scrimp, columns: int) -> None:
    shown = without_styles(at_terminal(recorded, "tune", "replay", "recording.jsonl", columns=columns))

    assert "…" not in shown
    assert columns == 100 or "\ngemini-tiny and gpt-tiny agree" in shown  # folded in its cell there
    assert {"gemini-tiny", "and", "gpt-tiny", "agree"} <= set(shown.split())


def test_the_picture_is_xml_and_says_what_its_axes_are(recorded: Scrimp) -> None:
    ran = recorded("tune", "replay", "recording.jsonl", "--plot", "--svg", "picture.svg")
    root = ET.fromstring((recorded.cwd / "picture.svg").read_text(encoding="utf-8"))
    texts = [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]

    assert ran.status == 0, ran.err
    for said in (texts, ran.out.splitlines()):
        assert any("saved: share of an all-flagship run not paid" in each for each in said)
        assert any("kept: mean score beside the flagship's" in each for each in said)
        assert any("2 gemini-tiny and gpt-tiny agree" in each for each in said)


def test_a_picture_of_nothing_is_said_and_one_that_cannot_be_written_too(recorded: Scrimp) -> None:
    recorded.file("bare.jsonl", recordings.text(recordings.rows(20, scored=False)))
    bare = recorded("tune", "replay", "bare.jsonl", "--svg", "picture.svg")
    unwritable = recorded("tune", "replay", "recording.jsonl", "--svg", "no/where.svg")

    assert (bare.status, "nothing to draw" in bare.err) == (0, True)
    assert not (recorded.cwd / "picture.svg").exists()
    assert unwritable.status == 2
    assert "no/where.svg cannot be written" in unwritable.err


def test_scores_alone_are_enough_to_compare_models(recorded: Scrimp) -> None:
    recorded.file("scores.jsonl", recordings.text(recordings.rows(40, texts=False)))
    ran = recorded("tune", "replay", "scores.jsonl")

    assert ran.status == 0, ran.err
    assert "gpt-tiny always" in ran.out
    assert "nothing was asserted that they could agree on" in ran.out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"id": "x"}', ["bad.jsonl:2", "`models`", "scrimp tune replay --help"]),
        ('{"models": {"a": {"score": 2}}}', ["bad.jsonl:2", "the score of a is 2, outside 0..1", "--scores 1:5"]),
        ('{"models": {"a": {"completion_tokens": "3"}}}', ["bad.jsonl:2", ".completion_tokens"]),
        ('{"models": {"a": {"cost": "NaN"}}}', ["bad.jsonl:2", "cost is not an amount of dollars"]),
        ("not json", ["bad.jsonl:2"]),
        ('{"id": "\udcff"}', ["bad.jsonl:2"]),
    ],
)
def test_a_line_that_cannot_be_read_is_named(recorded: Scrimp, line: str, words: list[str]) -> None:
    good = recordings.text(recordings.rows(1)).encode()
    recorded.file("bad.jsonl", good + line.encode("utf-8", "surrogateescape") + b"\n")
    ran = recorded("tune", "replay", "bad.jsonl")

    assert ran.status == 2
    assert "Traceback" not in ran.err
    for word in words:
        assert word in ran.err


def test_files_that_are_no_recording_are_named(recorded: Scrimp) -> None:
    packed = gzip.compress((recorded.cwd / "recording.jsonl").read_bytes())
    recorded.file("short.gz", packed[: len(packed) // 2])
    recorded.file("damaged.gz", packed[:60] + bytes(40) + packed[100:])
    recorded.file("empty.jsonl", "")

    for name, word in (
        ("none.jsonl", "No such file"),
        ("short.gz", "ended"),
        ("damaged.gz", "damaged"),
        (".", "directory"),
    ):
        ran = recorded("tune", "replay", name)
        assert (ran.status, "Traceback" in ran.err) == (2, False)
        assert f"{name} cannot be read" in ran.err
        assert word in ran.err
    assert "nothing is recorded" in recorded("tune", "replay", "empty.jsonl").err


def test_models_without_a_price_are_named_unless_they_take_no_part(recorded: Scrimp) -> None:
    recorded.file("prices.json", json.dumps({"models": {"gpt-tiny": [0.1, 0.4], "claude-large": [3, 15]}}))
    ran = recorded("tune", "replay", "recording.jsonl")
    without = recorded("tune", "replay", "recording.jsonl", "--flagship", "claude-large", "--pool", "gpt-tiny")

    assert (ran.status, without.status) == (2, 0)
    assert "the cost of completions of gemini-tiny is unknown" in ran.err
    assert "gpt-tiny" not in ran.err
    assert "--prices" in ran.err


@pytest.mark.parametrize(
    "prices", ['{"models": {"a": [1]}}', '{"models": {"a": [1, -2]}}', '{"models": {"a": ["x", 1]}}']
)
def test_a_price_that_is_none_is_named(recorded: Scrimp, prices: str) -> None:
    recorded.file("other.json", prices)
    ran = recorded("tune", "replay", "recording.jsonl", "--prices", "other.json")

    assert ran.status == 2
    assert "other.json: models.a is not a price" in ran.err


def test_a_model_nobody_recorded_is_answered_with_those_there_are(recorded: Scrimp) -> None:
    ran = recorded("tune", "replay", "recording.jsonl", "--flagship", "gpt-large")

    assert ran.status == 2
    assert "gpt-large is in no row: the recorded models are gpt-tiny, gemini-tiny, claude-large" in ran.err


def test_lengths_that_are_assumed_are_said(recorded: Scrimp) -> None:
    rows = list(recordings.rows(20))
    for row in rows:
        del row["models"]["gpt-tiny"]["completion_tokens"]
    recorded.file("uncounted.jsonl", recordings.text(rows))
    ran = recorded("tune", "replay", "uncounted.jsonl")

    assert ran.status == 0
    assert "completion_tokens are missing for gpt-tiny: 200 are assumed for each" in ran.err


def test_rows_that_lack_a_model_are_left_out_and_counted(recorded: Scrimp) -> None:
    rows = list(recordings.rows(40))
    del rows[3]["models"]["gemini-tiny"]
    recorded.file("holes.jsonl", recordings.text(rows))
    ran = recorded("tune", "replay", "holes.jsonl", "--report", "all")

    assert ran.out.startswith("39 rows")
    assert "1 rows lack" not in ran.err
    assert "1 row lacks a completion" in ran.err


def test_help_shows_a_recording_that_can_be_read(recorded: Scrimp) -> None:
    shown = recorded("tune", "replay", "--help").out
    example = shown[shown.index('{"id"') : shown.index("}}}") + 3]
    prices = shown[shown.index('{"models": {"small": [') :].splitlines()[0]
    recorded.file("example.jsonl", " ".join(example.split()))
    recorded.file("example.json", prices)
    ran = recorded("tune", "replay", "example.jsonl", "--prices", "example.json", "--flagship", "large")

    assert ran.status == 0, ran.err
    assert "1 row, flagship large" in ran.out


def test_few_pairs_are_drawn_again_and_again(recorded: Scrimp) -> None:
    words = ("tune", "replay", "recording.jsonl", "--pairs", "20")
    order = json.loads(recorded(*words, "--json").out)["orders"][0]

    assert (order["pairs"], order["samples"]) == (20, 20)
    assert "mean of 20 samples" in recorded(*words).out
    assert recorded(*words).out == recorded(*words).out


def test_wording_is_learned_only_when_asked_for(recorded: Scrimp) -> None:
    plain = json.loads(recorded("tune", "replay", "recording.jsonl", "--json").out)
    worded = json.loads(recorded("tune", "replay", "recording.jsonl", "--json", "--wording").out)

    assert {order["learned_by"] for order in plain["orders"]} == {"task"}
    assert {order["learned_by"] for order in worded["orders"]} == {"task", "task and wording"}


def test_scores_of_another_range_are_brought_to_shares(recorded: Scrimp) -> None:
    rows = list(recordings.rows(200))
    recorded.file("shares.jsonl", recordings.text(rows))
    for row in rows:
        for reply in row["models"].values():
            reply["score"] = 1 + 4 * reply["score"]
    recorded.file("stars.jsonl", recordings.text(rows))
    shares = recorded("tune", "replay", "shares.jsonl")
    stars = recorded("tune", "replay", "stars.jsonl", "--scores", "1:5")
    refused = recorded("tune", "replay", "stars.jsonl")

    assert shares.status == stars.status == 0
    assert shares.out == stars.out
    assert refused.status == 2
    assert "stars.jsonl:1: the score of gpt-tiny is 5, outside 0..1" in refused.err


@pytest.mark.parametrize("given", ["5", "5:1", "1:1", "a:b", "0:inf", "nan:1"])
def test_a_range_of_scores_that_is_none_is_refused(recorded: Scrimp, given: str) -> None:
    ran = recorded("tune", "certify", "recording.jsonl", "--scores", given)

    assert ran.status == 2
    assert f"--scores {given} is not a range" in ran.err


def test_every_task_gets_a_policy_of_its_own_and_all_of_them_one_line(recorded: Scrimp) -> None:
    """On the second task the cheap models say the same wrong thing, so only the flagship will do."""
    easy = list(recordings.rows(300))
    hard = [
        {**row, "id": f"hard-{row['id']}", "task": "hard", "models": {
            model: {**reply, "out": "0", "score": 0} if model != "claude-large" else reply
            for model, reply in row["models"].items()
        }}
        for row in recordings.rows(100)
    ]  # fmt: skip
    recorded.file("two.jsonl", recordings.text([*({**row, "task": "easy"} for row in easy), *hard]))
    found = json.loads(recorded("tune", "replay", "two.jsonl", "--json").out)
    tasks = {task["task"]: task for task in found["per_task"]["tasks"]}
    shown = recorded("tune", "replay", "two.jsonl", "--target", "0.9").out

    assert (found["per_task"]["target"], tasks["hard"]["policy"]) == (0.98, "claude-large always")
    assert tasks["easy"]["policy"] == "gemini-tiny and gpt-tiny agree"
    assert tasks["easy"]["rows"] + tasks["hard"]["rows"] == found["per_task"]["rows"] == found["rows"]
    assert found["per_task"]["cost_usd"] == pytest.approx(sum(task["cost_usd"] for task in tasks.values()))
    assert "a policy for each task, chosen on the other rows to keep 90 % together" in shown
    assert "\ntogether" in shown


def test_one_task_needs_no_table_of_tasks(recorded: Scrimp) -> None:
    assert json.loads(recorded("tune", "replay", "recording.jsonl", "--json").out)["per_task"] is None
