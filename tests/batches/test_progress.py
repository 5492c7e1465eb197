"""How far batches are: bars at a terminal, plain lines in a pipe, JSON lines for programs; and how a wait ends."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import signal
import sys
from pathlib import Path
from subprocess import DEVNULL, PIPE

import pytest

from batch_servers import COMPLETED, RUNNING, VALIDATING, OpenAIBatches, failed
from batches.test_run_batch import run
from clock import Clock
from command import Scrimp
from screen import shown
from scrimp.cli.running.batch_display import BatchDisplay, open_display
from scrimp.cli.session import open_session
from scrimp.flows.batch.shards.progress import BatchProgress, JobProgress, progress_of
from scrimp.render.progress import open_progress
from scrimp.render.streams import StreamStyle
from scrimp.store.batches.records import Job, ShardRecord
from terminal import at_terminal

SLOW = [VALIDATING, RUNNING, RUNNING, COMPLETED]


@pytest.fixture(autouse=True)
def one_of_seven_fails(server: OpenAIBatches) -> None:
    server.script = SLOW
    server.fates["prompt 0"] = [failed(400)]


def test_watch_prints_an_object_for_each_look_that_agrees_with_the_provider(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    run(batched, "--limit", "0")
    batched("batch", "submit", "rows.txt", "--model", "fake/small")
    ran = batched("batch", "watch", "--json")
    assert ran.status == 0, ran.err
    assert [(row["answered"], row["failed"], row["ended"]) for row in ran.rows] == [
        (2, 1, 0), (4, 1, 0), (7, 1, 1),
    ]  # fmt: skip
    (batch,) = server.batches.values()
    last = ran.rows[-1]
    assert last["event"] == "batches"
    assert last["requests"] == last["answered"] == len(batch.items)
    assert batch.succeeded == last["answered"] - last["failed"]
    assert [(each["id"], each["word"]) for each in last["each"]] == [(batch.id, "completed")]
    assert "answered," not in ran.err
    again = batched("batch", "watch", "--json")
    assert [row["ended"] for row in again.rows] == [1], "one object of a job that had ended before"


def test_no_more_are_answered_than_there_are_whatever_the_provider_counts() -> None:
    job = Job(job="j", created=0.0, folder="/", command=("run",), digest="")
    shard = ShardRecord(
        shard="j-001", job="j", provider="acme", model="m", path="/", requests=4, size=9, state="submitted",
        created=0.0, answered=10**12, failed=10**12,
    )  # fmt: skip

    progress = progress_of(job, [shard], {})
    assert (progress.requests, progress.answered, progress.failed) == (4, 4, 4)


def test_a_pipe_gets_a_line_at_the_beginning_and_at_the_end(batched: Scrimp) -> None:
    ran = run(batched, "--batch")
    first, *between, last = [line.rpartition(", ")[0] for line in ran.err.splitlines() if "answered" in line]
    assert (first, last) == (
        "scrimp: 0 of 1 batch ended, 2 of 7 requests answered, 1 failed",
        "scrimp: 1 of 1 batch ended, 7 of 7 requests answered, 1 failed",
    )
    # Only where it took ten seconds to get there.
    assert between in ([], ["scrimp: 0 of 1 batch ended, 4 of 7 requests answered, 1 failed"])


def test_a_program_gets_objects_on_stderr_as_it_does_for_rows(batched: Scrimp) -> None:
    ran = run(batched, "--batch", "--progress", "json", "--summary", "none", "--fail-on", "never")
    events = [json.loads(line) for line in ran.err.splitlines() if line.startswith("{")]
    names = [event["event"] for event in events]
    assert [name for name in names if name != "progress"] == ["note", "batches", "batches", "batches"]
    assert names[-1] == "progress"  # and one each second before
    assert [len(row) > 3 for row in ran.rows] == [True] * 9


def test_quiet_shows_nothing_of_it(batched: Scrimp) -> None:
    assert run(batched, "--batch", "-q", "--fail-on", "never").err == ""


@pytest.mark.parametrize(
    "words", [("run", "rows.txt", "--model", "fake/small", "--batch"), ("batch", "fetch", "--wait")]
)
def test_a_terminal_shows_bars_while_it_waits_and_a_line_once_they_are_gone(
    batched: Scrimp, words: tuple[str, ...]
) -> None:
    run(batched, "--limit", "0")
    if words[0] == "batch":
        batched("batch", "submit", "rows.txt", "--model", "fake/small")
    received = at_terminal(batched, *words, "-o", "out.jsonl")
    drawn = [frame for frame in received.split("\n") if "━" in frame and "2/7" in frame]
    assert any("0 of 1 batch ended" in frame and "1 failed" in frame for frame in drawn), received
    lines = shown(received)
    assert not any("━" in line for line in lines), lines
    (line,) = (line for line in lines if "answered" in line)
    assert re.match(r"scrimp: 1 of 1 batch ended, 7 of 7 requests answered, 1 failed, \d+:\d\d", line)
    assert lines.index(line) < next(number for number, text in enumerate(lines) if text.startswith("what"))


def test_bars_are_of_the_batches_that_have_not_ended_below_that_of_the_job(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    server.scripts = [[VALIDATING, RUNNING, COMPLETED], [VALIDATING, RUNNING, RUNNING, RUNNING, COMPLETED]]
    batched.file("rows.txt", "a\nb\nc\n")
    batched.config((batched.home / "config.toml").read_text() + '[[rules]]\nmatch = "c"\nmodel = "fake/large"\n')
    frames = at_terminal(batched, "run", "rows.txt", "--batch", "--out", "text").replace("\x1b[", " \x1b[")
    assert "0 of 2 batches ended" in frames
    assert "001 small" in frames
    assert "002 large" in frames
    after = frames[frames.index("1 of 2 batches ended") :]
    assert "002 large" in after
    assert "001 small" not in after


def test_ctrl_c_leaves_the_count_and_the_lines_to_go_on_with(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = [VALIDATING, RUNNING]  # for ever
    run(batched, "--limit", "0")
    batched("batch", "submit", "rows.txt", "--model", "fake/small")
    watching = batched.start("batch", "watch", "--json", stdout=PIPE, stderr=PIPE)
    assert watching.stdout is not None
    first = json.loads(watching.stdout.readline())
    watching.send_signal(signal.SIGINT)
    out, err = watching.communicate(timeout=100)
    assert watching.returncode == 6, err
    assert f"scrimp batch watch {first['job']}" in err.decode()
    assert all(json.loads(line)["event"] == "batches" for line in out.splitlines())


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


def progress(answered: int, requests: int = 1000) -> JobProgress:
    batch = BatchProgress(
        batch="b1-001", provider="fake", model="small", id="x", state="submitted", word="running", requests=requests,
        answered=answered, failed=0, wanted=requests, begun=1000.0, ended=None,
    )  # fmt: skip
    return JobProgress(job="b1", begun=1000.0, batches=(batch,))


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clock: Clock) -> tuple[BatchDisplay, io.StringIO]:
    monkeypatch.setenv("SCRIMP_HOME", str(tmp_path))
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with open_session() as session:
        session.services.clock = clock
        under = open_progress(stream, "none", lambda: (None, False), StreamStyle(terminal=False, color=False))
        return open_display(session, under, "auto", to_stdout=False), stream


def test_a_day_in_a_pipe_is_some_hundred_lines_however_often_there_is_news(
    lines: tuple[BatchDisplay, io.StringIO], clock: Clock
) -> None:
    display, stream = lines
    for minute in range(24 * 60):
        display.tell(progress(minute, 10_000))
        clock.now += 60
    display.close()
    printed = stream.getvalue().splitlines()
    assert 50 < len(printed) < 200
    assert "1,439 of 10,000 requests answered, 24:00:00" in printed[-1]


def test_silence_is_told_once_an_hour(lines: tuple[BatchDisplay, io.StringIO], clock: Clock) -> None:
    display, stream = lines
    for _ in range(3 * 60 + 1):
        display.tell(progress(5))
        clock.now += 60
    display.close()
    printed = stream.getvalue().splitlines()
    assert len(printed) == 4
    assert printed[-1].endswith("3:00:00, nothing new for 3:00:00")


def test_the_last_count_comes_before_what_to_do_next(batched: Scrimp) -> None:
    run(batched, "--limit", "0")
    batched("batch", "submit", "rows.txt", "--model", "fake/small")
    *_, count, then = (line for line in shown(at_terminal(batched, "batch", "watch")) if line)
    assert "1 of 1 batch ended" in count
    assert "scrimp batch fetch" in then


def test_a_job_that_was_begun_quietly_is_watched_and_fetched_as_these_commands_say(batched: Scrimp) -> None:
    run(batched, "--limit", "0")
    assert batched("batch", "submit", "rows.txt", "--model", "fake/small", "-q").err == ""
    assert "1 of 1 batch ended" in batched("batch", "watch").err
    assert "total" in batched("batch", "fetch").err
    assert batched("batch", "fetch", "-q").err == ""


def test_no_bar_of_rows_stands_still_while_nothing_of_them_can_come(batched: Scrimp) -> None:
    run(batched, "--limit", "0")
    received = at_terminal(batched, "batch", "submit", "rows.txt", "--model", "fake/small")
    assert " rows " not in received.partition("requests in 1 batch")[2], received


def test_no_bars_are_drawn_where_a_filter_prints_the_rows_on_the_same_terminal(batched: Scrimp) -> None:
    run(batched, "--limit", "0")
    words = ("run", "rows.txt", "--model", "fake/small", "--batch")
    lines = at_terminal(batched, *words, through="cut -c1-18").splitlines()

    assert len([line for line in lines if line.startswith('{"v":1,"index":')]) == 9
    assert [line.rpartition(", ")[0].rpartition(": ")[2] for line in lines if "answered" in line]
    assert "\x1b[1A" not in "".join(lines)
    assert "\u2501" not in "".join(lines)


def test_a_terminal_that_is_gone_ends_no_watching(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = [VALIDATING, *[RUNNING] * 40, COMPLETED]
    run(batched, "--limit", "0")
    batched("batch", "submit", "rows.txt", "--model", "fake/small")
    master, slave = pty.openpty()
    batched.env["TERM"] = "xterm"
    with (batched.cwd / "out").open("wb") as out:
        watching = batched.start("batch", "watch", stdin=DEVNULL, stdout=out, stderr=slave)
    os.close(slave)
    received = b""
    while "━".encode() not in received:
        received += os.read(master, 65_536)
    os.close(master)
    assert watching.wait(timeout=100) == 0
    assert [row["status"] for row in batched("batch", "fetch").rows].count("ok") == 7
