"""`scrimp runs`: what earlier runs did and cost, and the rows that failed in them."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider, Reply, echo, error
from terminal import at_terminal, without_styles

ROWS = (
    '{"id": 1,  "text": "good one"}\n'
    '{"id":2, "text":"bad \\u00e9", "price": 19.90, "n": 123456789012345678901}\n'
    '{"text": "bad two" , "id": 3}\n'
)


def refuse_bad(body: dict[str, Any]) -> Reply:
    return error(400) if "bad" in body["messages"][-1]["content"] else echo(body)


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    provider.answer = refuse_bad
    scrimp.provider(provider.url)
    scrimp.file("in.jsonl", ROWS)
    return scrimp


def runs_of(scrimp: Scrimp) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(scrimp("runs", "list", "--json").out)
    return listed


def test_a_run_is_listed_with_its_counts_its_cost_and_its_command(ready: Scrimp) -> None:
    summary = ready.cwd / "bill.json"
    ran = ready("run", "in.jsonl", "--tier", "simple", "--tag", "a=b", "--summary-file", str(summary))
    (listed,) = runs_of(ready)

    assert ran.status == listed["status"] == 3
    assert (listed["state"], listed["rows"], listed["failed"], listed["calls"]) == ("ended", 3, 2, 3)
    assert listed["command"] == ["in.jsonl", "--tier", "simple", "--tag", "a=b", "--summary-file", str(summary)]
    assert listed["bill"] == json.loads(summary.read_text())
    assert listed["cost_usd"] == listed["bill"]["cost_usd"] > 0
    assert [each["run"] for each in json.loads(ready("cost", "--by", "run", "--json").out)] == [listed["run"]]


def test_the_bill_is_shown_as_it_was_printed(ready: Scrimp) -> None:
    ran = ready("run", "in.jsonl")
    (listed,) = runs_of(ready)
    bill = ran.err[ran.err.index("what") : ran.err.index("scrimp: the first failed row")]

    for name in ("last", listed["run"], listed["run"][:-1]):
        shown = ready("runs", "show", name)
        assert shown.status == 0
        assert shown.out.endswith(bill)
    assert json.loads(ready("runs", "show", "last", "--json").out) == listed


def test_no_text_of_a_prompt_and_no_key_is_in_the_record(ready: Scrimp) -> None:
    key = ready.env["FAKE_KEY"]
    words = ["-t", "the secret template {text}", "--system", "secret system", "--check", "true secret", "--user", key]
    ready("run", "in.jsonl", *words, "-q")
    ready.file("t.txt", "{text}")
    ready("run", "in.jsonl", "-t", "@t.txt", "-q")
    second, first = runs_of(ready)

    assert first["command"][:7] == ["in.jsonl", "--template", "...", "--system", "...", "--check", "..."]
    assert second["command"] == ["in.jsonl", "--template", "@t.txt", "--quiet"]
    assert key not in json.dumps(first)
    data = b"".join(file.read_bytes() for file in ready.home.glob("ledger.db*"))
    assert b"secret" not in data


def test_failed_rows_come_byte_for_byte_and_can_be_sent_again(ready: Scrimp, provider: FakeProvider) -> None:
    ready("run", "in.jsonl", "-q")
    errors = ready("runs", "errors", "last")
    assert errors.out == "".join(ROWS.splitlines(keepends=True)[1:])

    provider.answer = echo
    again = ready("run", "-", stdin=errors.out)
    assert [(row["id"], row["output"]) for row in again.rows] == [("2", "echo: bad é"), ("3", "echo: bad two")]
    assert ready("runs", "errors", "last").out == ""


def test_failed_rows_of_a_file_that_has_changed_have_their_values_and_numbers(ready: Scrimp) -> None:
    ready("run", "in.jsonl", "-q")
    ready.file("in.jsonl", ROWS.replace("bad", "new"))
    lines = ready("runs", "errors", "last").out.splitlines()

    assert lines[0] == '{"id":2,"text":"bad é","price":19.90,"n":123456789012345678901}'
    assert json.loads(lines[1]) == {"text": "bad two", "id": 3}


@pytest.mark.parametrize(
    ("words", "stdin", "expected"),
    [
        (["-", "--format", "csv"], 'a,text\n1,"bad, ""x"""\n2,good\n', '{"a":"1","text":"bad, \\"x\\""}\n'),
        (["-"], "good\nbad line\n", "bad line\n"),
        (["-", "-t", "Say {text}"], "good\nbad line\n", "bad line\n"),
        (["-"], ROWS, ROWS.splitlines(keepends=True)[1].replace(", ", ",").replace(": ", ":").replace("\\u00e9", "é")),
        (["-", "-0"], "good\0bad\nlines\0", '{"text":"bad\\nlines"}\n'),
        (["-", "-0"], 'good\0{"bad": 1}\0', '{"text":"{\\"bad\\": 1}"}\n'),
    ],
)
def test_failed_rows_of_any_format_are_an_input_again(
    ready: Scrimp, provider: FakeProvider, words: list[str], stdin: str, expected: str
) -> None:
    ready("run", *words, "-q", stdin=stdin)
    failed = [prompt for prompt in provider.prompts if "bad" in prompt]
    errors = ready("runs", "errors", "last")
    assert errors.out.startswith(expected)

    provider.bodies.clear()
    ready("run", "-", *(["-t", "Say {text}"] if "-t" in words else []), "-q", stdin=errors.out)
    assert sorted(provider.prompts) == sorted(failed)


