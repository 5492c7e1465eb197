"""`scrimp ask` in a shell: what is part of the prompt, and what becomes of a completion that is not read to its end."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from command import Ran, Scrimp, wait_until
from fake_provider import FakeProvider, completion, error, fake_provider
from terminal import at_terminal, without_styles


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("text.txt", "from a file\n")
    scrimp.file("a b.txt", "from another\n")
    scrimp.file("three.txt", "one\ntwo\nthree\n")
    scrimp.file("script.sh", '$S ask "first" >/dev/null\necho second line ran\n')
    return scrimp


def shell(scrimp: Scrimp, line: str) -> Ran:
    env = scrimp.env | {"S": scrimp.program[0] if len(scrimp.program) == 1 else " ".join(scrimp.program)}
    ran = subprocess.run(
        ["bash", "-c", line], cwd=scrimp.cwd, env=env, capture_output=True, timeout=100, stdin=subprocess.DEVNULL,
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
        (
            "$S ask ./text.txt",
            "./text.txt is a file, not a prompt: pipe it in, or ask about it with --context ./text.txt",
        ),
        (
            "$S ask @'a b.txt'",
            "'a b.txt' is a file, not a prompt: pipe it in, or ask about it with --context 'a b.txt'",
        ),
        ("$S ask hi -s text.txt </dev/null", "--system: text.txt is the name of a file: for its text write @text.txt"),
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
        out, err = run.communicate(timeout=100)
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
        assert run.wait(100) == 0

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


def test_an_answer_reaches_a_pipe_in_one_write_with_its_newline(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: completion("one\ntwo\nthree")
    reading, writing = os.pipe2(os.O_DIRECT)  # packets: a read returns what one write wrote
    with ready.start("ask", "hello", stdin=subprocess.DEVNULL, stdout=writing) as run:
        os.close(writing)
        written = os.read(reading, 4096), os.read(reading, 4096)
        os.close(reading)

    assert (run.returncode, written) == (0, (b"one\ntwo\nthree\n", b""))


def test_a_completion_that_was_cut_off_is_printed_and_is_a_failure(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: completion("the beginning", finish="length")
    ran = ready("ask", "hello")

    assert (ran.status, ran.out) == (4, "the beginning\n")
    assert "raise --max-output" in ran.err


class Interrupted:
    """`scrimp ask` at a moment when it waits for something, then Ctrl-C."""

    def __init__(self, scrimp: Scrimp) -> None:
        self._scrimp = scrimp

    def __call__(self, *words: str, when: Callable[[], bool], stdin: int = subprocess.DEVNULL) -> Ran:
        pipe = subprocess.PIPE
        with self._scrimp.start("ask", "hello", *words, stdin=stdin, stdout=pipe, stderr=pipe) as run:
            try:
                wait_until(when, run=run)
                run.send_signal(signal.SIGINT)
                out, err = run.communicate(timeout=100)
            finally:
                run.kill()
        return Ran(run.returncode, out.decode(), err.decode())


@pytest.fixture
def interrupted(ready: Scrimp) -> Interrupted:
    return Interrupted(ready)


def test_one_ctrl_c_ends_it_while_it_waits_for_the_reply(
    ready: Scrimp, provider: FakeProvider, interrupted: Interrupted
) -> None:
    provider.delay = 200
    ran = interrupted(when=lambda: bool(provider.bodies))
    (ledger,) = json.loads(ready("cost", "--json").out)

    assert (ran.status, ran.out) == (130, "")
    assert ran.err == "scrimp: stopped by SIGINT; nothing answered; rerun the same command to resume\n"
    assert (ledger["calls"], ledger["lost"]) == (1, 1)


def test_one_ctrl_c_ends_it_while_it_waits_to_try_again(provider: FakeProvider, interrupted: Interrupted) -> None:
    provider.answer = lambda _: error(429, headers={"retry-after": "110"})  # longer is not waited for
    ran = interrupted(when=lambda: bool(provider.bodies))

    assert (ran.status, ran.out) == (130, "")
    assert ran.err.splitlines()[-1].startswith("scrimp: stopped by SIGINT; nothing answered")


def test_one_ctrl_c_ends_it_while_it_reads_stdin(provider: FakeProvider, interrupted: Interrupted) -> None:
    reading, writing = os.pipe()
    try:
        os.write(writing, b"the beginning")
        ran = interrupted(when=lambda: not _is_readable(reading), stdin=reading)
    finally:
        os.close(reading)
        os.close(writing)

    assert ran == Ran(130, "", "")
    assert provider.bodies == []


def test_one_ctrl_c_ends_it_while_the_completion_comes(ready: Scrimp) -> None:
    with slow_stream() as (url, let_go):
        ready.provider(url)
        keyboard, terminal = pty.openpty()
        with ready.start("ask", "hello", stdin=subprocess.DEVNULL, stdout=terminal, stderr=subprocess.PIPE) as run:
            os.close(terminal)
            shown = os.read(keyboard, 100)
            run.send_signal(signal.SIGINT)
            _, err = run.communicate(timeout=100)
            let_go()
        shown += os.read(keyboard, 100)
        os.close(keyboard)
    (ledger,) = json.loads(ready("cost", "--json").out)

    assert (run.returncode, shown) == (130, b"the beginning\r\n")
    assert err == b"scrimp: stopped by SIGINT; nothing answered; rerun the same command to resume\n"
    assert (ledger["calls"], ledger["lost"]) == (1, 1)


def test_a_warning_after_a_streamed_completion_has_a_line_of_its_own(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda body: completion("no end of line", model="another")  # of which a warning tells
    shown = without_styles(at_terminal(ready, "ask", "hello"))

    assert shown.startswith("no end of line\nscrimp: warning: fake/test-model was answered by another")
    assert shown.count("\n") == 2


def _is_readable(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], 0)[0])


@contextmanager
def slow_stream() -> Iterator[tuple[str, Callable[[], None]]]:
    """Stream the first words of a completion, and nothing more until let go."""
    go = threading.Event()
    chunk = json.dumps({"choices": [{"index": 0, "delta": {"content": "the beginning"}}]})

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            self.wfile.write(f"data: {chunk}\n\n".encode())
            self.wfile.flush()
            go.wait(200)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", go.set
    finally:
        go.set()
        server.shutdown()
        server.server_close()


def test_a_completion_for_a_pipe_is_streamed_too_and_tried_again_while_nothing_was_printed(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    scrimp.provider(provider.url)
    answer = provider.answer
    provider.answer = lambda body: (0, {}, b"") if len(provider.bodies) == 1 else answer(body)
    ended = scrimp("ask", "hi")

    assert (ended.status, ended.out) == (0, "echo: hi\n")
    assert [body.get("stream") for body in provider.bodies] == [True, True]
