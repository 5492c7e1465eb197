from __future__ import annotations

import json
from typing import Any

import recordings
from command import Scrimp, provider_table
from fake_provider import FakeProvider, completion, error

ALL = ("--share", "100%")


def calls(scrimp: Scrimp) -> int:
    return int(recordings.entries(scrimp, "SELECT count(*) FROM entries")[0][0])


def test_prompts_are_put_to_each_model_and_the_ledger_says_what_for(gathered: Scrimp) -> None:
    found = recordings.entries(
        gathered, "SELECT provider || '/' || model, route, count(*) FROM entries GROUP BY 1, 2 ORDER BY 1"
    )

    assert found == [(f"rec/{name}", "shadow", 200) for name in ("claude-large", "gemini-tiny", "gpt-tiny")]


def test_what_was_gathered_is_replayed_as_the_recording_is(gathered: Scrimp) -> None:
    found = json.loads(gathered("tune", "replay", "--report", "all", "--json").out)
    agree = next(each for each in found["policies"] if each["policy"] == "rec/gemini-tiny and rec/gpt-tiny agree")

    assert (found["rows"], found["flagship"], agree["flag"]["value"]) == (200, "rec/claude-large", 0.2)


def test_nothing_is_paid_twice(recorded: Scrimp) -> None:
    ran = recorded("run", "p.jsonl", "--limit", "30", "--tier", "simple", "-q")
    assert ran.status == 0, ran.err
    words = ("tune", "shadow", "p.jsonl", *ALL, "--limit", "40")
    first = recorded(*words)
    again = recorded(*words)

    # Thirty were answered by the first model of a tier, under the tier's name.
    assert calls(recorded) == 30 + 10 + 40 + 40
    assert "120 completions" in first.err
    assert "$0 spent" in again.err


def test_a_row_without_a_prompt_is_no_pair(recorded: Scrimp) -> None:
    first = (recorded.cwd / "p.jsonl").read_text().splitlines()[0]
    recorded.file("gap.jsonl", f'{first}\n{{"text": " "}}\n')
    ran = recorded("tune", "shadow", "gap.jsonl", *ALL)
    alone = recorded("tune", "shadow", "-", *ALL, stdin='{"text": " "}\n')

    assert "1 prompt, 3 completions" in ran.err
    assert "1 row left out, the first: gap.jsonl:2: " in ran.err
    assert "raise --share" not in alone.err


def test_the_share_is_made_of_the_same_prompts_every_time(recorded: Scrimp) -> None:
    recordings.prompts(recorded, "backwards.jsonl", range(399, -1, -1))
    recorded("tune", "shadow", "p.jsonl", "--share", "20%", "--models", "rec/gpt-tiny")
    first = calls(recorded)
    recorded("tune", "shadow", "backwards.jsonl", "--share", "20%", "--models", "rec/gpt-tiny")
    recorded("tune", "shadow", "backwards.jsonl", "--share", "10%", "--models", "rec/gpt-tiny")

    assert 40 < first < 120
    assert calls(recorded) == first


def test_the_cap_is_for_all_models_together_and_what_it_cuts_off_are_whole_prompts(recorded: Scrimp) -> None:
    ran = recorded("tune", "shadow", "p.jsonl", *ALL, "--max-cost", "0.02", "--max-output", "20")
    (spent,) = recordings.entries(recorded, "SELECT sum(cost_nano) FROM entries")[0]
    counts = dict(recordings.entries(recorded, "SELECT model, count(*) FROM replies GROUP BY 1"))

    assert ran.status == 5
    assert "stopped before the cap of $0.02 was passed" in ran.err
    assert 0 < spent <= 20_000_000
    assert 0 < counts["rec/gpt-tiny"] - counts["rec/claude-large"] <= 64


def test_exit_statuses_are_those_of_a_run(recorded: Scrimp) -> None:
    recorded.file("more.jsonl", json.dumps({"text": "What is not recorded?"}) + "\n")

    assert recorded("tune", "shadow", "p.jsonl", "more.jsonl", *ALL).status == 3
    assert recorded("tune", "shadow", "more.jsonl", *ALL, "--models", "rec/gpt-tiny").status == 4
    assert recorded("tune", "shadow", "none.jsonl").status == 2
    assert recorded("tune", "shadow", "p.jsonl", "--models", "nobody/gpt-tiny").status == 2
    assert recorded("tune", "shadow", "p.jsonl", "--share", "3").status == 2


