"""A provider that costs its machine almost nothing: chat completions over raw asyncio, after a delay.

`python tests/bench/server.py --delay 1` prints its port and answers until its stdin is closed. It reads no JSON: what
it sends back is made once, so that the client is measured and not the server; a body that says `"stream":true` gets the
same as events. With `--states N` its replies say that N requests a minute may be made, and none was. It also tells
what it saw: GET /times gives the moment of every completion as packed doubles, GET /most the most calls that were in
flight at once, GET /repeated how many calls had been made before, GET /refused how many the pattern of `--refuse` (see
refusals.py) refused.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
from array import array
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # tests/, also where this is the program

from bench.refusals import Pattern

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"


def reply(text: str = "positive", model: str = "test-model") -> bytes:
    """Return the body of a chat completion."""
    return json.dumps({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_000_000, "model": model,
        "choices": [
            {"index": 0, "finish_reason": "stop", "logprobs": None,
             "message": {"role": "assistant", "content": text, "refusal": None}}
        ],
        "usage": {"prompt_tokens": 20, "completion_tokens": 2, "total_tokens": 22},
    }).encode()  # fmt: skip


def streamed(text: str = "positive", model: str = "test-model") -> bytes:
    """Return the same completion as server-sent events."""
    chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_795_000_000, "model": model}
    delta = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 20, "completion_tokens": 2, "total_tokens": 22}
    events = [
        chunk | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}], "usage": None},
        chunk | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": None},
        chunk | {"choices": [], "usage": usage},
    ]
    return "".join(f"data: {data}\n\n" for data in [*map(json.dumps, events), "[DONE]"]).encode()


def refusal(headers: dict[str, str]) -> bytes:
    """Return a 429 with these headers."""
    body = b'{"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}}'
    said = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    head = b"HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\n%bcontent-length: %d\r\n\r\n%b"
    return head % (said, len(body), body)


def http(body: bytes, kind: bytes = b"application/json", more: bytes = b"") -> bytes:
    """Return a body with its head, in which there may be more headers."""
    return b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\n%bcontent-length: %d\r\n\r\n%b" % (kind, more, len(body), body)


def rate_headers(requests: int | None) -> bytes:
    """Return the headers, as OpenAI has them, that state how many requests a minute may be made."""
    names = () if requests is None else (b"limit", b"remaining")
    return b"".join(b"x-ratelimit-%b-requests: %d\r\n" % (name, requests or 0) for name in names)


class Seen:
    """What happened to all connections together."""

    def __init__(self) -> None:
        self.times = array("d")
        self.in_flight = 0
        self.most = 0
        self.refused = 0
        self.bodies: set[int] = set()
        self.repeated = 0

    def begin(self, body: bytes) -> None:
        before = len(self.bodies)
        self.bodies.add(hash(body))
        self.repeated += len(self.bodies) == before
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)

    def end(self, now: float) -> None:
        self.in_flight -= 1
        self.times.append(now)


class Connection(asyncio.Protocol):
    """One connection; requests on it are answered in turn, as HTTP/1.1 has it."""

    def __init__(
        self, delay: tuple[float, float], seen: Seen, pattern: Pattern | None, answer: bytes, events: bytes
    ) -> None:
        self._reply, self._events = answer, events
        self._delay, self._seen, self._pattern = delay, seen, pattern
        self._random = Random(7)
        self._buffer = bytearray()
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(_END_OF_HEAD)) >= 0:
            head = bytes(self._buffer[:end]).lower()
            at = head.find(_LENGTH)
            length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            whole = end + len(_END_OF_HEAD) + length
            if len(self._buffer) < whole:
                return
            body = bytes(self._buffer[whole - length : whole])
            del self._buffer[:whole]
            self._asked(head, body)

    def _asked(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"get /times"):
            self._transport.write(http(self._seen.times.tobytes()))
        elif head.startswith(b"get /most"):
            self._transport.write(http(b"%d" % self._seen.most))
        elif head.startswith(b"get /repeated"):
            self._transport.write(http(b"%d" % self._seen.repeated))
        elif head.startswith(b"get /refused"):
            self._transport.write(http(b"%d" % self._seen.refused))
        elif self._pattern and (headers := self._pattern.refusal(self._loop.time(), self._seen.in_flight)) is not None:
            self._seen.refused += 1
            self._transport.write(refusal(headers))
        else:
            self._seen.begin(body)
            answer = self._events if b'"stream":true' in body else self._reply
            if self._delay[1]:
                self._loop.call_later(self._random.uniform(*self._delay), self._answer, answer)
            else:
                self._answer(answer)

    def _answer(self, answer: bytes) -> None:
        self._seen.end(self._loop.time())
        if not self._transport.is_closing():
            self._transport.write(answer)


async def serve(delay: tuple[float, float], pattern: Pattern | None, states: int | None) -> None:
    """Answer until stdin is closed."""
    loop = asyncio.get_running_loop()
    seen, headers = Seen(), rate_headers(states)
    answer, events = http(reply(), more=headers), http(streamed(), b"text/event-stream", headers)
    server = await loop.create_server(
        lambda: Connection(delay, seen, pattern, answer, events), "127.0.0.1", 0, backlog=4096
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def allow_many_files() -> None:
    """Let this process hold a socket for every call in flight, where the usual limit is 256 or 1 024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8192 if hard == resource.RLIM_INFINITY else min(8192, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--longest", type=float, help="the longest delay, where it is not always the same")
    parser.add_argument("--refuse", type=Pattern, help="the pattern of calls that are refused with 429")
    parser.add_argument("--states", type=int, help="the requests a minute that may be made, as replies state it")
    given = parser.parse_args()
    allow_many_files()
    longest = given.delay if given.longest is None else given.longest
    asyncio.run(serve((given.delay, longest), given.refuse, given.states))
