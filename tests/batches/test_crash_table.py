"""Killed at any moment of a batch, the same command goes on: nothing is submitted or run twice, and nothing lost."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import count

import pytest

from batch_servers import AnthropicBatches, BatchServer, OpenAIBatches
from batches.preset_config import configure_preset
from batches.test_every_api import SERVERS
from command import Ran, Scrimp

RUN = ("run", "rows.txt", "--model", "fake/small", "--batch")
CLIMB = ("run", "rows.txt", "--chain", "climb", "--choices", "yes,no", "--batch")
PROMPTS = ["prompt 1", "prompt 2"]
OTHERS = ("gemini/gemini-3.8-flash", "mistral/mistral-small-2603", "openrouter/openai/gpt-6-luna")
ENDS: dict[str, Sequence[str]] = {
    "the same command": (), "watch, then fetch": ("watch", "fetch"), "fetch --wait": ("fetch --wait",),
}  # fmt: skip


def later(scrimp: Scrimp, seconds: int = 3600) -> None:
    """Let time pass: what was just created is listed by then."""
    with closing(sqlite3.connect(scrimp.home / "batches.db")) as db, db:
        db.execute("UPDATE shards SET created = created - ? WHERE state = 'creating'", (seconds,))


def begun(scrimp: Scrimp) -> bool:
    """Return whether a job is in the store."""
    if not (scrimp.home / "batches.db").exists():
        return False
    with closing(sqlite3.connect(scrimp.home / "batches.db")) as db:
        tables = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchall()
        return bool(tables and db.execute("SELECT 1 FROM jobs WHERE ended IS NULL").fetchall())


def go_on(scrimp: Scrimp, words: Sequence[str], end: Sequence[str]) -> Ran:
    """Go on with a job after a kill, as its user may; return what printed the rows."""
    if (scrimp.home / "batches.db").exists():
        later(scrimp)
    if not end or not begun(scrimp):
        return scrimp(*words)
    for command in end:
        ran = scrimp("batch", *command.split())
    return ran


def check(scrimp: Scrimp, server: BatchServer, ran: Ran, *, runs: int, batches: int, rows: int = len(PROMPTS)) -> None:
    """Check that every row was answered once, by as many runs of models in as many batches as needed."""
    assert ran.status == 0, ran.err
    assert [row["status"] for row in ran.rows] == ["ok"] * rows, ran.err
    assert len(server.batches) == batches
    assert len(server.runs) == runs, server.runs
    assert not server.live_prompts
    with closing(sqlite3.connect(scrimp.home / "ledger.db")) as db:
        entries = db.execute("SELECT call, status FROM entries").fetchall()
    assert len({call for call, _ in entries}) == len(entries) == runs, entries
    assert {status for _, status in entries} == {"paid"}


def refresh(scrimp: Scrimp, server: BatchServer) -> None:
    """Forget all that was done, for the next death."""
    for path in scrimp.home.rglob("*"):
        if path.is_file() and path.name != "config.toml":
            path.unlink()
    server.runs.clear()
    server.batches.clear()


def deaths(
    scrimp: Scrimp, server: BatchServer, words: Sequence[str], again: Callable[[], Ran], *, runs: int, batches: int,
    share: tuple[int, int],
) -> list[str]:  # fmt: skip
    """Kill a command at its moments, go on with it, and return what it died of, until a run completes.

    Of the moments only a `share` is tried: (1, 3) is the second of each three; others have the rest. With ALL_DEATHS
    in the environment all are tried.
    """
    first, every = (0, 1) if "ALL_DEATHS" in os.environ else share
    numbers, died = count(first, every), list[str]()
    while (ran := dying(scrimp, server, words, next(numbers))).status == -signal.SIGKILL:
        died.append((scrimp.cwd / "died").read_text())
        try:
            check(scrimp, server, again(), runs=runs, batches=batches)
        except AssertionError as error:
            raise AssertionError(f"killed before {died[-1]}, the {len(died)}th that was tried: {error}") from error
    check(scrimp, server, ran, runs=runs, batches=batches)
    return died


def dying(scrimp: Scrimp, server: BatchServer, words: Sequence[str], number: int) -> Ran:
    """Run a command that is killed before one of the things it does."""
    refresh(scrimp, server)
    scrimp.env |= {"DIES_AT": str(number), "DIED_AT": str(scrimp.cwd / "died")}
    return scrimp.amid(*words, prepared="dying")


@pytest.mark.parametrize("nth", range(len(ENDS)), ids=ENDS)
def test_a_kill_at_any_write_loses_nothing_and_repeats_nothing(
    batched: Scrimp, server: OpenAIBatches, nth: int
) -> None:
    batched.file("rows.txt", "\n".join(PROMPTS))
    end = [*ENDS.values()][nth]
    died = deaths(
        batched, server, RUN, lambda: go_on(batched, RUN, end), runs=2, batches=1, share=(nth, len(ENDS))
    )  # fmt: skip
    assert len(died) >= 9


def test_a_kill_in_any_rung_of_a_chain_repeats_no_rung(batched: Scrimp, server: OpenAIBatches) -> None:
    """The first row goes up to the large model, the second is asked once more in other words."""
    server.answer = lambda model, prompt: "maybe" if model == "small" and "1" in prompt else "yes"
    batched.file("rows.txt", "\n".join(PROMPTS))
    died = deaths(batched, server, CLIMB, lambda: go_on(batched, CLIMB, ()), runs=4, batches=3, share=(1, 7))
    assert len(died) >= 8


@pytest.fixture
def anthropic(scrimp: Scrimp) -> Iterator[AnthropicBatches]:
    with AnthropicBatches() as server:
        configure_preset(scrimp, server.url, "anthropic/claude-haiku-5-5", "")
        scrimp.file("rows.txt", "\n".join(PROMPTS))
        scrimp.file("others.txt", "other 1\nother 2\n")
        yield server


HAIKU = ("--model", "anthropic/claude-haiku-5-5", "--batch")
CREATION = 5  # the moment of a run at which its first request is sent


def test_a_kill_is_survived_where_batches_have_no_names(scrimp: Scrimp, anthropic: AnthropicBatches) -> None:
    words = ("run", "rows.txt", *HAIKU)
    died = deaths(scrimp, anthropic, words, lambda: go_on(scrimp, words, ()), runs=2, batches=1, share=(1, 4))
    assert len(died) >= 5


@pytest.mark.parametrize("nth", range(len(OTHERS)), ids=OTHERS)
def test_a_kill_at_any_write_loses_nothing_and_repeats_nothing_at_other_apis(
    scrimp: Scrimp, nth: int
) -> None:  # fmt: skip
    model = OTHERS[nth]
    with SERVERS[model]() as server:
        configure_preset(scrimp, server.url, model, "")
        scrimp.file("rows.txt", "\n".join(PROMPTS))
        words = ("run", "rows.txt", "--model", model, "--batch")
        end = [*ENDS.values()][nth]
        died = deaths(scrimp, server, words, lambda: go_on(scrimp, words, end), runs=2, batches=1, share=(nth, 10))
        assert len(died) >= 2


@pytest.mark.parametrize(("sent", "swapped"), [((True, True), True), ((True, False), True), ((False, True), False)])
def test_equal_batches_of_a_provider_without_names_are_told_apart_by_their_results(
    scrimp: Scrimp, anthropic: AnthropicBatches, sent: tuple[bool, bool], swapped: bool
) -> None:
    """Both commands are killed around the creation of their batches, which was sent or not."""
    commands = [(("run", "rows.txt", *HAIKU), "prompt 1"), (("run", "others.txt", *HAIKU), "other 1")]
    scrimp.env |= {"DIED_AT": str(scrimp.cwd / "died")}
    for (words, _), was_sent in zip(commands, sent, strict=True):
        scrimp.env["DIES_AT"] = str(CREATION + was_sent)
        assert scrimp.amid(*words, prepared="dying").status == -signal.SIGKILL
        assert (scrimp.cwd / "died").read_text() == ("BatchStore.save_shard" if was_sent else "BatchWire._send")
    assert len(anthropic.batches) == sum(sent)
    anthropic.before["list"] = anthropic.advance  # they go on though nobody knows by which name to look at them
    for words, prompt in commands[::-1] if swapped else commands:
        ran = scrimp(*words)
        assert (ran.status, ran.rows[0]["output"]) == (0, f"echo: {prompt}"), ran.err
    assert sorted(anthropic.billed.values()) == [1, 1, 1, 1]
    assert len(anthropic.batches) == 2
