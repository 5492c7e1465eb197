"""Gemini's batches: a file of requests, uploaded through the Files API (providers' reference, 2.6, 2.7 and 7.6).

Never inline: a list of some hundred inline results may never be served, though it was billed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO
from urllib.parse import quote, urlsplit

from scrimp.enums import BatchState
from scrimp.providers.batches.base_flow import PAGE, ListedFlow, Page
from scrimp.providers.batches.flow import (
    BatchLimits,
    BatchResult,
    Exchanges,
    FileRequest,
    LineFault,
    RemoteBatch,
    Shard,
)
from scrimp.providers.batches.replies import count, error_reply, lines_of, moment, object_in, refusal_of, unreadable
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.json_access import array, dumps, is_success, nonempty, obj, string
from scrimp.values import JsonObject

_DAY = 86_400.0
# How many requests there may be is not stated. Tokens that wait are limited, which only the creation tells: 429.
LIMITS = BatchLimits(
    requests=50_000, bytes=2_000_000_000, window=2 * _DAY, longest_window=2 * _DAY, results_kept=2 * _DAY
)  # fmt: skip
_PREFIXES = ("BATCH_STATE_", "JOB_STATE_")
_STATES: Mapping[str, BatchState] = {
    "UNSPECIFIED": "checking",
    "QUEUED": "checking",
    "PENDING": "checking",
    "RUNNING": "running",
    "UPDATING": "running",
    "PAUSED": "running",
    "CANCELLING": "stopping",
    "SUCCEEDED": "ended",
    "PARTIALLY_SUCCEEDED": "ended",
    "FAILED": "refused",
    "CANCELLED": "cancelled",
    "EXPIRED": "expired",
}
_CANCELLED = 1


def flow(endpoint: Endpoint) -> GeminiBatches:
    """Return how batches are made at a provider with this API."""
    return GeminiBatches(endpoint, LIMITS)


class GeminiBatches(ListedFlow):
    """Batches of uploaded files, whose results are in one file."""

    uploads = True
    _newest_first = False  # not stated
    _cancels_by = ":cancel"

    def line(self, custom_id: str, request: HttpRequest) -> bytes:
        """Return a line of the file: the body as a live call has it."""
        return b'{"key":%b,"request":%b}' % (dumps(custom_id), request.body)

    def _path_to(self, batch: str) -> str:
        """Return the path of one batch, whose name has that of all before it."""
        return f"/{quote(batch)}"

    def upload(self, shard: Shard) -> Exchanges[str]:
        """Upload the file: one request tells its size and is told an address, the other sends it there."""
        begun = yield HttpRequest(
            url=self._beside("upload", "/files"), body=dumps({"file": {"display_name": shard.name}}),
            headers={
                **self._endpoint.headers, "x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start",
                "x-goog-upload-header-content-length": str(shard.size),
                "x-goog-upload-header-content-type": "application/jsonl",
            },
        )  # fmt: skip
        if not is_success(begun):
            raise refusal_of(begun, self._endpoint)
        reply = yield FileRequest(
            url=self._upload_url(begun), content_type="application/jsonl",
            headers={
                **self._endpoint.headers, "x-goog-upload-offset": "0", "x-goog-upload-command": "upload, finalize",
            },
        )  # fmt: skip
        file = nonempty(obj(object_in(reply, self._endpoint), "file").get("name"))
        if file is None:
            raise unreadable(self._endpoint, "the name of the file")
        return file

    def create(self, shard: Shard, file: str) -> Exchanges[RemoteBatch]:
        """Create the batch, which has the shard's name."""
        model = shard.model if "/" in shard.model else f"models/{shard.model}"
        body: JsonObject = {"batch": {"displayName": shard.name, "inputConfig": {"fileName": file}}}
        reply = yield self._request(f"/{model}:batchGenerateContent", body=dumps(body))
        return self._batch(object_in(reply, self._endpoint, shard.model))

    def find(self, shard: Shard) -> Exchanges[Sequence[RemoteBatch]]:
        """Return the batches that have the shard's name."""
        return self._search(shard, lambda batch: _shard_of(batch) == shard.name)

    def _pages(self) -> tuple[str, Callable[[JsonObject], Page]]:
        path = f"/batches?pageSize={PAGE}"

        def page_of(body: JsonObject) -> Page:
            following = nonempty(body.get("nextPageToken"))
            return array(body.get("operations")), following and f"{path}&pageToken={quote(following, safe='')}"

        return path, page_of

    def fetch(self, batch: RemoteBatch) -> Sequence[HttpRequest]:
        """Return the request for the file of results; an expired batch has none."""
        return [
            HttpRequest(
                url=self._beside("download", f"/{quote(file)}:download?alt=media"), body=b"", method="GET",
                headers=dict(self._endpoint.headers),
            )
            for file in batch.results
        ]  # fmt: skip

    def read(self, results: BinaryIO) -> Iterator[BatchResult]:
        """Yield what became of each request: a response, or the error that there was instead."""
        for line in lines_of(results):
            key, error = string(line.get("key")), obj(line, "error") or obj(line, "status")
            if isinstance(response := line.get("response"), dict):
                yield BatchResult(custom_id=key, reply=HttpReply(status=200, body=dumps(response)))
            elif error and error.get("code") != _CANCELLED:
                yield BatchResult(custom_id=key, reply=error_reply(error))
            else:
                yield BatchResult(custom_id=key, unanswered="cancelled" if error else "no response")

    def _beside(self, service: str, path: str) -> str:
        """Return the address of what is not below the version, but has it below: /upload/v1beta/files."""
        root, _, version = self._endpoint.base_url.partition("?")[0].rstrip("/").rpartition("/")
        return f"{root}/{service}/{version}{path}"

    def _upload_url(self, begun: HttpReply) -> str:
        """Return the address to send a file to, at the host that we call, which may be a gateway."""
        try:
            stated, own = urlsplit(begun.headers.get("x-goog-upload-url", "")), urlsplit(self._endpoint.base_url)
        except ValueError:
            raise unreadable(self._endpoint, "an address to upload to") from None
        if not stated.path:
            raise unreadable(self._endpoint, "an address to upload to")
        return stated._replace(scheme=own.scheme, netloc=own.netloc).geturl()

    def _created(self, body: JsonObject) -> float | None:
        return moment(obj(body, "metadata").get("createTime"))

    def _batch(self, body: JsonObject) -> RemoteBatch:
        metadata, identity = obj(body, "metadata"), nonempty(body.get("name"))
        word = string(metadata.get("state")) or ("SUCCEEDED" if body.get("done") is True else "PENDING")
        state = _STATES.get(_without_prefix(word), "unknown")
        if identity is None:
            raise unreadable(self._endpoint, "a name")
        file = nonempty(obj(metadata, "output").get("responsesFile")) or nonempty(
            obj(body, "response").get("responsesFile")
        )
        error = obj(body, "error")
        if error and state not in ("cancelled", "expired"):
            state = "refused"
        total, succeeded, failed = _counts(obj(metadata, "batchStats"))
        return RemoteBatch(
            id=identity, model=_model_of(metadata),
            state="ended" if state == "refused" and file else state, word=word, shard=_shard_of(body),
            total=total, completed=None if total is None else succeeded + failed,
            failed=None if total is None else failed, created=self._created(body), results=(file,) if file else (),
            faults=(LineFault(str(error.get("code", "")), string(error.get("message"))),) if error else (),
        )  # fmt: skip


def _shard_of(body: JsonObject) -> str | None:
    return nonempty(obj(body, "metadata").get("displayName"))


def _model_of(metadata: JsonObject) -> str | None:
    name = nonempty(metadata.get("model"))
    return None if name is None else name.removeprefix("models/")


def _without_prefix(word: str) -> str:
    for prefix in _PREFIXES:
        word = word.removeprefix(prefix)
    return word


def _counts(stats: JsonObject) -> tuple[int | None, int, int]:
    """Return the requests in all, those that succeeded and those that failed; counts of zero are left out."""
    succeeded, failed = (count(stats.get(f"{name}RequestCount")) or 0 for name in ("successful", "failed"))
    return count(stats.get("requestCount")), succeeded, failed
