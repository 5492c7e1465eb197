from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from clock import Clock
from command import wait_until
from redis_server import RedisServer, redis_server, slow_proxy
from scrimp.config.shared_tables import shown_address
from scrimp.errors import ConfigError, ServerDownError, ServerRefusedError
from scrimp.shared.connection import SharedServer

Open = Callable[..., SharedServer]
PASSWORD = "hunter2-of-the-server"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def opened(clock: Clock, said: list[str]) -> Iterator[Open]:
    servers: list[SharedServer] = []

    def open_server(url: str, timeout: float = 100.0) -> SharedServer:
        server = SharedServer(
            url,
            name=shown_address(url),
            warn=said.append,
            meanwhile="rows are called for",
            timeout=timeout,
            clock=clock,
        )
        servers.append(server)
        return server

    yield open_server
    for server in servers:
        server.close()


def test_a_server_is_asked_for_what_it_has(redis: RedisServer, opened: Open, said: list[str]) -> None:
    redis.client.set("color", "blue")

    assert opened(redis.url).ask(lambda client: client.get("color")) == b"blue"
    assert said == []


def test_a_server_that_is_away_is_reported_once_and_tried_once_a_window(
    redis: RedisServer, opened: Open, clock: Clock, said: list[str]
) -> None:
    server = opened(redis.url)
    redis.kill()
    tried = 0

    def get(client: object) -> object:
        nonlocal tried
        tried += 1
        return client.get("color")  # type: ignore[attr-defined]

    for _ in range(3):
        for _ in range(5):
            with pytest.raises(ServerDownError):
                server.ask(get)
        clock.now += server.window

    assert tried == 3
    server.close()
    (warning,) = said
    assert warning.startswith(f"{redis.url} cannot be reached")
    assert warning.endswith(": rows are called for")


@pytest.mark.parametrize(("took", "window"), [(0.0, 1.0), (0.2, 4.0), (9.0, 180.0), (99.0, 300.0)])
def test_a_server_is_left_alone_for_twenty_times_as_long_as_it_took_to_fail(
    redis: RedisServer, opened: Open, clock: Clock, took: float, window: float
) -> None:
    server = opened(redis.url)
    tried: list[float] = []

    def fail(_: object) -> None:
        tried.append(clock.now)
        clock.now += took
        raise OSError("no")

    while len(tried) < 2:
        with pytest.raises(ServerDownError):
            server.ask(fail)
        clock.now = round(clock.now + 0.5, 1)

    assert window - 0.01 <= tried[1] - tried[0] - took <= window + 0.51  # the clock is rounded


def test_a_server_that_is_back_is_asked_again(redis: RedisServer, opened: Open, clock: Clock) -> None:
    server = opened(redis.url)
    server.ask(lambda client: client.ping())
    redis.kill()
    with pytest.raises(ServerDownError):
        server.ask(lambda client: client.ping())
    assert server.is_down
    redis.start()

    clock.now += server.window

    assert server.ask(lambda client: client.ping())
    assert not server.is_down


def test_a_connection_that_the_server_has_closed_is_opened_again_at_once(redis: RedisServer, opened: Open) -> None:
    server = opened(redis.url)
    server.ask(lambda client: client.ping())
    redis.kill()
    redis.start()

    assert server.ask(lambda client: client.ping())


def test_a_slow_server_costs_one_timeout_a_window(
    redis: RedisServer, opened: Open, clock: Clock, said: list[str]
) -> None:
    with slow_proxy(redis) as proxy:
        server = opened(proxy.url, timeout=0.05)
        proxy.delay = 5.0
        for _ in range(2):
            for _ in range(100):
                with pytest.raises(ServerDownError):
                    server.ask(lambda client: client.ping())
            clock.now += server.window

        wait_until(lambda: proxy.connections >= 2)
        assert proxy.connections == 2  # after a timeout nobody waits for an answer on the same connection
        server.close()
    assert said == [f"{proxy.url} did not answer within 0.05 s: rows are called for"]


def test_a_refusal_is_an_answer_and_leaves_the_server_in_use(redis: RedisServer, opened: Open, said: list[str]) -> None:
    redis.client.set("color", "blue")
    server = opened(redis.url)
    for _ in range(2):
        with pytest.raises(ServerRefusedError, match="WRONGTYPE"):
            server.ask(lambda client: client.lpush("color", "red"))

    assert server.ask(lambda client: client.get("color")) == b"blue"
    assert len(said) == 1


@pytest.mark.parametrize("given", ["", f":{PASSWORD}-not@", f"ada:{PASSWORD}@"])
def test_a_refused_password_is_said_without_it(opened: Open, said: list[str], given: str) -> None:
    with redis_server("--requirepass", PASSWORD) as redis:
        server = opened(redis.url.replace("unix://", f"unix://{given}"))
        with pytest.raises(ServerDownError):
            server.ask(lambda client: client.ping())
        server.close()

        assert said == [f"{redis.url} refuses the user or the password: rows are called for"]
        right = opened(redis.url.replace("unix://", f"unix://:{PASSWORD}@"))
        assert right.ask(lambda client: client.ping())


def test_another_thread_leaves_it_to_the_first_to_speak(redis: RedisServer, opened: Open) -> None:
    speakers: list[int] = []
    server = SharedServer(
        redis.url,
        name="it",
        warn=lambda _: speakers.append(threading.get_ident()),
        meanwhile="rows are called for",
        timeout=30,
    )
    redis.kill()

    def ask() -> None:
        for _ in range(2):
            with pytest.raises(ServerDownError):
                server.ask(lambda client: client.ping())

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert speakers == []
    server.close()

    assert speakers == [threading.get_ident()]


@pytest.mark.parametrize(
    "option", ["color=blue", "socket_timeout=9", "db=x", "decode_responses=1", "max_connections=x"]
)
def test_an_option_that_cannot_be_set_is_refused_without_the_password(opened: Open, option: str) -> None:
    pytest.importorskip("redis", reason="the extra `redis` is not installed")
    with pytest.raises(ConfigError, match="an option that cannot be set") as caught:
        opened(f"redis://:{PASSWORD}@127.0.0.1:1/0?{option}")

    assert PASSWORD not in str(caught.value)


@contextmanager
def tls_server(certificate: Path, key: Path) -> Iterator[int]:
    """Shake hands with whoever connects, and hang up; yield the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    context.wrap_socket(connection, server_side=True).close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # ends the wait for a connection
        thread.join()
        listener.close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_of_an_unknown_authority_is_told_with_the_way_to_trust_it(
    tmp_path: Path, opened: Open, said: list[str]
) -> None:
    pytest.importorskip("redis", reason="the extra `redis` is not installed")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", key, "-out", certificate, "-subj", "/CN=it", "-addext", "subjectAltName=IP:127.0.0.9"],
        check=True, capture_output=True,
    )  # fmt: skip
    with tls_server(certificate, key) as port:
        trusting = f"?ssl_ca_certs={certificate}"
        for options in ("", trusting, f"{trusting}&ssl_check_hostname=False"):
            with pytest.raises(ServerDownError):
                opened(f"rediss://127.0.0.1:{port}/0{options}").ask(lambda client: client.ping())

    unknown, misnamed, trusted = said
    advice = "; name the file with its authority, as in rediss://HOST:PORT/0?ssl_ca_certs=FILE"
    assert "has a certificate that is not trusted (self" in unknown
    assert unknown.endswith(f"{advice}: rows are called for")
    assert "has a certificate that is not trusted (IP address mismatch" in misnamed
    assert advice not in misnamed
    assert "certificate" not in trusted
