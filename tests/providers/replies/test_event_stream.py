"""Server-sent events, held against the decoders of the official SDKs."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from anthropic._streaming import SSEDecoder as AnthropicDecoder
from hypothesis import given
from hypothesis import strategies as st
from openai._streaming import SSEDecoder as OpenAIDecoder

from scrimp.providers.endpoint import HttpReply
from scrimp.providers.replies.event_stream import EventDecoder, events_of, starts_event_stream

# Characters that other programs take for line ends, and that JSON may contain.
texts = st.text(st.sampled_from("ab \u2028\u2029\u0085\x0b\x0c\x1c\u00e9\U0001f600"), max_size=8)
line_ends = st.sampled_from(["\n", "\r", "\r\n"])


def frame(text: str, end: str, noise: str) -> str:
    data = json.dumps({"text": text}, ensure_ascii=False)
    return f"{noise}data: {data}{end}{end}"


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[str]]:
    """Return the bytes of a stream and the texts of its events."""
    end, said = draw(line_ends), draw(st.lists(texts, max_size=5))
    noises = [f": keep-alive{end}", f"id: 7{end}", f"event: message{end}", f"retry: 10{end}", ""]
    frames = "".join(frame(text, end, draw(st.sampled_from(noises))) for text in said)
    return draw(st.sampled_from(["", "\ufeff"])).encode() + frames.encode(), said


def decoded(pieces: list[bytes]) -> list[str]:
    decoder = EventDecoder()
    return [data for piece in pieces for data in decoder.feed(piece)] + decoder.end()


@given(streams(), st.lists(st.integers(0, 200)))
def test_events_are_the_same_wherever_the_stream_is_cut(stream: tuple[bytes, list[str]], cuts: list[int]) -> None:
    body, said = stream
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    pieces = [body[start:end] for start, end in pairwise(edges)]

    assert [json.loads(data)["text"] for data in decoded(pieces)] == said
    assert [json.loads(data)["text"] for data in decoded([bytes([byte]) for byte in body])] == said


@given(streams())
def test_the_official_sdks_read_the_same_events(stream: tuple[bytes, list[str]]) -> None:
    body = stream[0].removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    # Their decoders split at every character that str.splitlines knows: only the others can be compared.
    for other in ("\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c"):
        body = body.replace(other.encode(), b"")

    ours = events_of(HttpReply(status=200, body=body))
    for decoder in (OpenAIDecoder(), AnthropicDecoder()):
        assert [event.data for event in decoder.iter_bytes(iter([body])) if event.data] == ours


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b'data: {"a":\ndata: 1}\n\n', ['{"a":\n1}']),  # one event in two lines
        (b'data: {"a": 1}\ndata: {"a": 2}\n\n', ['{"a": 1}', '{"a": 2}']),  # the blank line was forgotten
        (b'data: {"a": 1}', ['{"a": 1}']), (b'data: {"a": 1}\n', ['{"a": 1}']), (b'data:{"a": 1}\r', ['{"a": 1}']),
        (b"data:\n\n: ping\n\nevent: ping\ndata: ping\n\n", []),
        (b'event: message_start\ndata: {"a": 1}\n\n', ['{"a": 1}']), (b"event: error\ndata: broken\n\n", ["broken"]),
        (b'event: error\ndata: {"message": "no"}\n\n', ['{"error": {"message": "no"}}']),  # told by its type alone
        (b'event: error\ndata: {"error": {"code": 500}}\n\n', ['{"error": {"code": 500}}']),
        (b"data: [DONE]\n\ndata: bye\n\n", ["[DONE]"]), (b'data: {"a": 1}\ndata: [DONE]\n\n', ['{"a": 1}', "[DONE]"]),
        (b"data: caf\xe9\n\n", ["caf\ufffd"]), (b"", []),
    ],
)  # fmt: skip
def test_frames_that_servers_send(stream: bytes, events: list[str]) -> None:
    assert events_of(HttpReply(status=200, body=stream)) == events


@pytest.mark.parametrize(
    ("body", "is_stream"),
    [
        (b"data: x", True), (b"\xef\xbb\xbfdata: x", True), (b"event: ping\n", True), (b": processing\n\n", True), (b"\n\nid: 1\n", True),
        (b'{"data": 1}', False), (b"[]", False), (b"<html>", False), (b"", False), (b"database is gone", False),
    ],
)  # fmt: skip
def test_an_event_stream_is_told_by_its_first_field(body: bytes, is_stream: bool) -> None:
    assert starts_event_stream(body) is is_stream
