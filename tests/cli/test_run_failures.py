from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import string
import subprocess
import time
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider, completion, echo, error

ROWS = "".join(json.dumps({"id": f"t-{n}", "text": f"prompt {n}"}) + "\n" for n in range(10))


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", ROWS)
    return scrimp


def many(scrimp: Scrimp, rows: int) -> None:
    scrimp.file("many.jsonl", "".join(json.dumps({"text": f"p{n}"}) + "\n" for n in range(rows)))


@pytest.mark.parametrize("cache", ["on", "only"])
def test_rows_without_a_prompt_fail_alone_and_nothing_is_sent_for_them(
    ready: Scrimp, provider: FakeProvider, cache: str
) -> None:
    texts = ["one", None, " ", "two"]
    ready.file("gaps.jsonl", "".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(texts, 1)))
    ready("run", "gaps.jsonl")
    ran = ready("run", "gaps.jsonl", "--cache", cache)

    assert (ran.status, sorted(provider.prompts)) == (3, ["one", "two"])
    assert [(row["id"], row["status"], row["output"], row["attempts"]) for row in ran.rows] == [
        ("1", "ok", "echo: one", 1), ("2", "error", None, 0), ("3", "error", None, 0), ("4", "ok", "echo: two", 1),
    ]  # fmt: skip
    assert ran.rows[1]["error"] == {
        "kind": "invalid", "http": None, "retryable": False,
        "message": "'text' is null: give the row a prompt, or remove it",
    }  # fmt: skip
    assert ran.rows[2]["error"]["message"] == "the prompt is empty: give the row a text, or remove it"
    assert "the first failed row: gaps.jsonl:2: 'text' is null" in ran.err
    assert "2 that cannot be sent" in ready("estimate", "gaps.jsonl").out


def test_a_key_is_sent_as_it_should_be_and_shown_nowhere(ready: Scrimp, provider: FakeProvider) -> None:
    key = ready.env["FAKE_KEY"]
    provider.answer = lambda _: error(401, "invalid_api_key", f"Incorrect API key provided: {key}")
    runs = [ready("run", "rows.jsonl", "-v"), ready("doctor"), ready("config", "show", "--origin"), ready("ask", "hi")]

    assert provider.headers[0]["authorization"] == f"Bearer {key}"
    assert not any(key in ran.out + ran.err for ran in runs)
    files = [file for file in ready.home.rglob("*") if file.is_file()]
    assert {"config.toml", "ledger.db"} <= {file.name for file in files}
    assert [file for file in files if key.encode() in file.read_bytes()] == []


