from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from raw_server import raw_server, refusing_port
from scrimp.errors import ConfigError
from scrimp.failures import is_retryable
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.transport.faults import FaultError
from scrimp.transport.http.certificates import extra_certificates
from scrimp.transport.http.client import HttpClient, build_engine
from scrimp.transport.http.proxies import read_proxies


def send(
    url: str, *, timeout: float = 100, secrets: dict[str, str] | None = None, env: Mapping[str, str] = {}
) -> HttpReply:  # fmt: skip
    async def main() -> HttpReply:
        http = HttpClient(build_engine(env, timeout=timeout), read_proxies(env))
        try:
            endpoint = Endpoint(name="acme", dialect="openai", base_url=url)
            return await http.send(HttpRequest(url=url, body=b"{}"), endpoint, secrets or {})
        finally:
            await http.close()

    return asyncio.run(main())


def receive_events(url: str) -> list[str | HttpReply]:
    async def main() -> list[str | HttpReply]:
        http = HttpClient(build_engine({}, timeout=60))
        try:
            endpoint = Endpoint(name="acme", dialect="openai", base_url=url)
            return [event async for event in http.events(HttpRequest(url=url, body=b"{}"), endpoint, {})]
        finally:
            await http.close()

    return asyncio.run(main())


def test_a_reply_comes_back_whatever_its_status() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno")

    with raw_server(talk) as port:
        reply = send(f"http://127.0.0.1:{port}/v1")

    assert (reply.status, reply.body, reply.headers["retry-after"]) == (429, b"no", "7")


@pytest.mark.parametrize("value", ["caf\u00e9".encode("latin-1"), "caf\u00e9".encode(), b"\xff\xfe"])
def test_a_header_that_is_not_ascii_costs_no_reply(value: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-By: " + value + b"\r\nX-Cost: 7\r\nContent-Length: 2\r\n\r\n{}")

    with raw_server(talk) as port:
        reply = send(f"http://127.0.0.1:{port}/v1")
    with raw_server(talk) as port:
        (streamed,) = receive_events(f"http://127.0.0.1:{port}/v1")

    assert isinstance(streamed, HttpReply)
    for each in (reply, streamed):
        assert (each.status, each.body, each.headers["x-cost"]) == (200, b"{}", "7")


def test_a_refused_connection_was_not_sent_and_the_message_says_what_to_check() -> None:
    said = r"acme could not be reached at http://127\.0\.0\.1.*refused.*check the network"
    with refusing_port() as port, pytest.raises(FaultError, match=said) as caught:
        send(f"http://127.0.0.1:{port}/v1")
    assert is_retryable(caught.value.failure)
    assert not caught.value.failure.sent


def test_a_proxy_that_wants_a_password_for_its_tunnel_ends_the_calls() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    with raw_server(talk) as port, pytest.raises(FaultError) as caught:
        send("https://provider.test/v1", env={"HTTPS_PROXY": f"http://ann:hunter2@127.0.0.1:{port}"})
    failure = caught.value.failure
    assert (failure.kind, failure.http, failure.sent) == ("auth", 407, False)
    assert "the proxy before acme wants a user and a password (407); put USER:PASSWORD@" in failure.message
    assert failure.message.endswith(" before its host in HTTPS_PROXY")


def test_a_server_of_an_old_tls_is_told_which_versions_there_are() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(bytes.fromhex("15030300020246"))  # a fatal alert: protocol_version

    with raw_server(talk) as port, pytest.raises(FaultError, match=r": it must offer TLS 1\.2 or 1\.3$") as caught:
        send(f"https://127.0.0.1:{port}/v1")
    assert not caught.value.failure.sent


def test_a_password_in_the_url_is_not_in_the_message() -> None:
    with refusing_port() as port, pytest.raises(FaultError) as caught:
        send(f"http://ada:hunter2@127.0.0.1:{port}/v1")
    assert "hunter2" not in caught.value.failure.message


def test_an_incomplete_body_may_have_been_billed() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":')

    with raw_server(talk) as port, pytest.raises(FaultError, match="broke before the reply was complete") as caught:
        send(f"http://127.0.0.1:{port}/v1")
    assert caught.value.failure.sent


def test_silence_after_the_request_is_a_timeout_that_may_have_been_billed() -> None:
    heard = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        heard.wait(100)

    with raw_server(talk) as port:
        with pytest.raises(FaultError, match="did not answer in time") as caught:
            send(f"http://127.0.0.1:{port}/v1", timeout=0.3)
        heard.set()
    assert (caught.value.failure.kind, caught.value.failure.sent) == ("timeout", True)


def test_a_redirect_is_not_followed_with_the_key() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")

    with raw_server(talk) as port:
        assert send(f"http://127.0.0.1:{port}/v1", secrets={"authorization": "Bearer sk-1"}).status == 302


def test_every_call_of_one_client_has_its_own_address_key_and_headers() -> None:
    came: list[tuple[str, str | None, str | None]] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((self.path, self.headers["authorization"], self.headers["x-run"]))
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    calls = [("/a", "one", None), ("/a", "two", None), ("/b", "one", None), ("/a", "one", "7")]

    async def main(url: str) -> None:
        http = HttpClient(build_engine({}, timeout=60))
        endpoint = Endpoint(name="acme", dialect="openai", base_url=url)
        for path, key, run in 2 * calls:
            headers = {} if run is None else {"X-Run": run}
            request = HttpRequest(url=url + path, body=b"{}", headers=headers)
            assert (await http.send(request, endpoint, {"Authorization": key})).status == 200
        await http.close()

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            asyncio.run(main(f"http://127.0.0.1:{server.server_port}"))
        finally:
            server.shutdown()

    assert came == 2 * calls


def test_an_unusable_url_names_the_setting() -> None:
    with pytest.raises(FaultError, match="base_url"):
        send("llm.example.com/v1")


@pytest.mark.parametrize(("text", "reason"), [(None, "cannot be read"), ("no certificate", "no PEM certificate")])
def test_an_unusable_certificate_bundle_is_named(tmp_path: Path, text: str | None, reason: str) -> None:
    bundle = tmp_path / "ca.pem"
    if text is not None:
        bundle.write_text(text)

    with pytest.raises(ConfigError, match=f"SSL_CERT_FILE names .*{reason}"):
        (extra_certificates({"SSL_CERT_FILE": str(bundle)}))


def test_a_system_without_certificate_authorities_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # The engine looks for the system's own in these variables of the process.
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))

    with pytest.raises(ConfigError, match=r"no https address can be called .*install your system's ca-certificates"):
        build_engine({}, timeout=1)


def test_a_stream_is_passed_on_event_by_event() -> None:
    heard = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: first\n\n")
        heard.wait(100)  # the second piece is sent only after the first was heard
        connection.sendall(b"data: second\n\n")

    async def main(url: str) -> list[str | HttpReply]:
        http = HttpClient(build_engine({}, timeout=60))
        endpoint = Endpoint(name="acme", dialect="openai", base_url=url)
        pieces = []
        async for piece in http.events(HttpRequest(url=url, body=b"{}"), endpoint, {}):
            pieces.append(piece)
            heard.set()
        await http.close()
        return pieces

    with raw_server(talk) as port:
        assert asyncio.run(main(f"http://127.0.0.1:{port}/v1")) == ["first", "second"]


def test_a_refused_stream_gives_the_error_reply() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 429 Too Many\r\nContent-Length: 2\r\n\r\nno")

    with raw_server(talk) as port:
        (reply,) = receive_events(f"http://127.0.0.1:{port}/v1")
    assert isinstance(reply, HttpReply)
    assert (reply.status, reply.body) == (429, b"no")
