"""Files over the wire: a body that is sent from a file, and a reply that is kept in one, neither of them in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pyreqwest.client import Client
from pyreqwest.multipart import FormBuilder, PartBuilder

from scrimp.providers.batches.flow import FileRequest
from scrimp.providers.endpoint import REPLY_BYTES, HttpReply
from scrimp.transport.http.reply_headers import readable_headers

if TYPE_CHECKING:
    from pyreqwest.request import RequestBuilder
    from pyreqwest.response import Response

_PIECE = 1 << 18


async def send_file(
    engine: Client, request: FileRequest, headers: Mapping[str, str], file: Path, patience: float | None
) -> HttpReply:  # fmt: skip
    """Send a request whose body is a file; return the reply, which is short.

    Raise TimeoutError if for `patience` seconds no more of the file was taken, or no reply came after it.
    """
    async with asyncio.timeout(patience) as waiting:
        return await _reply(_request(engine, request, headers, file, _moving(waiting, patience)))


def _moving(waiting: asyncio.Timeout, patience: float | None) -> Callable[[], None]:
    """Return a function that restarts the wait."""
    loop = asyncio.get_running_loop()

    def moved() -> None:
        if patience is not None:
            with suppress(RuntimeError):  # the wait is over: a reply came before all of the file was taken
                waiting.reschedule(loop.time() + patience)

    return moved


def _request(
    engine: Client, request: FileRequest, headers: Mapping[str, str], file: Path, moved: Callable[[], None]
) -> RequestBuilder:  # fmt: skip
    size, pieces = file.stat().st_size, _pieces(file, moved)
    builder = engine.request(request.method, request.url)
    if request.form is None:
        builder = builder.headers({**headers, "content-type": request.content_type, "content-length": str(size)})
        builder = builder.body_stream(pieces)
    else:
        form = FormBuilder()
        for name, value in request.form.items():
            form = form.text(name, value)
        part = PartBuilder.from_stream_with_length(pieces, size)
        form = form.part("file", part.file_name(request.file_name).mime(request.content_type))
        builder = builder.headers({name: value for name, value in headers.items() if name != "content-type"})
        builder = builder.multipart(form)
    return builder


async def save_reply(builder: RequestBuilder, file: Path, check: Callable[[int], None]) -> HttpReply:
    """Write the body of a successful reply to a file, unpacked; return it without its body, an error with its own."""
    async with builder.build_streamed() as reply:
        if reply.status >= 300:
            return await _whole(reply)
        with file.open("wb") as target:
            while (piece := await reply.body_reader.read(_PIECE)) is not None:
                check(target.tell() + len(piece))
                target.write(piece)
        return HttpReply(status=reply.status, body=b"", headers=dict(readable_headers(reply.headers)))


async def _reply(builder: RequestBuilder) -> HttpReply:
    async with builder.build_streamed() as reply:
        return await _whole(reply)


async def _whole(reply: Response) -> HttpReply:
    body = await reply.body_reader.read(REPLY_BYTES) or b""
    return HttpReply(status=reply.status, body=bytes(body), headers=dict(readable_headers(reply.headers)))


async def _pieces(file: Path, moved: Callable[[], None]) -> AsyncIterator[bytes]:
    with file.open("rb") as source:  # from the page cache, as a rule: the file was written a moment ago
        while piece := source.read(_PIECE):
            moved()
            yield piece
    moved()
