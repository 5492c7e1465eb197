"""--dry-run: what it prints is what a run sends, byte for byte, and nothing is sent or recorded."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from command import Scrimp
from terminal import at_terminal

KEY = "sk-test-0123456789abcdef"
DIALECTS = ("openai", "anthropic", "gemini")


class Wire:
    """What arrived at a port, to the byte."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.url = ""


@pytest.fixture
def wire() -> Iterator[Wire]:
    seen = Wire()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen.requests.append((f"{self.command} {self.path}", headers, body))
            self.send_response(400)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        seen.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield seen
        server.shutdown()
        thread.join()


@pytest.fixture
def ready(scrimp: Scrimp, wire: Wire) -> Scrimp:
    scrimp.env["FAKE_KEY"] = KEY
    scrimp.config("".join(
        f'[providers.{dialect}-fake]\ndialect = "{dialect}"\nbase_url = "{wire.url}"\nkey_env = "FAKE_KEY"\n'
        f'headers = {{ "x-team" = "blue", "x-proxy-token" = "hush-hush-hush" }}\n'
        f'[models."{dialect}-fake/m"]\nprice = {{ input = 1.0, output = 10.0 }}\n'
        for dialect in DIALECTS
    ))  # fmt: skip
    scrimp.file(
        "in.jsonl", '{"id": "a", "text": "naïve \\"x\\""}\n{"id": "b", "text": "19.90"}\n{"id": "a2", "text": "z"}\n'
    )
    return scrimp


def assert_same(shown: dict[str, Any], line: str, sent: tuple[str, dict[str, str], bytes], wire: Wire) -> None:
    """Compare a printed request with one that arrived; only what holds a secret is hidden."""
    head, headers, body = sent
    assert f"{shown['method']} {shown['url']}" == head.replace("/v1", wire.url, 1)
    assert line.endswith(f'"body":{body.decode()}}}')
    assert shown["headers"].keys() == headers.keys() - {"connection"} | shown["headers"].keys() & {"connection"}
    for name, value in shown["headers"].items():
        assert value in (headers[name], "***"), name
    assert KEY in "".join(headers.values())


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "words",
    [
        (),
        ("-t", "Label: {text}", "--choices", "yes,no", "--temperature", "0.5", "--max-output", "9", "--effort", "low"),
        ("--schema", "name, age int", "--system", "Be brief.", "--max-cost", "1"),
        ("--compress", "tidy"),
    ],
)
def test_what_a_dry_run_prints_is_what_a_run_sends(
    ready: Scrimp, wire: Wire, dialect: str, words: tuple[str, ...]
) -> None:
    command = ("run", "in.jsonl", "--model", f"{dialect}-fake/m", *words, "-j", "1", "--retries", "0", "-q")
    dry = ready(*command, "--dry-run")
    assert (dry.status, wire.requests) == (0, [])
    ready(*command, "--limit", "3")

    lines = dry.out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["a", "b", "a2"]
    for line, sent in zip(lines[: len(wire.requests)], wire.requests, strict=True):
        assert_same(json.loads(line), line, sent, wire)
    assert wire.requests
    assert KEY not in dry.out + dry.err
    assert "hush" not in dry.out + dry.err


def test_a_streamed_prompt_is_shown_as_it_is_sent(ready: Scrimp, wire: Wire) -> None:
    ask = ("ask", "hi", "--model", "openai-fake/m")
    shown = at_terminal(ready, *ask, "--dry-run")
    at_terminal(ready, *ask)

    _, headers, body = wire.requests[0]
    assert json.loads(body)["stream"] is True
    for name, value in headers.items():
        assert f"{name}: {'***' if KEY in value or 'token' in name else value}" in shown, name
    assert '"stream": true' in shown
    assert KEY not in shown


def test_nothing_is_recorded_and_no_output_is_touched(ready: Scrimp, wire: Wire) -> None:
    before = ready.file("out.jsonl", "precious\n")
    dry = ready("run", "in.jsonl", "--model", "openai-fake/m", "-o", "out.jsonl", "--dry-run", "--limit", "2")

    assert len(dry.rows) == 2
    assert "nothing was sent" in dry.err
    assert before.read_text() == "precious\n"
    assert ready("cost", "--json").out == "[]\n"
    assert ready("runs", "list", "--json").out == "[]\n"
    assert wire.requests == []


def test_without_a_limit_the_first_three_rows_are_shown(ready: Scrimp) -> None:
    ready.file("many.txt", "".join(f"line {number}\n" for number in range(9)))
    dry = ready("run", "many.txt", "--model", "openai-fake/m", "--dry-run")

    assert [row["index"] for row in dry.rows] == [0, 1, 2]
    assert "--limit shows more" in dry.err
    assert len(ready("run", "many.txt", "--model", "openai-fake/m", "--dry-run", "--limit", "5").rows) == 5


def test_rows_that_would_send_nothing_say_why(ready: Scrimp, provider: Any) -> None:
    ready.provider(provider.url)
    ready.file("in.txt", "a\na\nb\n")
    ready("run", "in.txt", "--skip", "2", "-q")
    dry = ready("run", "in.txt", "--dry-run")

    assert [(row["cache"], "body" in row) for row in dry.rows] == [("miss", True), ("dup", False), ("hit", False)]
    del ready.env["FAKE_KEY"]
    without_key = ready("run", "in.txt", "--dry-run", "--limit", "1")
    assert without_key.status == 4
    assert "FAKE_KEY" in without_key.rows[0]["error"]


def test_a_chain_shows_the_calls_that_are_made_before_any_completion(ready: Scrimp) -> None:
    ready.config((ready.home / "config.toml").read_text() + (
        '[chains.two]\nsteps = ["openai-fake/m", "gemini-fake/m", "anthropic-fake/m"]\n'
        'signal = "agreement"\nparallel = true\n'
        '[chains.one]\nsteps = ["openai-fake/m", "gemini-fake/m"]\n'
    ))  # fmt: skip
    both = ready("ask", "hi", "--chain", "two", "--dry-run").rows
    assert ["generateContent" in row["url"] for row in both] == [False, True]
    assert len(ready("ask", "hi", "--chain", "one", "--dry-run").rows) == 1