def test_a_share_nobody_is_in_is_said(recorded: Scrimp) -> None:
    ran = recorded("tune", "shadow", "p.jsonl", "--share", "0.01%")

    assert (ran.status, "raise --share" in ran.err) == (0, True)


def with_two_models(scrimp: Scrimp, provider: FakeProvider) -> None:
    """Configure a large and a small model, and write five prompts."""
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(
        f"{provider_table(provider.url)}"
        '[models."fake/claude-large"]\nprice = { input = 10, output = 10 }\n'
        '[models."fake/gpt-tiny"]\nprice = { input = 1, output = 1 }\n'
    )
    recordings.prompts(scrimp, "p.jsonl", range(5))


def test_a_completion_that_breaks_its_promise_counts_against_its_model(scrimp: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda body: completion(
        "spam" if body["model"] == "claude-large" else "eggs", model=body["model"]
    )
    with_two_models(scrimp, provider)
    ran = scrimp(
        "tune", "shadow", "p.jsonl", *ALL, "--models", "fake/gpt-tiny,fake/claude-large", "--choices", "spam,ham"
    )

    assert ran.status == 3
    assert recordings.entries(
        scrimp, "SELECT model, output, score, scored_by, count(*) FROM replies GROUP BY 1 ORDER BY 1"
    ) == [
        ("fake/claude-large", "spam", None, None, 5),
        ("fake/gpt-tiny", "", 0.0, "schema", 5),
    ]


def test_prompts_that_one_model_declined_with_an_error_count_against_it(scrimp: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda body: (
        error(400, "content_policy_violation") if body["model"] == "gpt-tiny" else completion("4", model=body["model"])
    )
    with_two_models(scrimp, provider)
    ran = scrimp("tune", "shadow", "p.jsonl", *ALL, "--models", "fake/gpt-tiny,fake/claude-large")

    assert "5 failed" in ran.err
    assert recordings.entries(
        scrimp, "SELECT model, output, score, scored_by, cost_nano > 0, count(*) FROM replies GROUP BY 1 ORDER BY 1"
    ) == [
        ("fake/claude-large", "4", None, None, 1, 5),
        ("fake/gpt-tiny", "", 0.0, "refused", 0, 5),
    ]


def test_an_input_without_rows_is_not_told_to_raise_its_share(recorded: Scrimp) -> None:
    recorded.file("empty.jsonl", "")

    assert "raise --share" not in recorded("tune", "shadow", "empty.jsonl", *ALL).err


def test_completions_are_held_against_a_column_that_knows(recorded: Scrimp) -> None:
    rows = [{"text": recordings.prompt(n), "sum": 2 * n + 7} for n in range(100)]
    recorded.file("gold.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    ran = recorded("tune", "shadow", "gold.jsonl", *ALL, "--gold", "sum")
    scores = recordings.entries(
        recorded, "SELECT model, sum(score), count(*) FROM replies WHERE scored_by = 'gold' GROUP BY 1 ORDER BY 1"
    )

    assert ran.status == 0, ran.err
    assert scores == [("rec/claude-large", 98.0, 100), ("rec/gemini-tiny", 90.0, 100), ("rec/gpt-tiny", 90.0, 100)]


def test_a_row_without_a_right_answer_is_named(recorded: Scrimp) -> None:
    ran = recorded("tune", "shadow", "p.jsonl", *ALL, "--limit", "3", "--gold", "sum")

    assert ran.status == 2
    assert "p.jsonl:1: there is no column 'sum'" in ran.err


def test_a_column_of_right_answers_is_missed_before_anything_is_paid(recorded: Scrimp) -> None:
    rows = [{"text": recordings.prompt(n), "sum": "" if n % 2 else 2 * n + 7} for n in range(70)]
    recorded.file("gold.jsonl", recordings.text(rows))
    wrong = recorded("tune", "shadow", "gold.jsonl", *ALL, "--gold", "sums")
    paid = calls(recorded)
    half = recorded("tune", "shadow", "gold.jsonl", *ALL, "--gold", "sum")

    assert (wrong.status, paid, half.status) == (2, 0, 0)
    assert "the columns are text, sum" in wrong.err
    assert "35 prompts without a right answer in sum: scrimp tune label labels their completions" in half.err
    assert recordings.entries(recorded, "SELECT count(*) FROM replies WHERE score IS NULL") == [(105,)]
    assert recordings.entries(recorded, "SELECT count(*) FROM prompts WHERE gold IS NULL") == [(35,)]


def test_how_many_pairs_are_wanted_is_told_before_anything_is_paid(recorded: Scrimp) -> None:
    words = ("tune", "shadow", "p.jsonl", *ALL, "--route", "sums", "--max-output", "20")
    broke = recorded(*words, "--limit", "100", "--max-cost", "0.0000001")
    before = recordings.entries(recorded, "SELECT count(*) FROM replies")
    first = recorded(*words, "--limit", "100", "--max-cost", "1")
    recorded("tune", "certify")
    second = recorded(*words, "--limit", "300", "--max-cost", "1")
    levels = recorded(
        *words[:-2], "--limit", "90", "--compress", "tidy", "--max-cost", "1", "--models", "rec/gpt-tiny"
    )  # fmt: skip

    plan = "100 pairs planned: they certify at best 96.3 % of the flagship's quality; a task wants about 216 for 95 %"
    assert (broke.status, before) == (5, [(0,)])
    assert plan in broke.err.splitlines()[0]
    assert plan in first.err.splitlines()[0]
    # A second look has a third of the risk that the first one had.
    assert "sums: 300 pairs planned (100 of them stored): they certify at best 98.4 %" in second.err
    assert "a task wants about 282 for 95 %" in second.err
    assert "sums: 90 pairs planned: they certify at best 95.9 % of answers" in levels.err


def test_pairs_of_a_task_tell_the_tier_of_its_prompts(recorded: Scrimp) -> None:
    def routed() -> dict[str, Any]:
        (row,) = recorded("route", "p.jsonl", "--limit", "1", "--json", "--explain").rows
        return row

    before = routed()
    recorded("tune", "shadow", "p.jsonl", *ALL, "--limit", "40")
    after = routed()

    assert "with 40 pairs of its task" in after["why"]
    assert "in 40 pairs of its task" in "\n".join(after["rules"])
    assert after["expected_gain"] != before["expected_gain"]


def test_what_is_told_of_pairs_follows_their_labels_and_a_file_that_cannot_be_read_is_not_an_obstacle(
    recorded: Scrimp,
) -> None:
    recorded("tune", "shadow", "p.jsonl", *ALL, "--limit", "40")
    gains = recorded.home / "task-gains.json"
    (first,) = json.loads(gains.read_text()).values()
    recorded("tune", "label", "--check", "true")
    (labeled,) = json.loads(gains.read_text()).values()
    gains.write_text("{")
    ran = recorded("route", "p.jsonl", "--limit", "1", "--json")

    assert first["gain"] > labeled["gain"]
    assert ran.status == 0
    assert "task-gains.json cannot be read" in ran.err


def test_tasks_that_share_the_risk_want_more_than_one_alone(recorded: Scrimp) -> None:
    words = ("tune", "shadow", *ALL, "--max-output", "20")
    recordings.prompts(recorded, "a.jsonl", range(5))
    recordings.prompts(recorded, "b.jsonl", range(100, 155))
    recorded(*words, "a.jsonl", "--route", "a")
    two = recorded(*words, "b.jsonl", "--route", "b", "--max-cost", "0.0000001").err

    # 258 = 3 times log(0.05 / 2 / 2) / log(0.95), rounded up.
    assert "2 tasks: 60 pairs planned (5 of them stored): they certify at best 94 % of the flagship's quality" in two
    assert "on average over these tasks; a task wants about 258 for 95 %" in two
