"""What is attached to calls: read when its turn comes, little of it at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from scrimp.flows.answer.calls.attached_content import AttachedContent
from scrimp.providers.presets import PRESETS
from scrimp.read.attachments import attachment
from scrimp.transport.exchange import Content, Exchange
from scrimp.values import Attachment, Call, Completion, Failure

ENDPOINT = PRESETS["openai"]
GIF = b"GIF89a\x10\0\x10\0"


def call(*attachments: Attachment) -> Call:
    return Call(provider="openai", model="gpt-4o", text="x", attachments=attachments)


def send(attached: Attachment) -> tuple[Completion | Failure, list[Call]]:
    """Return the result of sending a call, and the call as it was and with its content."""
    seen: list[Call] = []

    async def sender(call: Call, *, content: Content) -> Completion | Failure:
        seen.extend((call, content(call)))
        return Failure(kind="server", message="sent")

    return asyncio.run(AttachedContent().send(call(attached), ENDPOINT, sender)), seen


def test_a_call_gets_the_tokens_it_counts_at_most_and_its_content_when_it_is_sent(tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_bytes(GIF)
    result, (counted, whole) = send(attachment(str(tmp_path / "a.gif")))

    assert isinstance(result, Failure)
    assert result.message == "sent"
    assert (counted.attachments[0].data, counted.attached_tokens) == ("", 85 + 170)
    assert whole.attachments[0].data == "R0lGODlhEAAQAA=="


@pytest.mark.parametrize("content", [None, GIF + b"!"])
def test_a_file_that_is_not_the_one_looked_at_loses_its_row_alone(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "a.gif"
    file.write_bytes(GIF)
    attached = attachment(str(file))
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    failure, _ = send(attached)

    assert isinstance(failure, Failure)
    assert (failure.kind, failure.sent) == ("invalid", False)
    assert f"{file} " in failure.message


def test_no_more_is_held_at_once_than_there_is_room_for_and_a_larger_file_goes_alone(tmp_path: Path) -> None:
    sizes = [10, 400, 600, 3000, 20, 990, 1000, 500, 500, 1] * 3
    files = [tmp_path / f"{number}.gif" for number in range(len(sizes))]
    for file, size in zip(files, sizes, strict=True):
        file.write_bytes(GIF.ljust(size, b"x") if size > len(GIF) else GIF)
    content, held, most = AttachedContent(1000), list[int](), list[list[int]]()

    async def sender(call: Call, *, content: Content) -> Completion | Failure:
        held.append(call.attachments[0].size)
        most.append(list(held))
        await asyncio.sleep(0)
        held.remove(call.attachments[0].size)
        return Failure(kind="server", message="sent")

    async def run() -> None:
        calls = [call(attachment(str(file))) for file in files]
        await asyncio.gather(*(content.send(each, ENDPOINT, sender) for each in calls))

    asyncio.run(run())

    assert len(most) == len(files)
    assert all(sum(each) <= 1000 or len(each) == 1 for each in most)
    assert max(map(len, most)) > 1
    assert content.held == 0


def test_a_request_counts_the_bytes_of_its_text_alone_and_keeps_the_content_alone() -> None:
    picture = Attachment(name="a.gif", media_type="image/gif", identity="sha256:0", path="a.gif", size=3_000_000)

    def content(call: Call) -> Call:
        return replace(call, attachments=(replace(picture, data="A" * 4_000_000),))

    class Nobody:
        async def begin(self, call: Call) -> str | Failure:
            raise AssertionError(call)

        def end(self, call_id: str, result: Completion | Failure) -> None:
            raise AssertionError(call_id, result)

    exchange = Exchange(call(picture), ENDPOINT, Nobody(), None, content)
    assert len(exchange.request.body) > 4_000_000 > 1000 > exchange.text_bytes
    assert exchange.call.attachments == (picture,)
