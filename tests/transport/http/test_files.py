"""Files over the wire: how long they may take, and that they are not held in memory."""

from __future__ import annotations

import asyncio
import socket
import threading
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from raw_server import raw_server
from scrimp.providers.batches.flow import FileRequest
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.transport.faults import FaultError
from scrimp.transport.http.client import HttpClient, build_engine

SIZE = 12_000_000  # more than sockets hold
REPLY = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
PATIENCE = 60.0  # seconds that nobody waits: a test sets the clock, or its server answers
FORMS = pytest.mark.parametrize("form", [None, {"purpose": "batch"}], ids=["body", "form"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "batch.jsonl"
    path.write_bytes(b"x" * SIZE)
    return path


class Loop(asyncio.SelectorEventLoop):
    """An event loop for which more seconds pass than there are."""

    passed = 0.0

    def time(self) -> float:
        return super().time() + self.passed


def upload(
    talk: Callable[[socket.socket], None], file: Path, patience: float, form: dict[str, str] | None,
    over: threading.Event | None = None, loop: Loop | None = None,
) -> HttpReply:  # fmt: skip
    async def main(url: str) -> HttpReply:
        http = HttpClient(
            build_engine({}, timeout=patience), uploads=lambda: build_engine({}, timeout=None), patience=patience
        )
        try:
            endpoint = Endpoint(name="acme", dialect="openai", base_url=url)
            request = FileRequest(url=f"{url}/files", form=form, file_name="batch.jsonl")
            return await http.send_file(request, endpoint, {}, file)
        finally:
            if over is not None:
                over.set()
            await http.close()

    with raw_server(talk) as port, asyncio.Runner(loop_factory=lambda: loop or Loop()) as runner:
        return runner.run(main(f"http://127.0.0.1:{port}"))


def received(connection: socket.socket, pause: Callable[[], None] = lambda: None) -> None:
    """Read a whole request, with a pause after each tenth of its body."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(1 << 16)
    head, _, body = data.partition(b"\r\n\r\n")
    left = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]) - len(body)
    while left:
        piece = connection.recv(min(SIZE // 10, left), socket.MSG_WAITALL)
        if not piece:
            raise ConnectionError("the client hung up")
        left -= len(piece)
        pause()


@FORMS
def test_an_upload_may_take_longer_than_the_wait_for_data_as_long_as_it_moves(
    file: Path, form: dict[str, str] | None
) -> None:
    loop = Loop()

    def pause() -> None:
        loop.passed += PATIENCE / 8  # half of the file may be on its way, taken by neither side

    def talk(connection: socket.socket) -> None:
        received(connection, pause)
        connection.sendall(REPLY)

    assert upload(talk, file, PATIENCE, form, loop=loop).status == 200
    assert loop.passed > 1.2 * PATIENCE


@FORMS
@pytest.mark.parametrize("taken", [False, True])
def test_an_upload_that_does_not_move_is_a_timeout_and_so_is_a_reply_that_does_not_come(
    file: Path, form: dict[str, str] | None, taken: bool
) -> None:
    over = threading.Event()

    def talk(connection: socket.socket) -> None:
        if taken:
            with suppress(ConnectionError):  # a machine that is slow takes it too late
                received(connection)
        over.wait(100)

    with pytest.raises(FaultError) as caught:
        upload(talk, file, 0.2, form, over)
    assert (caught.value.failure.kind, caught.value.failure.sent) == ("timeout", True)


def test_a_reply_before_the_whole_file_was_taken_is_that_of_the_file(file: Path) -> None:
    over = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.recv(SIZE // 100)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
        over.wait(100)

    assert upload(talk, file, PATIENCE, None, over).status == 413


@FORMS
def test_little_of_a_file_is_in_memory_while_it_is_sent(file: Path, form: dict[str, str] | None) -> None:
    def talk(connection: socket.socket) -> None:
        received(connection)
        connection.sendall(REPLY)

    tracemalloc.start()
    try:
        upload(talk, file, PATIENCE, form)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < SIZE / 2


def test_a_file_that_should_not_be_longer_is_not_read_further(tmp_path: Path) -> None:
    """A provider that sends without end ends by what whoever asked for it says."""
    sizes, target = list[int](), tmp_path / "results"

    def talk(connection: socket.socket) -> None:
        with suppress(OSError):  # nobody reads
            connection.recv(1 << 16)
            connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            while True:
                connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    def check(size: int) -> None:
        sizes.append(size)
        if size > SIZE:
            raise RuntimeError("enough")

    async def main(url: str) -> None:
        http = HttpClient(build_engine({}, timeout=60))
        try:
            endpoint = Endpoint(name="acme", dialect="openai", base_url=url)
            await http.save(HttpRequest(url=url, body=b"", method="GET"), endpoint, {}, target, check)
        finally:
            await http.close()

    with raw_server(talk) as port, pytest.raises(RuntimeError, match="enough"):
        asyncio.run(main(f"http://127.0.0.1:{port}"))
    assert target.stat().st_size == sizes[-2] <= SIZE