def test_a_wrong_key_stops_the_run_before_its_second_wave(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: error(401, "invalid_api_key")
    ran = ready("run", "rows.jsonl")

    # One call where it is refused within a quarter of a second, which a busy machine may not manage: tests/transport
    # counts them by a clock of its own.
    assert ran.status == 4
    assert 1 <= len(provider.bodies) <= 16
    assert "refused the key" in ran.err
    assert "FAKE_KEY" in ran.err


def test_a_missing_key_names_the_variable(ready: Scrimp) -> None:
    del ready.env["FAKE_KEY"]
    ran = ready("run", "rows.jsonl")

    assert ran.status == 4
    assert "FAKE_KEY" in ran.err


def test_a_provider_that_is_not_there_is_named_with_its_place(ready: Scrimp) -> None:
    ready.provider("http://127.0.0.1:9/v1")
    ran = ready("run", "rows.jsonl", "--limit", "1", "--retries", "0")

    assert ran.status == 4
    assert "could not be reached at http://127.0.0.1:9" in ran.err


def test_what_cannot_succeed_is_sent_once(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: error(400, "invalid_request_error", "bad")
    ran = ready("run", "rows.jsonl", "--limit", "1")

    assert (ran.status, len(provider.bodies)) == (4, 1)
    assert ran.rows[0]["error"]["kind"] == "invalid"


def test_a_cut_off_completion_is_not_a_success_and_is_not_kept(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: completion("half a", finish="length")
    first, second = ready("run", "rows.jsonl", "--limit", "1"), ready("run", "rows.jsonl", "--limit", "1")

    assert (first.status, first.rows[0]["status"]) == (4, "truncated")
    assert second.rows[0]["cache"] == "miss"


def test_some_failed_rows_make_3_and_never_0_unless_asked(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda body: error(400) if body["messages"][-1]["content"].endswith("3") else echo(body)

    assert ready("run", "rows.jsonl").status == 3
    assert ready("run", "rows.jsonl", "--fail-on", "all").status == 0
    assert ready("run", "rows.jsonl", "--fail-on", "never").status == 0


def test_rows_that_all_failed_make_4_unless_failed_rows_never_count(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: error(400)
    words = ("run", "rows.jsonl", "--limit", "2", "--fail-on")

    assert [ready(*words, when).status for when in ("any", "all", "never")] == [4, 4, 0]
    provider.answer = lambda _: error(401)
    assert ready(*words, "never").status == 4  # the run was stopped


def test_a_cache_that_misses_makes_7_by_the_same_rule(ready: Scrimp) -> None:
    ready("run", "rows.jsonl", "--limit", "1")

    def statuses(limit: str) -> list[int]:
        return [
            ready("run", "rows.jsonl", "--skip", limit, "--limit", "2", "--cache", "only", "--fail-on", when).status
            for when in ("any", "all", "never")
        ]

    assert (statuses("0"), statuses("1")) == ([7, 0, 0], [7, 7, 0])


def test_too_many_failures_stop_the_run(ready: Scrimp, provider: FakeProvider) -> None:
    # Not five in a row, which would end the provider; and more than are called for before the disk has one, where a
    # failure counts.
    many(ready, 5000)
    provider.answer = lambda body: error(400) if len(provider.bodies) % 2 else echo(body)
    ran = ready("run", "many.jsonl", "--max-failures", "2", "-j", "1")

    assert ran.status == 5
    assert 3 <= len(provider.bodies) < 5000


@pytest.mark.parametrize("engine", ["local", "processes"])
def test_a_share_of_failures_is_judged_at_the_end_however_few_rows_there_are(
    ready: Scrimp, provider: FakeProvider, engine: str
) -> None:
    provider.answer = lambda body: error(400) if "0" in body["messages"][-1]["content"] else echo(body)
    ready.file("ten.txt", "".join(f"row {number}\n" for number in range(10)))
    words = ("run", "ten.txt", "--engine", engine, "--max-failures")

    assert [ready(*words, share).status for share in ("5%", "10%")] == [5, 3]


def test_how_many_rows_may_fail_says_nothing_of_a_single_prompt(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: error(400)
    ready.env["SCRIMP_MAX_FAILURES"] = "0"
    ran = ready("ask", "hello")

    assert (ran.status, ran.err.count("\n")) == (4, 1)
    assert "--max-failures" not in ran.err


def test_a_call_without_a_whole_reply_is_booked_as_lost(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: (0, {}, b"")
    ran = ready("run", "rows.jsonl", "--limit", "1", "--retries", "1")
    (entry,) = json.loads(ready("cost", "--json").out)

    assert ran.status == 4
    assert (entry["calls"], entry["lost"]) == (2, 2)
    assert ran.rows[0]["cost_usd"] is None


@pytest.mark.parametrize(
    ("name", "content", "words", "said"),
    [
        ("a.jsonl", '{"t": "x"}\n', ("-t", "{y}"), "a.jsonl:1: there is no column 'y': the columns are t"),
        ("a.jsonl", b'{"text": "caf\xe9"}\n', (), "is not UTF-8"),
        ("a.csv", "text\nx,y\n", (), "a.csv:2: the row has 2 fields, the header 1"),
        ("a.csv", "text\nx,y\n", ("--out", "csv"), "a.csv:2: the row has 2 fields"),
        (
            "a.jsonl",
            '[{"text": "x"}]\n',
            (),
            "a.jsonl:1: a row must be an object or a string, not a list: if that list h",
        ),
        ("a.jsonl", '{"a": "x", "b": "y"}\n', (), "--prompt-field"),
    ],
)
def test_bad_input_says_where_and_what_next(
    ready: Scrimp, name: str, content: Any, words: tuple[str, ...], said: str
) -> None:
    ready.file(name, content)
    ran = ready("run", name, *words)

    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_a_tiny_cap_is_told_as_it_was_given(ready: Scrimp, provider: FakeProvider) -> None:
    ready.env["SCRIMP_MAX_COST"] = "0.00000001"
    ran = ready("run", "rows.jsonl")

    assert (ran.status, provider.bodies) == (5, [])
    assert "more than --max-cost 0.00000001 allows" in ran.err
    assert "defaults.max_cost = 0.00000001" in ready("config", "show").out


@pytest.mark.parametrize("words", [(), ("--cache", "only"), ("--order", "completion")])
def test_a_line_that_is_not_json_fails_alone_and_is_given_again_to_be_fixed(
    ready: Scrimp, provider: FakeProvider, words: tuple[str, ...]
) -> None:
    lines = [json.dumps({"id": f"t-{number}", "text": f"p{number}"}).encode() for number in range(12)]
    ready.file("whole.jsonl", b"\n".join(lines))
    ready("run", "whole.jsonl")
    lines[1] = '{"id": "t-1", "text": "p1", "note": "größe"}'.encode()
    lines[2], lines[9] = b'{"id": "t-2", "text": "caf\xe9"', b"\x00 nothing"
    ready.file("broken.jsonl", b"\n".join(lines) + b"\n")
    ran = ready("run", "broken.jsonl", *words)

    assert (ran.status, len(provider.prompts)) == (3, 12)
    assert sorted((row["index"], row["status"]) for row in ran.rows) == [
        (number, "error" if number in (2, 9) else "ok") for number in range(12)
    ]
    failed = {row["index"]: row["error"] for row in ran.rows if row["error"]}
    assert {each["kind"] for each in failed.values()} == {"invalid"}
    assert failed[9]["message"].startswith("broken.jsonl:10: not JSON (")
    assert "the first failed row: broken.jsonl:3: " in ran.err
    errors = ready("runs", "errors", "last")
    assert (errors.out, "2 rows that could not be read are left out: --unreadable" in errors.err) == ("", True)
    printed, _ = ready.start("runs", "errors", "last", "--unreadable", stdout=subprocess.PIPE).communicate()
    assert printed == lines[2] + b"\n" + lines[9] + b"\n"
    assert "2 that cannot be sent" in ready("estimate", "broken.jsonl").out


def test_a_table_whose_first_row_cannot_be_read_keeps_its_columns(ready: Scrimp) -> None:
    ready.file("table.csv", "id,text\nx\n1,one\n2,two\n")
    ran = ready("run", "table.csv", "--out", "csv")

    assert ran.status == 3
    assert ran.out.splitlines()[0] == "id,text,output,error"
    assert ran.out.splitlines()[1].startswith(',,,"table.csv:2: the row has 1 fields')
    assert ran.out.splitlines()[2:] == ["1,one,echo: one,", "2,two,echo: two,"]


def test_an_input_whose_first_rows_cannot_be_read_ends_the_run_before_any_call(
    ready: Scrimp, provider: FakeProvider
) -> None:
    ready.file("prose.jsonl", "Some words.\nMore of them.\n" * 40)
    ran = ready("run", "prose.jsonl")

    assert (ran.status, ran.out, provider.prompts) == (2, "", [])
    assert "prose.jsonl:1: not JSON" in ran.err


@pytest.mark.parametrize(
    "words", [("--model", "gpt-7-lunaa"), ("--model", "opanai/x"), ("--tier", "cheap"), ("--chain", "no")]
)
def test_a_name_that_is_none_is_refused_before_any_call(
    ready: Scrimp, provider: FakeProvider, words: tuple[str, str]
) -> None:
    ran = ready("run", "rows.jsonl", *words)

    assert (ran.status, provider.bodies, ran.out) == (2, [], "")
    assert words[1].partition("/")[0] in ran.err


def test_a_retired_model_is_called_what_it_is(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: error(404, "model_not_found", "no such model")
    ran = ready("run", "rows.jsonl", "--limit", "1", "--model", "fake/gemini-2.0-flash")

    assert "retired" in ran.err
    assert "gemini-3.8-flash" in ran.err


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_leaves_ends_the_run_quietly(ready: Scrimp, unbuffered: str) -> None:
    ready.env["PYTHONUNBUFFERED"] = unbuffered
    many(ready, 1000)  # some 500 KB of rows: more than a pipe and the buffers on both sides hold
    ready("run", "many.jsonl", "-j", "16")
    run = ready.start("run", "many.jsonl", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.readline()
    run.stdout.close()
    said = run.stderr.read()
    run.stderr.close()

    assert (run.wait(timeout=100), said) == (141, b"")


def test_an_interrupt_lets_calls_in_flight_finish_and_keeps_them(ready: Scrimp, provider: FakeProvider) -> None:
    go_on = provider.hold(after=1)
    run = ready.start("run", "rows.jsonl", "-j", "2", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    wait_until(lambda: len(provider.bodies) == 3, run=run)
    run.send_signal(signal.SIGINT)
    go_on.set()
    out, _ = run.communicate(timeout=100)
    called = len(provider.bodies)

    assert run.returncode == 130
    assert len(out.splitlines()) == called
    assert ready("run", "rows.jsonl").status == 0
    assert len(provider.bodies) == 10


def test_a_row_that_the_run_did_not_reach_is_pending_and_taken_up_again(ready: Scrimp, provider: FakeProvider) -> None:
    many(ready, 60)
    numbers = count(1)  # of answers: calls come while others are answered
    provider.answer = lambda body: echo(body) if next(numbers) <= 20 else error(401, "invalid_api_key")
    ran = ready("run", "many.jsonl", "-j", "4", "-o", "out.jsonl")
    called = len(provider.bodies)
    rows = [json.loads(line) for line in (ready.cwd / "out.jsonl").read_text().splitlines()]
    statuses = [row["status"] for row in rows]

    assert ran.status == 4
    assert (statuses.count("ok"), statuses.count("error")) == (20, called - 20)
    assert set(statuses) == {"ok", "error", "pending"}
    assert all(row["error"]["kind"] == "auth" for row in rows if row["status"] == "pending")

    provider.answer = echo
    assert ready("run", "many.jsonl", "--only-failed", "out.jsonl").status == 0
    assert len(provider.bodies) - called == 40


def wait_until_called(provider: FakeProvider, run: subprocess.Popen[bytes]) -> None:
    """Wait until a run makes its first call, or has ended since there was nothing left to call."""
    before = len(provider.bodies)
    wait_until(lambda: len(provider.bodies) > before or run.poll() is not None)


def wait_until_printed(output: Path, run: subprocess.Popen[bytes]) -> None:
    """Wait until a run has printed something, or has ended."""
    wait_until(lambda: output.stat().st_size > 0 or run.poll() is not None)


def test_killed_at_any_moment_nothing_that_was_answered_is_called_again(ready: Scrimp, provider: FakeProvider) -> None:
    many(ready, 200)
    provider.delay = 0.01
    ever_printed: set[str] = set()
    for number in range(10):
        with (ready.cwd / "out.jsonl").open("wb") as output:
            run = ready.start("run", "many.jsonl", "-j", "4", stdout=output, stderr=subprocess.DEVNULL)
        if number:  # the first one is killed while it starts
            wait_until_called(provider, run)
        time.sleep(0.04 * number)
        if number == 9:  # the last one has printed something, however slow the machine
            wait_until_printed(ready.cwd / "out.jsonl", run)
        run.kill()
        run.wait(timeout=100)
        out = (ready.cwd / "out.jsonl").read_bytes()
        printed = {json.loads(line)["input"]["text"] for line in out.splitlines() if line.endswith(b"}")}
        kept = {
            row["input"]["text"] for row in ready("run", "many.jsonl", "--cache", "only").rows if row["status"] == "ok"
        }
        assert printed <= kept
        ever_printed |= printed
    assert ever_printed
    assert ready("run", "many.jsonl").status == 0

    assert set(provider.prompts) == {f"p{n}" for n in range(200)}
    # Each kill may lose the four calls in flight, and none that was answered.
    assert len(provider.prompts) - 200 <= 10 * 4
    db = sqlite3.connect(ready.home / "ledger.db")
    entries = dict(db.execute("SELECT status, count(*) FROM entries GROUP BY 1"))
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    assert entries["paid"] + entries.get("lost", 0) >= len(provider.prompts) - 10 * 4


def test_eight_runs_at_once_lose_nothing(ready: Scrimp) -> None:
    runs = [ready.start("run", "rows.jsonl", stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(8)]
    results = [(run.communicate(timeout=100), run.returncode) for run in runs]

    assert [status for _, status in results] == [0] * 8
    assert all(len(out.splitlines()) == 10 for (out, _), _ in results)
    lines = [line for (_, err), _ in results for line in err.splitlines() if b"lock" in line or b"warning" in line]
    assert [line for line in lines if b" that another run is calling for" not in line] == []


def run_with_room(scrimp: Scrimp, kilobytes: int, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run with a limit on the size of each file, past which writes fail as on a full disk; stdout is a pipe."""
    limited = ["bash", "-c", f'trap "" XFSZ; ulimit -f {kilobytes}; exec "$@"', "-", *scrimp.program, *words]
    return subprocess.run(
        limited, cwd=scrimp.cwd, env=scrimp.env, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )


@pytest.mark.parametrize("kilobytes", [0, 100], ids=["no file can be written", "there is no room for the journal"])
def test_on_a_full_disk_what_is_cached_is_printed_and_nothing_is_paid(
    ready: Scrimp, provider: FakeProvider, kilobytes: int
) -> None:
    ready("run", "rows.jsonl", "--limit", "1")
    ran = run_with_room(ready, kilobytes, "run", "rows.jsonl")

    assert (ran.returncode, len(ran.stdout.splitlines()), len(provider.bodies)) == (2, 1, 1), ran.stderr
    assert b"stopped, so that nothing is paid for that cannot be kept" in ran.stderr
    assert b"rerun the same command to resume" in ran.stderr


def test_what_cannot_be_kept_is_paid_for_where_that_is_allowed(ready: Scrimp, provider: FakeProvider) -> None:
    ready("run", "rows.jsonl", "--limit", "1")
    ran = run_with_room(ready, 0, "run", "rows.jsonl", "--allow-unkept")

    assert (ran.returncode, len(ran.stdout.splitlines()), len(provider.bodies)) == (0, 10, 10), ran.stderr


def _letters(seed: int) -> str:
    return "".join(random.Random(seed).choices(string.ascii_letters, k=20_000))  # what repeats would be stored in less


def test_a_disk_that_fills_up_loses_no_completion_that_was_paid_for(ready: Scrimp, provider: FakeProvider) -> None:
    # The journal's first megabyte fits; the cache's log soon does not.
    ready.file("long.jsonl", "".join(json.dumps({"text": f"{n} {_letters(n)}"}) + "\n" for n in range(400)))
    ran = run_with_room(ready, 1_100, "run", "long.jsonl", "-j", "8")
    paid, printed = len(provider.bodies), len(ran.stdout.splitlines())
    again = ready("run", "long.jsonl", "-j", "8")

    assert ran.returncode == 2, ran.stderr
    assert b"long.jsonl" in ran.stderr  # the command that resumes it
    assert 8 < paid == printed <= 400  # rarely it is full only as the last are brought to the cache
    assert (again.status, len(again.rows), len(provider.bodies)) == (0, 400, 400)
    with closing(sqlite3.connect(ready.home / "ledger.db")) as db:
        assert db.execute("SELECT status, count(*) FROM entries GROUP BY 1").fetchall() == [("paid", 400)]


@pytest.mark.parametrize(
    "words", [("ask", "hi", "--choices", "echo: hi,no"), ("models",), ("run", "rows.jsonl", "--out", "text")]
)
def test_a_closed_pipe_is_the_same_in_every_command(ready: Scrimp, words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = ready.start(*words, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    _, err = run.communicate(timeout=100)

    assert (run.returncode, b"Traceback" in err) == (141, False)


def test_rows_that_come_first_and_are_invalid_are_not_taken_for_all(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("many.jsonl", "".join(f'{{"text": "row {n}"}}\n' for n in range(300)))
    bad = {f"row {n}" for n in range(40)}
    provider.answer = lambda body: (
        error(400, "invalid_request_error", "no") if body["messages"][-1]["content"] in bad else echo(body)
    )
    ran = ready("run", "many.jsonl")

    assert [row["status"] for row in ran.rows] == ["error"] * 40 + ["ok"] * 260
    assert "fake/test-model is not called for now, a row from further on is tried: " in ran.err
    assert ran.status == 3


@pytest.mark.parametrize("answered", [0, 20])
def test_a_request_that_every_row_shares_and_is_invalid_ends_the_run(
    ready: Scrimp, provider: FakeProvider, answered: int
) -> None:
    ready.file("many.jsonl", "".join(f'{{"text": "row {n}"}}\n' for n in range(5000)))
    invalid = error(400, "invalid_request_error", "Unsupported parameter: 'top_k'")
    provider.answer = lambda body: echo(body) if len(provider.bodies) <= answered else invalid
    ran = ready("run", "many.jsonl", "-j", "8")

    # Until the doubt, in flight before and after it, from further on; anew for each good call that is answered late.
    most = (5 + 8 + 8 + 5) * (8 if answered else 1)
    assert ran.status == 4
    assert len(provider.bodies) <= answered + most
    assert "Unsupported parameter: 'top_k'" in ran.err
    assert sum(row["status"] == "error" for row in ran.rows) <= most


def test_a_doubted_model_is_called_again_once_another_has_answered_for_it(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    bad = {f"row {n}" for n in range(20)}
    provider.answer = lambda body: (
        error(400, "invalid_request_error", "no")
        if body["model"] == "test-model" and body["messages"][-1]["content"] in bad
        else echo(body)
    )
    scrimp.provider(provider.url)
    scrimp.config(
        (scrimp.home / "config.toml")
        .read_text()
        .replace('simple = ["fake/test-model"]', 'simple = ["fake/test-model", "fake/spare"]')
    )
    scrimp.file("many.jsonl", "".join(f'{{"text": "row {n}"}}\n' for n in range(400)))
    ran = scrimp("run", "many.jsonl", "--tier", "simple", "-j", "1")
    models = [row["model"] for row in ran.rows if row["status"] == "ok"]

    assert len(models) == 395  # the rows before the doubt are at fault themselves
    # One call at a time: each 32nd row at the latest is tried there, and the first that it answers ends the doubt.
    assert models.count("test-model") > 400 - 2 * 32


def test_a_completion_that_is_nested_without_end_is_one_row_and_not_the_run(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900
    provider.answer = lambda body: completion(deep if "odd" in body["messages"][-1]["content"] else "18")
    scrimp.provider(provider.url, more='[chains.c]\nsteps = ["fake/test-model", "fake/other"]\n')
    scrimp.file("rows.jsonl", "".join(json.dumps({"text": text}) + "\n" for text in ("odd", "even")))
    for flags in ((), ("--chain", "c"), ("--schema", "a, b"), ("--choices", "18,19")):
        ran = scrimp("run", "rows.jsonl", *flags, "--retries", "0")

        assert "Traceback" not in ran.err, flags
        assert len(ran.rows) == 2, ran.err


def test_a_reply_without_an_end_fails_its_row_and_the_run_goes_on(ready: Scrimp, provider: FakeProvider) -> None:
    endless = 200, {"content-type": "application/json"}, b" " * (20 << 20)
    provider.answer = lambda body: endless if "prompt 3" in body["messages"][-1]["content"] else echo(body)
    ran = ready("run", "rows.jsonl")
    (failed,) = [row for row in ran.rows if row["status"] != "ok"]

    assert (ran.status, len(ran.rows), len(provider.bodies)) == (3, 10, 10)
    assert failed["error"]["message"].startswith("the reply of fake is longer than 16 MB")
    assert "unknown" in ran.err  # what it cost


@pytest.mark.parametrize("more", [(), ("--engine", "processes", "--workers", "1")], ids=["one process", "workers"])
def test_a_generation_that_failed_and_counts_its_tokens_is_on_the_bill(
    scrimp: Scrimp, provider: FakeProvider, more: tuple[str, ...]
) -> None:
    scrimp.provider(provider.url)
    scrimp.file("q.txt", "hello\n")
    status, headers, data = completion("half", finish="error")
    broken = status, headers | {"retry-after": "0"}, data
    provider.answer = lambda body: broken if len(provider.bodies) == 1 else echo(body)
    ran = scrimp("run", "q.txt", "--summary-file", "bill.json", *more)

    (row,) = ran.rows
    assert (row["status"], row["cost_usd"], row["attempts"]) == ("ok", 0.00006, 1)  # twice 10 tokens in and 2 out
    bill = json.loads((scrimp.cwd / "bill.json").read_text())
    assert (bill["calls"]["total"], bill["calls"]["lost"], bill["cost_usd"]) == (2, 0, 0.00006)
    (total,) = json.loads(scrimp("cost", "--json").out)
    assert (total["calls"], total["lost"], total["cost_usd"], total["retries"]) == (2, 0, 0.00006, 1)
