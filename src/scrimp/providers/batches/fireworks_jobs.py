"""Fireworks' batch jobs: a data set that is uploaded, a job that has the model, a data set of results (reference, 2.7).

Its pages do not tell all: that a data set must state its size, that lines have no model, and that results are not
wrapped is known from clients that were published.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import BinaryIO
from urllib.parse import quote, urlsplit

from scrimp.enums import BatchState
from scrimp.providers.batches.base_flow import BaseFlow
from scrimp.providers.batches.flow import (
    BatchLimits,
    BatchRefusedError,
    BatchResult,
    Exchanges,
    FileRequest,
    LineFault,
    RemoteBatch,
    Shard,
    WireRequest,
)
from scrimp.providers.batches.replies import (
    count,
    error_reply,
    lines_of,
    moment,
    object_in,
    refusal_of,
    result_in,
    unreadable,
)
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.json_access import array, dumps, is_success, nonempty, obj, reply_object, string
from scrimp.values import Failure, JsonObject

# How many requests there may be is not stated. More bytes would need another kind of upload.
LIMITS = BatchLimits(requests=100_000, bytes=150_000_000)
_PREFIX = "JOB_STATE_"
_STATES: Mapping[str, BatchState] = {
    "UNSPECIFIED": "checking",
    "VALIDATING": "checking",
    "CREATING_INPUT_DATASET": "checking",
    "PENDING": "running",
    "CREATING": "running",
    "RUNNING": "running",
    "RE_QUEUEING": "running",
    "IDLE": "running",
    "PAUSED": "running",
    "WRITING_RESULTS": "running",
    "COMPLETED": "ended",
    "FAILED": "refused",
    "EARLY_STOPPED": "expired",
    "EXPIRED": "expired",
    "CANCELLING": "stopping",
    "CANCELLED": "cancelled",
    "DELETING": "cancelled",
    "DELETING_CLEANING_UP": "cancelled",
    "DELETED": "cancelled",
    "ARCHIVED": "cancelled",
}
_WITH_RESULTS = ("ended", "expired", "cancelled")
_EXISTS, _NOT_FOUND = 409, 404
_MOST_NAMES = 20  # names tried for one shard; all but the last were refused
_LONGEST_LIST = 1_000_000  # bytes of a list of files; results are longer, and no lists


def flow(endpoint: Endpoint) -> FireworksJobs:
    """Return how batches are made at a provider with this API."""
    return FireworksJobs(endpoint, LIMITS)


class FireworksJobs(BaseFlow):
    """Jobs whose names we choose: one whose creation was not confirmed is looked up."""

    uploads = True

    def line(self, custom_id: str, request: HttpRequest) -> bytes:
        """Return a line of the file: the body as a live call has it, without the model, which the job has."""
        return self._line_without_model(custom_id, request)

    def upload(self, shard: Shard) -> Exchanges[str]:
        """Make a data set and upload the file to it; one that is whole from an earlier try is taken as it is."""
        account = yield from self._account()
        data_set = f"{account}/datasets/{_name_of(shard)}-in"
        described: JsonObject = {"userUploaded": {}, "exampleCount": str(shard.requests)}
        body = dumps({"datasetId": data_set.rpartition("/")[2], "dataset": described})
        made = yield self._control(f"{account}/datasets", body)
        if made.status == _EXISTS:
            earlier = object_in((yield self._control(data_set)), self._endpoint)
            if earlier.get("state") == "READY":
                return data_set
        elif not is_success(made):
            raise refusal_of(made, self._endpoint)
        reply = yield FileRequest(
            url=self._control_url(f"{data_set}:upload"), headers=dict(self._endpoint.headers), form={},
            file_name=f"{shard.name}.jsonl", content_type="application/jsonl",
        )  # fmt: skip
        if not is_success(reply):
            raise refusal_of(reply, self._endpoint)
        return data_set

    def create(self, shard: Shard, file: str) -> Exchanges[RemoteBatch]:
        """Create the job under the name that the shard gives it, or the next one if a job of that name was refused.

        One that exists under the name and was not refused is the shard's own: it is not created twice.
        """
        account = file.partition("/datasets/")[0]
        for attempt in range(1, _MOST_NAMES + 1):
            name = _name_of(shard, attempt)
            body: JsonObject = {
                "displayName": shard.name, "model": shard.model, "inputDatasetId": file,
                "outputDatasetId": f"{account}/datasets/{name}-out",
            }  # fmt: skip
            reply = yield self._control(f"{account}/batchInferenceJobs?batchInferenceJobId={name}", dumps(body))
            if reply.status != _EXISTS:
                break
            earlier = yield from self.look_up(f"{account}/batchInferenceJobs/{name}")
            if earlier.state != "refused":
                return earlier
        return self._batch(object_in(reply, self._endpoint, shard.model))

    def look_up(self, batch: str) -> Exchanges[RemoteBatch]:
        """Ask for one job."""
        reply = yield self._control(batch)
        return self._batch(object_in(reply, self._endpoint))

    def find(self, shard: Shard) -> Exchanges[Sequence[RemoteBatch]]:
        """Return the job that has a name which the shard gives it, and was not refused."""
        account = yield from self._account()
        found: list[RemoteBatch] = []
        for attempt in range(1, _MOST_NAMES + 1):
            reply = yield self._control(f"{account}/batchInferenceJobs/{_name_of(shard, attempt)}")
            if reply.status == _NOT_FOUND:
                break
            found.append(self._batch(object_in(reply, self._endpoint)))
        return [job for job in found if job.state != "refused"]

    def list_all(self, since: float) -> Exchanges[Sequence[RemoteBatch]]:
        """Return the jobs that were created since a time, as far as a page of the list has them."""
        account = yield from self._account()
        body = object_in((yield self._control(f"{account}/batchInferenceJobs?pageSize=200")), self._endpoint)
        jobs = (self._understood(obj(each)) for each in array(body.get("batchInferenceJobs")))
        return [each for each in jobs if each is not None and (each.created is None or each.created >= since)]

    def cancel(self, batch: str) -> Exchanges[None]:
        """Refuse: a job ends early only by being deleted, and what it has answered would be paid for and lost."""
        yield from ()
        name = batch.rpartition("/")[2]
        message = f"{self._endpoint.name} cannot cancel the batch {name} without losing its results: wait until it ends"
        raise BatchRefusedError(Failure(kind="invalid", message=message))

    def fetch(self, batch: RemoteBatch) -> Sequence[HttpRequest]:
        """Return the request for the addresses of the files of results."""
        return [self._control(f"{each}:getDownloadEndpoint") for each in batch.results]

    def more(self, batch: RemoteBatch, results: BinaryIO) -> Sequence[HttpRequest]:
        """Return the requests for the files that are listed, of answers and of errors, at addresses that are signed."""
        del batch
        listed = reply_object(HttpReply(status=200, body=results.read(_LONGEST_LIST))) or {}
        addresses = [string(each) for each in obj(listed, "filenameToSignedUrls").values()]
        return [HttpRequest(url=self._foreign(each), body=b"", method="GET") for each in addresses]

    def read(self, results: BinaryIO) -> Iterator[BatchResult]:
        """Yield the result of each request: a completion as it is, or an error. The list of files has none."""
        return (_result_in(line) for line in lines_of(results) if nonempty(line.get("custom_id")))

    def _account(self) -> Generator[WireRequest, HttpReply, str]:
        """Return the account of the key, as `accounts/NAME`."""
        reply = yield self._control("accounts")
        accounts = array(object_in(reply, self._endpoint).get("accounts"))
        names = [name for each in accounts if (name := nonempty(obj(each).get("name")))]
        if not names:
            raise unreadable(self._endpoint, "an account")
        if len(names) > 1:
            message = f"the key of {self._endpoint.name} is for several accounts ({', '.join(names)}): use one for one"
            raise BatchRefusedError(Failure(kind="invalid", message=message), "no_batch")
        return names[0]

    def _control_url(self, path: str) -> str:
        """Return the address of a sibling of /inference, under which the models are."""
        base = self._endpoint.base_url.partition("?")[0].rstrip("/").removesuffix("/v1").removesuffix("/inference")
        return f"{base}/v1/{quote(path, safe='/:?=')}"

    def _control(self, path: str, body: bytes | None = None) -> HttpRequest:
        return HttpRequest(
            url=self._control_url(path), body=body or b"", headers=dict(self._endpoint.headers),
            method="GET" if body is None else "POST",
        )  # fmt: skip

    def _foreign(self, address: str) -> str:
        """Return a signed address; raise BatchRefusedError if it cannot be fetched safely."""
        try:
            parts = urlsplit(address)
        except ValueError:
            raise unreadable(self._endpoint, "addresses of files") from None
        if (parts.scheme != "https" and not self._endpoint.is_own(address)) or not parts.hostname:
            raise unreadable(self._endpoint, "addresses of files")
        return address

    def _batch(self, body: JsonObject) -> RemoteBatch:
        identity, word = nonempty(body.get("name")), string(body.get("state"))
        state = _STATES.get(word.removeprefix(_PREFIX) or "UNSPECIFIED", "unknown")
        if identity is None:
            raise unreadable(self._endpoint, "a name")
        progress, status = obj(body, "jobProgress"), obj(body, "status")
        total, done, failed, read, written = (
            count(progress.get(name))
            for name in (
                "totalInputRequests", "totalProcessedRequests", "failedRequests", "inputTokens", "outputTokens",
            )
        )  # fmt: skip
        results, why = nonempty(body.get("outputDatasetId")), string(status.get("message"))
        return RemoteBatch(
            id=identity, model=nonempty(body.get("model")),
            state=state, word=word, shard=nonempty(body.get("displayName")),
            total=max(total or 0, done or 0) or None, completed=done, failed=failed,
            created=moment(body.get("createTime")), expires=moment(body.get("expireTime")),
            results=(results,) if results and state in _WITH_RESULTS else (),
            faults=(LineFault(string(status.get("code")), why),) if why and state == "refused" else (),
            tokens=None if read is None or written is None else (read, written),
        )  # fmt: skip


def _name_of(shard: Shard, attempt: int = 1) -> str:
    """Return a name for what belongs to a shard, of the letters that Fireworks allows."""
    name = f"scrimp-{sha256(shard.name.encode()).hexdigest()[:32]}"
    return name if attempt == 1 else f"{name}-{attempt}"


def _result_in(line: JsonObject) -> BatchResult:
    """Return the result in a line: its response is a whole completion, not wrapped in a status and a body."""
    custom_id, response, error = string(line.get("custom_id")), obj(line, "response"), line.get("error")
    if "choices" in response:
        return BatchResult(custom_id=custom_id, reply=HttpReply(status=200, body=dumps(response)))
    if "status_code" in response or not error:
        return result_in(line)
    described: JsonObject = error if isinstance(error, dict) else {"message": str(error)}
    return BatchResult(custom_id=custom_id, reply=error_reply(described))
