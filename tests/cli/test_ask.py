"""`scrimp ask` in a shell: what is part of the prompt, and what becomes of a completion that is not read to its end."""

from __future__ import annotations

import json
import os
import pty
import subprocess

import pytest

from command import Ran, Scrimp
from fake_provider import FakeProvider, completion, fake_provider


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("text.txt", "from a file\n")
    scrimp.file("three.txt", "one\ntwo\nthree\n")
    scrimp.file("script.sh", '$S ask "first" >/dev/null\necho second line ran\n')
    return scrimp


def shell(scrimp: Scrimp, line: str) -> Ran:
    env = scrimp.env | {"S": scrimp.program[0] if len(scrimp.program) == 1 else " ".join(scrimp.program)}
    ran = subprocess.run(
        ["bash", "-c", line], cwd=scrimp.cwd, env=env, capture_output=True, timeout=50, stdin=subprocess.DEVNULL,
        check=False,
    )  # fmt: skip
    return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


@pytest.mark.parametrize(
    ("line", "prompts"),
    [
        ("printf 'piped\\n' | $S ask the words", ["the words\n\npiped"]),
        ("printf 'piped' | $S ask", ["piped"]),
        ("printf 'piped' | $S ask -", ["piped"]),
        ("printf 'piped' | $S ask before - after it", ["before\n\npiped\n\nafter it"]),
        ("printf '' | $S ask the words", ["the words"]),
        ("$S ask the words <<<'a here-document'", ["the words\n\na here-document"]),
        ("$S ask the words <text.txt", ["the words\n\nfrom a file"]),
        ("mkfifo f; printf 'through a fifo' >f & $S ask the words <f", ["the words\n\nthrough a fifo"]),
        ("$S ask the words </dev/null", ["the words"]),
        ("$S ask the words <&-", ["the words"]),
        ('while read -r q; do $S ask "$q"; done <three.txt', ["one", "two", "three"]),
        ("exec <three.txt; read -r _; $S ask the words", ["the words"]),
        ("bash <script.sh", ["first"]),
    ],
)
def test_what_is_given_to_it_is_part_of_the_prompt_and_what_is_not_is_left_alone(
    ready: Scrimp, provider: FakeProvider, line: str, prompts: list[str]
) -> None:
    ran = shell(ready, line)

    assert (ran.status, ran.err) == (0, "")
    assert provider.prompts == prompts
    if "script.sh" in line:
        assert ran.out == "second line ran\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("$S ask - <&-", "-: stdin is closed: pipe something in, or leave the - out"),
        ("$S ask the words - <&-", "-: stdin is closed: pipe something in, or leave the - out"),
        ("$S ask <&-", "no prompt: write it after `scrimp ask`, or pipe it in"),
        ("$S ask </dev/null", "no prompt: write it after `scrimp ask`, or pipe it in"),
        ("printf ' \\n' | $S ask", "no prompt: write it after `scrimp ask`, or pipe it in"),
        ("printf 'a\\377' | $S ask the words", "stdin: byte 2 is not UTF-8: convert it"),
    ],
)
def test_a_prompt_that_cannot_be_had_is_a_sentence_and_no_call(
    ready: Scrimp, provider: FakeProvider, line: str, message: str
) -> None:
    ran = shell(ready, line)

    assert (ran.status, ran.out, ran.err) == (2, "", f"scrimp: {message}\n")
    assert provider.bodies == []


def test_a_terminal_is_not_waited_for(ready: Scrimp, provider: FakeProvider) -> None:
    keyboard, terminal = pty.openpty()
    try:
        run = ready.start("ask", "the words", stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = run.communicate(timeout=30)
    finally:
        os.close(keyboard)
        os.close(terminal)

    assert (run.returncode, out, err) == (0, b"echo: the words\n", b"")
    assert provider.prompts == ["the words"]


def test_a_pipe_that_stays_silent_is_waited_for_and_that_is_said(ready: Scrimp, provider: FakeProvider) -> None:
    pipe = subprocess.PIPE
    with ready.start("ask", "the words", stdin=pipe, stdout=pipe, stderr=pipe) as run:
        assert run.stdin is not None
        assert run.stderr is not None
        told = run.stderr.readline()
        assert provider.bodies == []
        run.stdin.write(b"late")
        run.stdin.close()
        assert run.wait(30) == 0

    assert told.startswith(b"scrimp: waiting for stdin")
    assert b"</dev/null" in told
    assert provider.prompts == ["the words\n\nlate"]


@pytest.mark.parametrize("line", ["$S ask four | head -1", "$S ask four | true", "$S ask four >/dev/full"])
def test_a_completion_that_was_paid_for_is_kept_whoever_stops_reading(scrimp: Scrimp, line: str) -> None:
    with fake_provider(lambda _: completion("one\ntwo\nthree\nfour" + "." * 100_000)) as provider:
        scrimp.provider(provider.url)
        ran = [shell(scrimp, f"set -o pipefail; {line}") for _ in range(3)]
        (ledger,) = json.loads(scrimp("cost", "--json").out)
        whole = scrimp("ask", "four", "--cache", "only")

    assert len(provider.bodies) == 1
    assert (ledger["calls"], ledger["failed"], ledger["lost"]) == (1, 0, 0)
    assert ledger["cost_usd"] > 0
    assert whole.out.startswith("one\ntwo\nthree\nfour.")
    assert "Traceback" not in "".join(each.err for each in ran)
    if "/dev/full" in line:
        assert [each.status for each in ran] == [2, 2, 2]
        assert all("cannot be written (No space left on device)" in each.err for each in ran)
    else:
        assert [(each.status in (0, 141), each.err) for each in ran] == [(True, "")] * 3
