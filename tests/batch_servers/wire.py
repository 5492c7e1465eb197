"""HTTP on a local port: requests in, replies out, replies that end too early."""

from __future__ import annotations

import threading
from collections.abc import Callable
from email.parser import BytesHeaderParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from msgspec import Struct, field


class Request(Struct, frozen=True):
    """A request as it came; the names of headers are lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Reply(Struct, frozen=True):
    """A reply; with `sent` it ends after so many bytes of its body."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None

    def cut(self, at: int, *, says_so: bool) -> Reply:
        """Return the reply ended too early, with or without its whole length announced."""
        if says_so:
            return Reply(self.status, self.body, self.headers, at)
        return Reply(self.status, self.body[:at], self.headers)


def as_json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, msgspec.json.encode(value), {"content-type": "application/json"} | (headers or {}))


def form_parts(request: Request) -> dict[str, tuple[str, bytes]]:
    """Return the parts of a multipart form: name to the file's name, if it has one, and the content."""
    kind, _, parameters = request.headers.get("content-type", "").partition("boundary=")
    if not kind.startswith("multipart/form-data"):
        return {}
    boundary = b"--" + parameters.split(";")[0].strip().strip('"').encode()
    found = {}
    for part in (b"\r\n" + request.body).split(b"\r\n" + boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head + b"\r\n\r\n")
        name = headers.get_param("name", header="content-disposition")
        found[str(name)] = (headers.get_filename() or "", content)
    return found


def page(request: Request, found: list[dict[str, Any]], limit: int) -> Reply:
    """Return a page of a list as OpenAI does, after the one that was seen last."""
    limit = int(request.query.get("limit", limit))
    after = request.query.get("after")
    ids = [one["id"] for one in found]
    start = ids.index(after) + 1 if after in ids else 0
    shown = found[start : start + limit]
    return as_json({
        "object": "list", "data": shown, "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None, "has_more": start + limit < len(found),
    })  # fmt: skip


class Wire:
    """A server in threads, one request of a connection after the other."""

    def __init__(self, serve: Callable[[Request], Reply | None]) -> None:
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"serve": staticmethod(serve)}))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client may be killed, and a bug of the server is a 500 to its client."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    serve: Callable[[Request], Reply | None]

    def answer(self) -> None:
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self._body(headers)
        try:
            reply = self.serve(Request(self.command, unquote(url.path), dict(parse_qsl(url.query)), headers, body))
        except Exception as error:  # noqa: BLE001 - told to the client, so that the test fails with its words
            reply = Reply(500, f"the server of the test failed: {error!r}".encode())
        if reply is None:
            self.close_connection = True
            return
        self._write(reply)

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the base class calls them so

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(headers.get("content-length", "0")))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        try:
            self.wfile.write(reply.body if reply.sent is None else reply.body[: reply.sent])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        if reply.sent is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        pass
