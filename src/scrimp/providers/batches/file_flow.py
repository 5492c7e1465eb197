"""Batches of uploaded files, whose results are files, too: one of the answers, one of the errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO
from urllib.parse import quote

from scrimp.enums import BatchState
from scrimp.providers.batches.base_flow import BaseFlow
from scrimp.providers.batches.flow import BatchResult, Exchanges, FileRequest, RemoteBatch, Shard
from scrimp.providers.batches.replies import lines_of, object_in, result_in, unreadable
from scrimp.providers.endpoint import HttpRequest
from scrimp.providers.json_access import nonempty
from scrimp.values import Json, JsonObject

_NOTHING_THERE = (404, 405)


class FileFlow(BaseFlow):
    """Uploads a file to `/files` and fetches those that the batch names, as OpenAI's API does."""

    uploads = True
    _upload_paths: Sequence[str] = ("/files",)  # the next one is tried where nothing is at one

    def upload(self, shard: Shard) -> Exchanges[str]:
        """Upload the file. One whose reply was lost is uploaded again: a file costs nothing and expires."""
        for path in self._upload_paths:
            reply = yield FileRequest(
                url=self._endpoint.address(path), headers=dict(self._endpoint.headers), form=self._form(shard),
                file_name=f"{shard.name}.jsonl", content_type="application/jsonl",
            )  # fmt: skip
            if reply.status not in _NOTHING_THERE:
                break
        file = nonempty(object_in(reply, self._endpoint).get("id"))
        if file is None:
            raise unreadable(self._endpoint, "the id of the file")
        return file

    def _form(self, shard: Shard) -> Mapping[str, str]:
        """Return the fields of the form before the file."""
        del shard
        return {"purpose": "batch"}

    def fetch(self, batch: RemoteBatch) -> Sequence[HttpRequest]:
        """Return the requests for both files: that of the answers, and that of the errors."""
        return [self._request(f"/files/{quote(file, safe='')}/content") for file in batch.results]

    def read(self, results: BinaryIO) -> Iterator[BatchResult]:
        """Yield the result of each request."""
        return map(result_in, lines_of(results))


def end_of(state: BatchState, output: Json) -> BatchState:
    """Return the state of a batch in view of its file of answers: one that has some was not refused as a whole."""
    return "ended" if state == "refused" and output else state


def files_of(body: JsonObject, *names: str) -> tuple[str, ...]:
    """Return the files that a batch names, by their id or as objects that have one; an empty name is not a file."""
    found = (body.get(name) for name in names)
    files = (each.get("id") if isinstance(each, dict) else each for each in found)
    return tuple(file for each in files if (file := nonempty(each)) is not None)
