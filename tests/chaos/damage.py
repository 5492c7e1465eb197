"""Replies that are damaged on the wire: composed in every dialect, streamed or not, then cut, flipped, mislabelled.

The server below answers each prompt with one text and one usage, both made from the prompt alone, and keeps a log of
what left it. A damage is a function that takes a `Reply` and returns the bytes that leave instead of it.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any
from zlib import crc32

from msgspec import Struct

Line = tuple[bytes, bytes]
PIECE = 5  # characters of a streamed event


def text_of(prompt: str) -> str:
    """Return the one right completion of a prompt."""
    return f"One \u2028 {prompt} two \U0001f600, \u00e9 three."


def tokens_of(prompt: str) -> tuple[int, int]:
    """Return the input and output tokens of a prompt."""
    mark = crc32(prompt.encode())
    return 20 + mark % 200, 5 + mark % 37


class Reply(Struct, kw_only=True):
    """A sound reply: its events, or the one object that is not streamed."""

    events: list[bytes]
    streamed: bool
    pieces: list[str]  # of the text
    chance: Random
    end: bytes = b"\n"  # of a line

    @property
    def body(self) -> bytes:
        """The body as it should be."""
        if not self.streamed:
            return self.events[0]
        return b"".join(b"data: " + event + self.end * 2 for event in self.events)

    @property
    def kind(self) -> Line:
        """The header of its type."""
        return b"content-type", b"text/event-stream" if self.streamed else b"application/json"


def sound_reply(dialect: str, prompt: str, *, streamed: bool, chance: Random) -> Reply:
    """Compose the reply to a prompt as a provider writes it."""
    text, (read, written) = text_of(prompt), tokens_of(prompt)
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)] if streamed else [text]
    bodies = (_STREAMS if streamed else _WHOLE)[dialect](pieces, read, written)
    ascii_only = chance.random() < 0.5
    events = [
        body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=ascii_only).encode()
        for body in bodies
    ]
    return Reply(events=events, streamed=streamed, pieces=pieces, chance=chance)


def _chat(pieces: list[str], read: int, written: int) -> list[Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": pieces[0]}, "finish_reason": "stop"}
    usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    return [{"object": "chat.completion", "model": "m", "choices": [choice], "usage": usage}]


def _chat_stream(pieces: list[str], read: int, written: int) -> list[Any]:
    deltas: list[Any] = [{"role": "assistant", "content": ""}, *({"content": piece} for piece in pieces)]
    usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    chunks = [{"model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    end = {"model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return [*chunks, end, {"model": "m", "choices": [], "usage": usage}, "[DONE]"]


def _message(pieces: list[str], read: int, written: int) -> list[Any]:
    usage = {"input_tokens": read, "output_tokens": written}
    content = [{"type": "text", "text": pieces[0]}]
    return [{"type": "message", "model": "m", "content": content, "stop_reason": "end_turn", "usage": usage}]


def _message_stream(pieces: list[str], read: int, written: int) -> list[Any]:
    start = {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": read, "output_tokens": 1}}}
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    deltas = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}} for piece in pieces
    ]
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": written}}
    return [start, block, *deltas, {"type": "content_block_stop", "index": 0}, end, {"type": "message_stop"}]


def _content(pieces: list[str], read: int, written: int) -> list[Any]:
    *first, last = [{"candidates": [{"content": {"role": "model", "parts": [{"text": piece}]}}]} for piece in pieces]
    last["candidates"][0]["finishReason"] = "STOP"
    usage = {"promptTokenCount": read, "candidatesTokenCount": written, "totalTokenCount": read + written}
    return [*first, last | {"usageMetadata": usage, "modelVersion": "m"}]


_WHOLE = {"openai": _chat, "anthropic": _message, "gemini": _content}
_STREAMS = {"openai": _chat_stream, "anthropic": _message_stream, "gemini": _content}


def http(body: bytes, *lines: Line, status: bytes = b"200 OK") -> bytes:
    """Return a response, with nothing added to it."""
    head = [b"HTTP/1.1 " + status, b"connection: close", *(name + b": " + value for name, value in lines)]
    return b"\r\n".join([*head, b"", body])


def sized(body: bytes, *lines: Line, length: int | None = None, status: bytes = b"200 OK") -> bytes:
    """Return a response that says how long it is."""
    return http(body, *lines, (b"content-length", str(len(body) if length is None else length).encode()), status=status)


def chunks_of(reply: Reply, body: bytes) -> list[bytes]:
    """Return a body in chunks of random sizes, with the last and empty one."""
    chunks, at = [], 0
    while at < len(body):
        size = reply.chance.choice((1, 7, 60, 200))
        part = body[at : at + size]
        chunks.append(f"{len(part):x}".encode() + b"\r\n" + part + b"\r\n")
        at += size
    return [*chunks, b"0\r\n\r\n"]


CHUNKED: Line = (b"transfer-encoding", b"chunked")
GZIP: Line = (b"content-encoding", b"gzip")


# Odd, but whole: a client may read them or not.


def none(reply: Reply) -> bytes:
    return sized(reply.body, reply.kind)


def without_a_length(reply: Reply) -> bytes:
    return http(reply.body, reply.kind)


def in_chunks(reply: Reply) -> bytes:
    return http(b"".join(chunks_of(reply, reply.body)), reply.kind, CHUNKED)


def compressed(reply: Reply) -> bytes:
    return sized(gzip.compress(reply.body), reply.kind, GZIP)


def compressed_without_a_word(reply: Reply) -> bytes:
    return sized(gzip.compress(reply.body), reply.kind)


def said_to_be_compressed(reply: Reply) -> bytes:
    return sized(reply.body, reply.kind, (b"content-encoding", reply.chance.choice((b"gzip", b"br", b"odd", b""))))


def odd_status(reply: Reply) -> bytes:
    statuses = (b"201 Created", b"202 -", b"203 -", b"206 Partial Content", b"246 -", b"299", b"301 -", b"304 -",
                b"400 Bad Request", b"404 -", b"409 -", b"429 -", b"500 -", b"520 -", b"599 -")  # fmt: skip
    return sized(reply.body, reply.kind, status=reply.chance.choice(statuses))


def interim_replies(reply: Reply) -> bytes:
    return b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + none(reply)


def odd_headers(reply: Reply) -> bytes:
    lines = ((b"x-note", "caf\u00e9".encode("latin-1")), (b"x-note", b"\xff\xfe"), (b"x-empty", b""),
             (b"x-long", b"a" * 9000), (b"date", b"yesterday"), (b"retry-after", b"-5"), (b"set-cookie", b";;;"),
             (b"x-ratelimit-remaining-requests", b"NaN"), (b"x-ratelimit-reset-tokens", b"soon"),
             (b"content-length", b"x"))  # fmt: skip
    return sized(reply.body, reply.kind, *reply.chance.sample(lines, 3))


def odd_type(reply: Reply) -> bytes:
    kinds = (b"text/html", b"application/octet-stream", b"", b"application/json; charset=latin-1",
             b"text/event-stream", b"application/json")  # fmt: skip
    return sized(reply.body, (b"content-type", reply.chance.choice(kinds)))


def other_line_ends(reply: Reply) -> bytes:
    reply.end = reply.chance.choice((b"\r", b"\r\n"))
    return sized(reply.body, reply.kind)


def noise_between_events(reply: Reply) -> bytes:
    noise = (b": keep-alive", b'{"type": "ping"}', b"")
    events = [part for event in reply.events[:-1] for part in (event, reply.chance.choice(noise))] + reply.events[-1:]
    lines = [event if event.startswith(b":") else b"data: " + event for event in events]
    return sized(b"\n\n".join([*lines, b""]) if reply.streamed else b"\n\n" + reply.body, reply.kind)


def sent_twice(reply: Reply) -> bytes:
    return none(reply) * 2


def an_event_repeated(reply: Reply) -> bytes:
    at = reply.chance.randrange(len(reply.events))
    reply.events.insert(at, reply.events[at])
    return none(reply)


def events_swapped(reply: Reply) -> bytes:
    at = reply.chance.randrange(max(1, len(reply.events) - 2))
    reply.events[at : at + 2] = reply.events[at : at + 2][::-1]
    return none(reply)


def a_blank_line_lost(reply: Reply) -> bytes:
    at, data = reply.chance.randrange(len(reply.events)), [b"data: " + event for event in reply.events]
    data[at : at + 2] = [b"\n".join(data[at : at + 2])]
    return sized(b"\n\n".join([*data, b""]) if reply.streamed else reply.body, reply.kind)


def a_bit_flipped_in_the_text(reply: Reply) -> bytes:
    """Flip one in a word of the text; in a name of JSON it would make a name that nobody knows."""
    places = [(event, at) for event, body in enumerate(reply.events) for at in _letters(reply, body)]
    event, at = reply.chance.choice(places)
    body = bytearray(reply.events[event])
    body[at] ^= 1 << reply.chance.randrange(8)
    reply.events[event] = bytes(body)
    return none(reply)


def _letters(reply: Reply, body: bytes) -> Iterator[int]:
    """Yield where the letters of the text stand in a body."""
    for piece in reply.pieces:
        for text in {json.dumps(piece).encode(), json.dumps(piece, ensure_ascii=False).encode()}:
            if (start := body.find(text)) >= 0:
                found = re.finditer(rb"\\u[0-9a-f]{4}|[a-z]", text)  # not those of an escape
                yield from (start + match.start() for match in found if match[0].islower() and len(match[0]) == 1)


# Broken: some of it is missing, or may be.


def cut(reply: Reply) -> bytes:
    whole = none(reply)
    return whole[: reply.chance.randrange(len(whole))]


def cut_near_the_end(reply: Reply) -> bytes:
    whole = none(reply)
    return whole[: -reply.chance.randrange(1, 60)]


def cut_without_a_length(reply: Reply) -> bytes:
    whole = without_a_length(reply)
    return whole[: reply.chance.randrange(whole.index(b"\r\n\r\n"), len(whole))]


def a_length_too_short(reply: Reply) -> bytes:
    return sized(reply.body, reply.kind, length=reply.chance.randrange(len(reply.body)))


def a_length_too_long(reply: Reply) -> bytes:
    return sized(reply.body, reply.kind, length=len(reply.body) + reply.chance.randrange(1, 2000))


def chunks_without_an_end(reply: Reply) -> bytes:
    parts = chunks_of(reply, reply.body)
    return http(b"".join(parts[: reply.chance.randrange(len(parts))]), reply.kind, CHUNKED)


def a_chunk_of_another_size(reply: Reply) -> bytes:
    parts = chunks_of(reply, reply.body)
    at = reply.chance.randrange(len(parts))
    size = reply.chance.choice((b"zz", b"-1", b"", b"ffffffffffffffffff", b"0", b"3", b"2\0"))
    parts[at] = size + parts[at][parts[at].index(b"\r\n") :]
    return http(b"".join(parts), reply.kind, CHUNKED)


def compressed_and_cut(reply: Reply) -> bytes:
    data = gzip.compress(reply.body)
    return sized(data[: reply.chance.randrange(len(data))], reply.kind, GZIP)


def compressed_and_flipped(reply: Reply) -> bytes:
    data = bytearray(gzip.compress(reply.body))
    data[reply.chance.randrange(len(data))] ^= 1 << reply.chance.randrange(8)
    return sized(bytes(data), reply.kind, GZIP)


def an_event_cut(reply: Reply) -> bytes:
    at = reply.chance.randrange(len(reply.events))
    reply.events[at] = reply.events[at][: reply.chance.randrange(1, len(reply.events[at]))]
    return none(reply)


def an_event_lost_to_an_error(reply: Reply) -> bytes:
    at = reply.chance.randrange(len(reply.events))
    reply.events[at] = json.dumps({"type": "error", "error": {"type": "api_error", "message": "why"}}).encode()
    return none(reply)


def a_page(reply: Reply) -> bytes:
    return sized(b"<html><title>" + reply.body[:40] + b"</title></html>", (b"content-type", b"text/html"))


def no_reply(reply: Reply) -> bytes:
    return b""


Damage = Callable[[Reply], bytes]
# Every text left the server whole, so that a call may be paid for it.
WHOLE: Mapping[str, Damage] = {
    damage.__name__: damage
    for damage in (
        none, without_a_length, in_chunks, compressed, compressed_without_a_word, said_to_be_compressed, odd_status,
        interim_replies, odd_headers, odd_type, other_line_ends, noise_between_events, sent_twice, an_event_repeated,
        events_swapped, a_blank_line_lost, a_bit_flipped_in_the_text,
    )
}  # fmt: skip
BROKEN: Mapping[str, Damage] = {
    damage.__name__: damage
    for damage in (
        cut, cut_near_the_end, cut_without_a_length, a_length_too_short, a_length_too_long, chunks_without_an_end,
        a_chunk_of_another_size, compressed_and_cut, compressed_and_flipped, an_event_cut, an_event_lost_to_an_error,
        a_page, no_reply,
    )
}  # fmt: skip
DAMAGES: Mapping[str, Damage] = {**WHOLE, **BROKEN}
# The text may come out of another order, or with a piece twice, or with a letter changed: nobody can tell.
ALTERED = frozenset(("an_event_repeated", "events_swapped", "a_bit_flipped_in_the_text"))


class Server:
    """What left it: for each prompt the damages of its replies, in order."""

    def __init__(self, damages: tuple[str, ...], every: int) -> None:
        self._damages, self._every = damages, every
        self._requests = self.port = 0
        self.sent: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def reply(self, path: str, body: dict[str, Any]) -> bytes:
        """Return the bytes for a request; where all are damaged, a prompt meets the same whenever it comes."""
        dialect = "gemini" if "contents" in body else "anthropic" if path.endswith("/messages") else "openai"
        prompt = body["contents"][-1]["parts"][-1]["text"] if dialect == "gemini" else body["messages"][-1]["content"]
        streamed = "streamGenerateContent" in path or bool(body.get("stream"))
        with self._lock:
            visits = self.sent.setdefault(prompt, [])
            chance = Random(f"{prompt}/{len(visits)}")
            visits.append("none" if self._requests % self._every else chance.choice(self._damages))
            self._requests += 1
            name = visits[-1]
        return DAMAGES[name](sound_reply(dialect, prompt, streamed=streamed, chance=chance))

    def wholes(self, prompt: str) -> int:
        """Return how many replies left with all of their text; one that is cut close to its end may have."""
        return sum(name in WHOLE or name in MAYBE_WHOLE for name in self.sent.get(prompt, []))


# All of the text is there, and only what follows it is broken; whether the client can know depends on the dialect.
MAYBE_WHOLE = frozenset((
    "cut", "cut_near_the_end", "cut_without_a_length", "a_length_too_short", "a_length_too_long",
    "chunks_without_an_end", "a_chunk_of_another_size", "compressed_and_cut", "compressed_and_flipped",
    "an_event_cut", "an_event_lost_to_an_error",
))  # fmt: skip


@contextmanager
def damaging_server(damages: tuple[str, ...] = tuple(DAMAGES), *, every: int = 1) -> Iterator[Server]:
    """Run the server for the length of a test; it damages one reply in so many, and closes each connection after it."""
    server, loop, ready = Server(damages, every), asyncio.new_event_loop(), threading.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = json.loads(await reader.readexactly(length))
            writer.write(server.reply(head.split(b" ")[1].decode().partition("?")[0], body))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def main() -> None:
        listening = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=512)
        server.port = listening.sockets[0].getsockname()[1]
        ready.set()
        async with listening:
            await listening.serve_forever()

    def run() -> None:
        task = loop.create_task(main())
        loop.call_soon(lambda: None)
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(100)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
        thread.join()
