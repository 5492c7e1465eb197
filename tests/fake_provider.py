"""A provider on localhost, faked at the wire: speaks OpenAI's chat completions, counts calls, fails when told to."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Reply = tuple[int, dict[str, str], bytes]


def completion(
    text: str, *, model: str = "test-model", prompt_tokens: int = 10, finish: str = "stop", **more: Any
) -> Reply:
    """A whole chat completion, as OpenAI writes it."""
    body = {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_000_000, "model": model,
        "choices": [
            {"index": 0, "finish_reason": finish, "logprobs": None,
             "message": {"role": "assistant", "content": text, "refusal": None}}
        ],
        "usage": {"prompt_tokens": prompt_tokens, "completion_tokens": 2, "total_tokens": prompt_tokens + 2},
    } | more  # fmt: skip
    return 200, {"content-type": "application/json"}, json.dumps(body).encode()


def error(status: int, code: str = "", message: str = "no", headers: dict[str, str] | None = None) -> Reply:
    """An error in OpenAI's envelope."""
    body = {"error": {"message": message, "type": code or "error", "param": None, "code": code or None}}
    return status, {"content-type": "application/json"} | (headers or {}), json.dumps(body).encode()


def echo(body: dict[str, Any]) -> Reply:
    """Answer with the prompt itself."""
    return completion("echo: " + body["messages"][-1]["content"], model=body["model"])


def as_events(reply: Reply) -> Reply:
    """Return a whole completion as the events of a streamed one: a delta for each line, then the usage."""
    status, headers, data = reply
    if status != 200 or headers.get("content-type") != "application/json":
        return reply
    whole = json.loads(data)
    head = {"id": whole["id"], "object": "chat.completion.chunk", "created": whole["created"], "model": whole["model"]}
    choice = whole["choices"][0]
    pieces = [*choice["message"]["content"].splitlines(keepends=True), None]  # None: the last delta is empty
    chunks = [
        head | {"choices": [{
            "index": 0, "delta": {} if piece is None else {"content": piece},
            "finish_reason": choice["finish_reason"] if piece is None else None,
        }]}
        for piece in pieces
    ]  # fmt: skip
    events = [*map(json.dumps, [*chunks, head | {"choices": [], "usage": whole["usage"]}]), "[DONE]"]
    return 200, {"content-type": "text/event-stream"}, "".join(f"data: {event}\n\n" for event in events).encode()


class FakeProvider:
    """What the server saw; `answer` decides what it says."""

    def __init__(self, answer: Callable[[dict[str, Any]], Reply]) -> None:
        self.answer = answer
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []  # as they were requested: a whole URL where this is a proxy
        self.url = ""
        self.delay = 0.0
        self.at_once = self.most_at_once = 0  # calls in flight, now and at the most
        self._lock = threading.Lock()
        self._free, self._go_on = 0, threading.Event()
        self._go_on.set()

    def hold(self, *, after: int = 0) -> threading.Event:
        """Let calls after the first few wait until the event is set: what comes in between is sure to come then."""
        with self._lock:
            self._free, self._go_on = after, threading.Event()
            return self._go_on

    @property
    def prompts(self) -> list[str]:
        return [body["messages"][-1]["content"] for body in self.bodies]

    def saw(self, headers: dict[str, str], body: dict[str, Any], path: str = "") -> None:
        with self._lock:
            self.bodies.append(body)
            self.paths.append(path)
            self.headers.append(headers)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            go_on = self._go_on if len(self.bodies) > self._free else None
        if go_on is not None:
            go_on.wait(timeout=100)  # whoever set no event has failed before

    def done(self) -> None:
        with self._lock:
            self.at_once -= 1


@contextmanager
def fake_provider(
    answer: Callable[[dict[str, Any]], Reply] = echo, *, tls: tuple[Path, Path] | None = None
) -> Iterator[FakeProvider]:
    """Run a provider for the length of a test, over https if its certificate and its key are given."""
    provider = FakeProvider(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or a body waits 40 ms for the client to acknowledge its headers

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            provider.saw({name.lower(): value for name, value in self.headers.items()}, body, self.path)
            if provider.delay:
                time.sleep(provider.delay)
            reply = provider.answer(body)
            status, headers, data = as_events(reply) if body.get("stream") else reply
            provider.done()
            if status == 0:  # hang up without a word
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            try:
                self.wfile.write(data)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def do_DELETE(self) -> None:
            body = {"deleted": self.path}
            provider.saw({name.lower(): value for name, value in self.headers.items()}, body, self.path)
            status, _, data = provider.answer(body)
            provider.done()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, request: object, client_address: object) -> None:  # a client may be killed
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    provider.url = f"http{'' if tls is None else 's'}://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
