"""A store that cannot be opened or written is named in one sentence, with the way out; there is no traceback."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from command import Scrimp
from fake_provider import FakeProvider

COMMANDS = ("cache stats", "cache get 00ff", "cache rm 00ff", "cache prune --older 1d", "cache export", "cost")


def homes(scrimp: Scrimp) -> dict[str, str]:
    """Return homes whose stores no user can write, root included: a directory where the file belongs, or no folder."""
    blocked = scrimp.cwd / "blocked"
    for name in ("cache.db", "ledger.db"):
        (blocked / name).mkdir(parents=True)
    return {"directory": str(blocked), "file": "/dev/null/home"}


@pytest.mark.parametrize("kind", ["directory", "file"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_needs_it_says_which_and_what_to_do(scrimp: Scrimp, command: str, kind: str) -> None:
    scrimp.env["SCRIMP_HOME"] = homes(scrimp)[kind]
    ended = scrimp(*command.split())

    assert ended.status == 2
    assert ended.out == ""
    assert ended.err.startswith(f"scrimp: {scrimp.env['SCRIMP_HOME']}/")
    assert ended.err.endswith("set SCRIMP_HOME to a writable directory\n")
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(
    "command", ["run q.txt -q", "run q.txt -q --allow-unkept", "run q.txt --cache only", "ask hi", "estimate q.txt"]
)
def test_nothing_is_paid_for_where_the_cache_of_a_writable_home_cannot_be_opened(
    scrimp: Scrimp, provider: FakeProvider, command: str
) -> None:
    """Each rerun would pay for the same rows anew, and with `-q` nobody would know."""
    scrimp.provider(provider.url)
    scrimp.file("q.txt", "hello\n")
    (scrimp.home / "cache.db").mkdir()
    ended = scrimp(*command.split())

    assert (ended.status, ended.out, provider.bodies) == (2, "", [])
    assert ended.err.startswith(f"scrimp: {scrimp.home}/cache.db cannot be used")
    assert ended.err.endswith("; `--cache off` does without it\n")
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("kind", ["newer", "text", "directory"])
@pytest.mark.parametrize("command", ["run q.txt -q", "ask hello"])
def test_nothing_is_paid_for_where_the_ledger_cannot_be_opened(
    scrimp: Scrimp, provider: FakeProvider, kind: str, command: str
) -> None:
    scrimp.provider(provider.url)
    scrimp.file("q.txt", "hello\n")
    path = scrimp.home / "ledger.db"
    if kind == "newer":
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA user_version = 99")
    elif kind == "text":
        path.write_text("this is not a database at all\n")
    else:
        path.mkdir()
    ended = scrimp(*command.split())

    assert (ended.status, provider.bodies) == (2, [])
    assert "stopped, so that nothing is paid for that cannot be kept" in ended.err
    assert "Traceback" not in ended.err


def test_doctor_reports_both_and_goes_on(scrimp: Scrimp) -> None:
    scrimp.env["SCRIMP_HOME"] = homes(scrimp)["directory"]
    scrimp.env["OPENAI_API_KEY"] = "sk-test-0123456789abcdef"  # or the tiers are broken, too
    ended = scrimp("doctor")

    assert ended.status == 2
    assert [line.split(":")[0] for line in ended.out.splitlines() if line.startswith("broken")] == [
        "broken cache", "broken ledger",
    ]  # fmt: skip
    assert "tiers:" in ended.out
    assert "Traceback" not in ended.out + ended.err
    assert (Path(scrimp.env["SCRIMP_HOME"]) / "cache.db").is_dir()