def test_a_run_that_is_killed_is_shown_as_killed_with_what_it_spent_and_its_failed_rows(
    ready: Scrimp, provider: FakeProvider
) -> None:
    provider.hold(after=3)
    ready.file("in.jsonl", ROWS + '{"text": "hang"}\n{"text": "after"}\n')
    run = ready.start("run", "in.jsonl", "-j", "1", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert run.stdout is not None
    for _ in range(3):
        run.stdout.readline()
    assert runs_of(ready)[0]["state"] == "running"
    run.send_signal(signal.SIGKILL)
    run.communicate()
    (listed,) = runs_of(ready)

    assert (listed["state"], listed["status"], listed["rows"]) == ("killed", None, None)
    assert listed["cost_usd"] > 0
    assert "killed" in ready("runs", "list").out
    assert "fake/test-model" in ready("runs", "show", "last").out
    assert ready("runs", "errors", "last").out.count("bad") == 2


def test_last_is_never_a_run_that_goes_on(ready: Scrimp, provider: FakeProvider) -> None:
    ready("run", "in.jsonl", "-q")
    ready.file("slow.jsonl", '{"text": "slow"}\n')
    before = len(provider.bodies)
    provider.hold(after=before)
    run = ready.start("run", "slow.jsonl", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: len(provider.bodies) > before, run=run)

    assert ready("runs", "errors", "last").out.count("bad") == 2
    run.kill()
    run.communicate()


def test_what_is_kept_of_failed_rows_is_for_the_owner_alone_and_nothing_where_none_failed(ready: Scrimp) -> None:
    ready.file("good.jsonl", '{"text": "good"}\n')
    ready("run", "good.jsonl", "-q")
    folder = ready.home / "failed-rows"
    assert list(folder.iterdir()) == []

    ready("run", "in.jsonl", "-q")
    (kept,) = folder.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_run_by_another_name_is_an_error_that_says_where_names_are(ready: Scrimp) -> None:
    ready("run", "in.jsonl", "-q")
    ready("run", "in.jsonl", "-q", "--cache", "refresh")

    for name in ("nothing", "", "%"):
        ran = ready("runs", "show", name)
        assert (ran.status, "runs list" in ran.err) == (2, True)
    assert "matches 2 runs" in ready("runs", "show", "20").err
    assert len(json.loads(ready("runs", "list", "--limit", "1", "--json").out)) == 1


def test_a_prompt_of_ask_is_listed_with_its_cost_and_without_its_text(ready: Scrimp) -> None:
    ready("run", "in.jsonl", "-q")
    ready("ask", "good", "secret", "-s", "secret too", "--tier", "simple", stdin="a secret diff")
    asked, ran = runs_of(ready)

    assert (asked["kind"], asked["state"], asked["status"], asked["rows"], asked["calls"]) == ("ask", "ended", 0, 1, 1)
    assert asked["command"] == ["...", "...", "--system", "...", "--tier", "simple"]
    assert ran["kind"] == "run"
    assert {each["run"]: each["cost_usd"] for each in json.loads(ready("cost", "--by", "run", "--json").out)} == {
        asked["run"]: asked["cost_usd"], ran["run"]: ran["cost_usd"],
    }  # fmt: skip
    assert "scrimp ask ... ... --system ... --tier simple" in ready("runs", "list").out
    assert "fake/test-model" in ready("runs", "show", asked["run"]).out
    assert b"secret" not in b"".join(file.read_bytes() for file in ready.home.glob("ledger.db*"))


def test_a_prompt_answered_from_the_cache_is_not_a_run_and_one_that_failed_is(ready: Scrimp) -> None:
    ready("ask", "good")
    ready("ask", "good")
    assert len(runs_of(ready)) == 1

    failed = ready("ask", "bad")
    assert [(each["status"], each["failed"]) for each in runs_of(ready)] == [(failed.status, 1), (0, 0)]
    assert failed.status == 4


def test_a_kind_of_run_can_be_listed_alone(ready: Scrimp) -> None:
    ready("run", "in.jsonl", "-q")
    ready("ask", "good one more")

    kinds = {kind: json.loads(ready("runs", "list", "--kind", kind, "--json").out) for kind in ("run", "ask")}
    assert {kind: [each["kind"] for each in listed] for kind, listed in kinds.items()} == {
        "run": ["run"], "ask": ["ask"],
    }  # fmt: skip


def test_the_last_run_that_can_have_failed_rows_is_not_a_prompt_of_ask(ready: Scrimp) -> None:
    ready("run", "in.jsonl", "-q")
    ready("ask", "good one more")
    (asked, _) = runs_of(ready)

    assert ready("runs", "errors", "last").out.count("bad") == 2
    assert json.loads(ready("runs", "show", "last", "--json").out) == asked
    refused = ready("runs", "errors", asked["run"])
    assert (refused.status, "ask it again" in refused.err) == (2, True)


def test_runs_that_the_ledger_alone_knows_are_listed_among_the_others(ready: Scrimp) -> None:
    ready("ask", "good")
    ready("run", "in.jsonl", "-q")
    with closing(sqlite3.connect(ready.home / "ledger.db")) as ledger:
        ledger.execute("DELETE FROM runs WHERE kind = 'ask'")
        ledger.execute("UPDATE entries SET run = '20200101-000000-aaaa', time = time - 1e8 WHERE id = 1")
        ledger.commit()
    ran, old = runs_of(ready)

    assert (ran["kind"], ran["state"]) == ("run", "ended")
    assert (old["run"], old["kind"], old["state"], old["calls"]) == ("20200101-000000-aaaa", None, "not recorded", 1)
    assert json.loads(ready("runs", "show", "2020", "--json").out) == old
    assert [each["run"] for each in json.loads(ready("runs", "list", "--limit", "1", "--json").out)] == [ran["run"]]


@pytest.mark.parametrize("words", [("show", "last"), ("show", "last", "--json"), ("errors", "last")])
def test_the_last_run_before_there_is_any_is_an_error_that_says_what_comes_first(
    scrimp: Scrimp, words: tuple[str, ...]
) -> None:
    ran = scrimp("runs", *words)

    assert (ran.status, ran.out, ran.err) == (2, "", "scrimp: no run has ended yet: start one with `scrimp run`\n")
    assert "there is no run r-1: `scrimp runs list` shows them" in scrimp("runs", words[0], "r-1").err


def test_a_home_that_cannot_be_written_ends_no_run(ready: Scrimp) -> None:
    Path(ready.home, "failed-rows").write_text("in the way")
    ran = ready("run", "in.jsonl")

    assert ran.status == 3
    assert len(ran.rows) == 3
    assert "not recorded for `scrimp runs`" in ran.err


@pytest.mark.parametrize("columns", [40, 50, 60, 80, 140])
def test_the_list_fits_a_terminal_with_names_and_figures_whole(ready: Scrimp, columns: int) -> None:
    ready("run", "in.jsonl", "-q", "-t", "A long template {text}", "--tag", "a=a-label-of-some-length")
    (listed,) = runs_of(ready)
    shown = without_styles(at_terminal(ready, "runs", "list", columns=columns))

    assert max(map(len, shown.splitlines())) <= columns
    assert listed["run"] in shown
    assert "$0.00003" in shown


def test_the_sums_of_the_ledger_are_looked_at_by_the_run_that_brings_it_past_ten_thousand_entries(
    ready: Scrimp,
) -> None:
    home = ready.home
    ready("run", "in.jsonl", "--cache", "refresh")
    assert not list(home.rglob("*sums*.db"))
    with closing(sqlite3.connect(next(home.rglob("ledger.db")))) as db, db:
        db.execute("UPDATE entries SET id = 9999 WHERE id = (SELECT max(id) FROM entries)")

    ready("run", "in.jsonl", "--cache", "refresh")

    assert list(home.rglob("*sums*.db"))


def test_a_call_that_had_failed_when_its_run_was_killed_is_not_lost(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: error(503, headers={"retry-after": "100"})
    ready.file("one.jsonl", '{"text": "row"}\n')
    run = ready.start("run", "one.jsonl", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: any(b'"http":503' in file.read_bytes() for file in ready.home.glob("in-flight-*")), run=run)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    (model,) = json.loads(ready("cost", "--by", "model", "--json").out)

    assert (model["calls"], model["failed"], model["lost"], model["at_least"]) == (1, 1, 0, False)


def test_few_rows_are_paid_for_and_wait_for_their_check_which_a_kill_would_have_paid_again(
    ready: Scrimp, provider: FakeProvider
) -> None:
    checked = ready.file("checked", "")
    waiting: list[int] = []

    def answer(body: dict[str, Any]) -> Reply:
        waiting.append(len(provider.bodies) - checked.stat().st_size)
        return echo(body)

    provider.answer = answer
    ready.file("in.txt", "".join(f"row {number}\n" for number in range(300)))
    check = ready.file("check.sh", f"sleep 0.03\nprintf . >> '{checked}'\n")
    ran = ready("run", "in.txt", "-j", "4", "--check", f"sh '{check}'")

    assert (ran.status, len(waiting)) == (0, 300)
    assert max(waiting) <= 3 * max(4, 2 * (os.cpu_count() or 1))
