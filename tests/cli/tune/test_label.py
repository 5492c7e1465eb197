from __future__ import annotations

import csv
import json
import os
import pty
import re
import signal
import subprocess
from typing import Any

import pytest

import recordings
from command import Ran, Scrimp, provider_table, wait_until
from fake_provider import FakeProvider, completion

NUMBERED = tuple({"id": f"s-{n}", "first": n, "second": n + 7, "sum": 2 * n + 7} for n in range(40))


def at_a_terminal(scrimp: Scrimp, typed: bytes, *words: str) -> Ran:
    """Run a command whose stdin is a terminal at which this is typed."""
    master, slave = pty.openpty()
    run = scrimp.start(*words, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(slave)
    os.write(master, typed)
    try:
        out, err = run.communicate(timeout=100)
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

    assert (before["unlabeled"], after["unlabeled"]) == (44, 0)
    assert before["claims"][0]["labeled"] < after["claims"][0]["labeled"]


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
    assert "--check CMD, --judge MODEL or --import FILE" in ran.err
    assert "cannot be combined" in both.err
    assert "cannot be started" in wrong.err


def judging(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(
        recordings.CONFIG + f"{provider_table(provider.url)}"
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


@pytest.fixture
def collected(recorded: Scrimp) -> Scrimp:
    """Forty prompts of rows with ids: 8 on which a cheap model is alone."""
    recorded.file("sums.jsonl", recordings.text(NUMBERED))
    words = ("tune", "shadow", "sums.jsonl", *recordings.TEMPLATE, "--share", "100%", "--route", "sums")
    assert recorded(*words).status == 0
    return recorded


def scores(scrimp: Scrimp) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for row, model, score in recordings.entries(
        scrimp, "SELECT row_id, model, score FROM replies JOIN prompts USING (key) WHERE score IS NOT NULL"
    ):
        found.setdefault(row, {})[model.removeprefix("rec/")] = score
    return found


def count(scrimp: Scrimp) -> int:
    return sum(map(len, scores(scrimp).values()))


def test_a_check_knows_the_prompt_its_row_and_the_right_answer(collected: Scrimp) -> None:
    collected.file("labels.csv", "id,label\ns-3,13\n")
    collected("tune", "label", "--import", "labels.csv")
    recordings.change(collected, "UPDATE replies SET score = NULL")
    collected.file(
        "check.sh",
        'read -r said; echo "$SCRIMP_ID|$SCRIMP_SOURCE|${SCRIMP_GOLD-none}|$SCRIMP_PROMPT" >> seen\n'
        '[ "$(cat "$SCRIMP_PROMPT_FILE")" = "$SCRIMP_PROMPT" ]\n',
    )
    ran = collected("tune", "label", "--check", "sh check.sh")
    seen = sorted(set((collected.cwd / "seen").read_text(encoding="utf-8").splitlines()))

    assert ran.status == 0, ran.err
    assert "s-3|sums.jsonl:4|13|What is 3 plus 10? Give only the number." in seen
    assert "s-7|sums.jsonl:8|none|What is 7 plus 14? Give only the number." in seen
    # The last line is of the trial on an empty text, which is of no prompt.
    assert seen[-1] == "||none|"
    assert set(scores(collected)["s-3"].values()) == {1.0}


def test_a_check_gets_a_prompt_longer_than_any_variable_may_be(recorded: Scrimp) -> None:
    long = "x" * 200_000
    models = {"gpt-tiny": {"out": "a", "completion_tokens": 1}, "claude-large": {"out": "b", "completion_tokens": 1}}
    recorded.file("recording.jsonl", recordings.text([{"prompt": long, "prompt_tokens": 9, "models": models}]))
    recorded.file("long.jsonl", json.dumps({"text": long}) + "\n")
    recorded("tune", "shadow", "long.jsonl", "--share", "100%", "--models", "rec/gpt-tiny,rec/claude-large")
    recorded.file("check.sh", '[ -z "$SCRIMP_PROMPT" ] && [ "$(wc -c < "$SCRIMP_PROMPT_FILE")" -eq 200000 ]\n')
    ran = recorded("tune", "label", "--check", "sh check.sh")

    assert "1 prompt looked at, 2 completions labeled" in ran.err
    assert recordings.entries(recorded, "SELECT DISTINCT score FROM replies") == [(1.0,)]


def test_labels_of_a_file_are_held_against_what_models_said(collected: Scrimp) -> None:
    collected.file("labels.csv", "id,label,note\ns-3,13,\ns-7,21,easy\n s-8 , 99 ,\nsums.jsonl:10,25,\n")
    dry = collected("tune", "label", "--import", "labels.csv", "--dry-run")
    nothing = scores(collected)
    ran = collected("tune", "label", "--import", "labels.csv")

    assert (dry.status, nothing, ran.status) == (0, {}, 0)
    assert "labels.csv: 4 rows: 4 prompts and 12 completions would be labeled (7 right)" in dry.out
    assert "labels.csv: 4 rows: 4 prompts and 12 completions labeled (7 right); 0 bad rows, 0 unknown ids" in ran.out
    assert scores(collected) == {
        "s-3": {"claude-large": 1.0, "gemini-tiny": 1.0, "gpt-tiny": 0.0},
        "s-7": {"claude-large": 1.0, "gemini-tiny": 0.0, "gpt-tiny": 1.0},
        "s-8": {"claude-large": 0.0, "gemini-tiny": 0.0, "gpt-tiny": 0.0},
        "s-9": {"claude-large": 1.0, "gemini-tiny": 1.0, "gpt-tiny": 1.0},
    }


BAD_LINES = (
    '{"id": "s-3", "label": 13}', '{"id": "s-7"}', '{"id": "s-8", "label": ""}', '{"label": "4"}', "nonsense", "",
    "[1]", '{"id": "s-3", "label": "14"}', '{"id": {"a": 1}, "label": "4"}', '{"id": "s-9", "label": 25}', "",
)  # fmt: skip
BAD = {
    "labels.jsonl": (
        "\n".join(BAD_LINES),
        [(2, "label"), (3, "label"), (4, "id"), (5, "JSON"), (7, "object"), (8, "label"), (9, "id")],
    ),
    "labels.csv": (
        'id,label\ns-3,13\ns-7\ns-8,\n,4\n"s\n9",3,4\n\ns-3,14\ns-9,25\n',
        [(3, "fields"), (4, "label"), (5, "id"), (6, "fields"), (9, "label")],
    ),
    "labels.tsv": ('id\tlabel\ns-3\t13\ns-9\t25\ns-7\t"21\n', [(4, "CSV")]),
    "labels.json": ('[{"id": "s-3", "label": 13}, 4, {"id": "s-9", "label": 25}]', [(2, "object")]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_rows_are_named_by_line_and_field_and_all_others_are_stored(collected: Scrimp, name: str) -> None:
    text, bad = BAD[name]
    collected.file(name, text)
    ran = collected("tune", "label", "--import", name)
    errors = [line for line in ran.err.splitlines() if f"{name}:" in line]

    assert ran.status == 3
    for line, field in bad:
        assert any(f"{name}:{line}: " in error and field in error for error in errors), ran.err
    assert f"{len(bad)} bad row" in ran.out
    assert set(scores(collected)) == {"s-3", "s-9"}
    assert scores(collected)["s-3"]["claude-large"] == 1.0


def test_a_label_that_was_corrected_replaces_the_one_before_and_that_is_said(collected: Scrimp) -> None:
    for label in (13, 14):
        collected.file("labels.csv", f"id,label\ns-3,{label}\n")
        ran = collected("tune", "label", "--import", "labels.csv")

    assert "3 completions labeled (1 right); 3 changed; 0 bad rows" in ran.out
    assert scores(collected)["s-3"] == {"claude-large": 0.0, "gemini-tiny": 0.0, "gpt-tiny": 1.0}


def test_what_needs_a_label_goes_to_a_file_that_comes_back_filled_in(collected: Scrimp) -> None:
    ran = collected("tune", "label", "--export", "todo.csv", "--limit", "6")
    again = collected("tune", "label", "--export", "todo.csv")
    with (collected.cwd / "todo.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = [int(row["id"].removeprefix("s-")) for row in rows]
    filled = "".join(f"{row['id']},{2 * n + 7}\n" for row, n in zip(rows, numbers, strict=True))
    collected.file("done.csv", "id,label\n" + filled)
    back = collected("tune", "label", "--import", "done.csv")
    rest = collected("tune", "label", "--export", "-")

    assert (ran.status, again.status, back.status) == (0, 2, 0)
    assert (
        "6 prompts written to todo.csv: fill in the column label, then scrimp tune label --import todo.csv" in ran.err
    )
    assert "todo.csv is there already" in again.err
    assert rows[0] == {"id": rows[0]["id"], "label": "", "prompt": recordings.prompt(numbers[0])}
    assert "6 prompts and 18 completions labeled" in back.out
    assert len(rest.out.splitlines()) == 1 + 2


def test_unknown_ids_are_said_and_no_error(collected: Scrimp) -> None:
    collected.file("labels.csv", "id,label\nt-1,5\ns-3,13\n")
    ran = collected("tune", "label", "--import", "labels.csv")
    collected.file("none.csv", "id,label\nt-1,5\n")
    none = collected("tune", "label", "--import", "none.csv")

    assert (ran.status, none.status) == (0, 4)
    assert "1 id not found among collected prompts: t-1 (labels.csv:2)" in ran.err
    assert "0 prompts and 0 completions labeled (0 right); 0 bad rows, 1 unknown id" in none.out


def test_labels_before_anything_is_collected_are_an_error_that_says_what_comes_first(scrimp: Scrimp) -> None:
    scrimp.file("labels.csv", "id,label\nt-1,5\n")
    ran = scrimp("tune", "label", "--import", "labels.csv")

    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        "scrimp: no prompt is collected that could be labeled: collect some with scrimp tune shadow first\n"
    )


def test_a_label_that_no_completion_could_give_is_bad_and_an_id_of_two_prompts_is_not_guessed(recorded: Scrimp) -> None:
    recorded.file("a.jsonl", recordings.text([{"id": "1", "first": 1, "second": 8}]))
    recorded.file("b.jsonl", recordings.text([{"id": "1", "first": 2, "second": 9}]))
    for name in "ab":
        words = (f"{name}.jsonl", *recordings.TEMPLATE, "--share", "100%", "--route", name, "--choices", "9,10,11")
        recorded("tune", "shadow", *words)
    recorded.file("labels.csv", "id,label\n1,9\n")
    recorded.file("others.csv", "id,label\n1,12\n")
    either = recorded("tune", "label", "--import", "labels.csv")
    first = recorded("tune", "label", "--import", "labels.csv", "--route", "a")
    other = recorded("tune", "label", "--import", "others.csv", "--route", "a")
    unknown = recorded("tune", "label", "--import", "labels.csv", "--route", "c")

    assert [each.status for each in (either, first, other, unknown)] == [4, 0, 4, 2]
    assert "labels.csv:2: id: 1 is that of 2 prompts (of a, b): name one task by --route" in either.err
    assert "others.csv:2: label: '12' is none of 9, 10, 11" in other.err
    assert "no such prompt is of task c: they are of a, b" in unknown.err


def test_a_file_that_is_none_of_labels_is_refused_whole(collected: Scrimp) -> None:
    collected.file("labels.csv", "key;label\ns-3;13\n")
    collected.file("labels.md", "Labels\n")
    wrong = collected("tune", "label", "--import", "labels.csv")
    other = collected("tune", "label", "--import", "labels.md")
    missing = collected("tune", "label", "--import", "no.csv")
    folder = collected("tune", "label", "--import", ".")

    assert [each.status for each in (wrong, other, missing, folder)] == [2, 2, 2, 2]
    assert ". is a directory: name the file of labels" in folder.err
    assert "the header must have the column id once: its columns are key, label" in wrong.err
    assert "write CSV or JSON lines with the fields id and label" in other.err


def test_a_person_sees_how_far_it_is_and_ctrl_c_keeps_what_was_said(collected: Scrimp) -> None:
    master, slave = pty.openpty()
    run = collected.start("tune", "label", stdin=slave, stderr=subprocess.PIPE)
    os.close(slave)
    os.write(master, b"y\nn\n")
    wait_until(lambda: count(collected) == 2, run=run)
    run.send_signal(signal.SIGINT)
    err = run.communicate(timeout=100)[1].decode()
    os.close(master)
    again = at_a_terminal(collected, b"q\n", "tune", "label")

    assert run.returncode == 130
    assert re.search(r"prompt 1 of 8 \(s-\d+, sums.jsonl:\d+\)", err)
    assert "completion 1 of 2" in err
    assert "2 completions labeled; " in err
    assert " left: rerun the same command to label them" in err
    assert "Traceback" not in err
    assert "prompt 1 of 7 (s-" in again.err


def test_a_check_that_is_interrupted_keeps_what_it_said(collected: Scrimp) -> None:
    collected.file("check.sh", 'if [ "$SCRIMP_ID" = s-3 ]; then touch waiting; exec sleep 600; fi\n')
    run = collected.start("tune", "label", "--check", "sh check.sh", stderr=subprocess.PIPE)
    wait_until(lambda: (collected.cwd / "waiting").exists() and count(collected) == 14, run=run)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=100)

    assert run.returncode == 130
    assert b"Traceback" not in err
    assert b"7 prompts looked at, 14 completions labeled; 1 left" in err
    assert "s-3" not in scores(collected)
