from __future__ import annotations

import asyncio
import gzip
import itertools
import socket
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raw_server import raw_server
from scrimp.failures import is_retryable, may_be_billed
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.replies.event_stream import EventDecoder
from scrimp.transport.faults import FaultError
from scrimp.transport.http.client import HttpClient, build_engine

LIMIT = 100_000
# Far more than the buffers of both ends of a connection: a sender that is not stopped sends it all.
ENDLESS = 400 * 1_000_000
BLOCK = 100_000


class Sender:
    """Answers one request with blocks, in chunks, and counts the bytes that somebody took."""

    def __init__(self, blocks: Iterable[bytes], *headers: str, status: int = 200) -> None:
        self.blocks, self.sent = blocks, 0
        lines = (f"HTTP/1.1 {status} -", "transfer-encoding: chunked", *headers, "", "")
        self.head = "\r\n".join(lines).encode()

    def talk(self, connection: socket.socket) -> None:
        connection.recv(65536)
        with suppress(OSError):
            connection.sendall(self.head)
            for block in self.blocks:
                connection.sendall(b"%x\r\n%s\r\n" % (len(block), block))
                self.sent += len(block)
            connection.sendall(b"0\r\n\r\n")


def received(url: str, *, streamed: bool) -> list[str | HttpReply]:
    async def main() -> list[str | HttpReply]:
        http = HttpClient(build_engine({}, timeout=60))
        request = HttpRequest(url=url, body=b"{}", reply_limit=LIMIT)
        endpoint = Endpoint(name="acme", dialect="openai", base_url=url)
        try:
            if streamed:
                return [event async for event in http.events(request, endpoint, {})]
            return [await http.send(request, endpoint, {})]
        finally:
            await http.close()

    return asyncio.run(main())


def endless(block: bytes, first: bytes = b"") -> Iterator[bytes]:
    yield first or block
    yield from itertools.repeat(block, ENDLESS // len(block))


def inflating(kind: int) -> Iterator[bytes]:
    """Blanks packed a thousand times: gzip for 31, deflate for 15."""
    packer = zlib.compressobj(9, zlib.DEFLATED, kind)
    for _ in range(ENDLESS // 1_000_000):
        if packed := packer.compress(bytes(1_000_000)):
            yield packed


TINY = b'data: {"x": 1}\n\n'
LONG: list[tuple[str, Callable[[], Sender], bool]] = [
    ("a body without an end", lambda: Sender(endless(b" " * BLOCK)), False),
    ("a gzip bomb", lambda: Sender(inflating(31), "content-encoding: gzip"), False),
    ("a deflate bomb", lambda: Sender(inflating(15), "content-encoding: deflate"), False),
    ("an error without an end", lambda: Sender(endless(b"x" * BLOCK), status=500), False),
    ("blanks instead of a stream", lambda: Sender(endless(b" " * BLOCK)), True),
    ("a gzip bomb instead of a stream", lambda: Sender(inflating(31), "content-encoding: gzip"), True),
    ("an error without an end instead of a stream", lambda: Sender(endless(b"x" * BLOCK), status=500), True),
    ("a line without an end", lambda: Sender(endless(b"x" * BLOCK, b"data: x")), True),
    ("an event without an end", lambda: Sender(endless(b"data: x\n" * 5_000)), True),
    ("events without an end", lambda: Sender(endless(TINY * 5_000)), True),
    ("comments without an end", lambda: Sender(endless(b": ping\n" * 5_000, b"data: x\n\n")), True),
]  # fmt: skip


@pytest.mark.parametrize(("sender", "streamed"), [each[1:] for each in LONG], ids=[each[0] for each in LONG])
def test_a_reply_without_an_end_is_a_failure_and_is_not_read_on(sender: Callable[[], Sender], streamed: bool) -> None:
    made = sender()
    with raw_server(made.talk) as port, pytest.raises(FaultError) as raised:
        received(f"http://127.0.0.1:{port}/", streamed=streamed)
    failure = raised.value.failure

    assert "the reply of acme is longer than" in failure.message
    assert (failure.kind, is_retryable(failure), may_be_billed(failure)) == ("server", False, True)
    assert made.sent < ENDLESS / 4


def test_a_reply_of_just_the_length_that_is_allowed_is_read_however_it_is_packed() -> None:
    body = bytes(LIMIT)
    packed = (Sender([body]), Sender([gzip.compress(body)], "content-encoding: gzip"))
    for sender, streamed in itertools.product(packed, (False, True)):
        with raw_server(sender.talk) as port:
            (reply,) = received(f"http://127.0.0.1:{port}/", streamed=streamed)
        assert isinstance(reply, HttpReply)
        assert reply.body == body


def test_a_stream_may_be_longer_than_what_is_kept_of_it() -> None:
    event = 'data: {"x": "' + "y" * 990 + '"}\n\n'
    with raw_server(Sender([event.encode()] * (2 * LIMIT // len(event))).talk) as port:
        assert len(received(f"http://127.0.0.1:{port}/", streamed=True)) == 2 * LIMIT // len(event)


@given(st.lists(st.sampled_from([b"data: a", b"data:", b"\n", b"\r", b"\r\n", b"event: x", b"\n\n", b"b"])), st.data())
def test_events_do_not_depend_on_where_the_stream_is_cut(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)))))
    whole, cut = EventDecoder(), EventDecoder()
    pieces = [stream[first:last] for first, last in itertools.pairwise([0, *cuts, len(stream)])]

    assert [*whole.feed(stream), *whole.end()] == [each for piece in pieces for each in cut.feed(piece)] + cut.end()


def test_what_has_not_ended_is_pending() -> None:
    decoder = EventDecoder()
    decoder.feed(b"data: ab\n")
    line = decoder.pending
    decoder.feed(b"data: c")

    assert (line, decoder.pending) == (3 + 64, 3 + 64 + 7)
    decoder.feed(b"\n\n")
    assert decoder.pending == 0
