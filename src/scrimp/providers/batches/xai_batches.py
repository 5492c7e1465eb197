"""xAI's batches: of an uploaded file, with counts instead of a state, and pages of results (reference, 2.7).

Of a file, not of requests that are added to it: a batch that is created with a file is whole or does not exist, while
one to which a part was added before the connection broke would run with that part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO
from urllib.parse import quote

from scrimp.enums import BatchState
from scrimp.providers.batches.base_flow import PAGE, ListedFlow, Page
from scrimp.providers.batches.file_flow import FileFlow
from scrimp.providers.batches.flow import (
    BatchLimits,
    BatchResult,
    Exchanges,
    LineFault,
    RemoteBatch,
    Shard,
)
from scrimp.providers.batches.replies import count, error_reply, moment, object_in, unreadable, whole_object_in
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.json_access import array, dumps, nonempty, obj, string
from scrimp.providers.requests.capabilities import base_name
from scrimp.values import JsonObject

# Neither is stated; OpenAI's, whose form the file has.
LIMITS = BatchLimits(requests=50_000, bytes=200_000_000)
_PATH = "/batches"
# Models that take no part in batches. Another one is refused by the batch itself, which tells why.
_REFUSED = ("grok-4.5",)


def flow(endpoint: Endpoint) -> XaiBatches:
    """Return how batches are made at a provider with this API."""
    return XaiBatches(endpoint, LIMITS)


class XaiBatches(FileFlow, ListedFlow):
    """Batches of uploaded files, whose results come in pages."""

    _newest_first = False  # not stated; and their times may be days
    _cancels_by = ":cancel"

    def line(self, custom_id: str, request: HttpRequest) -> bytes:
        """Return a line of the file, as OpenAI's batches have it."""
        return self._line_with_path(custom_id, request)

    def refuses(self, model: str) -> str | None:
        """Return why a model takes no part in batches."""
        return f"xAI has no batches for {model}" if base_name(model).startswith(_REFUSED) else None

    def create(self, shard: Shard, file: str) -> Exchanges[RemoteBatch]:
        """Create the batch, which has the shard's name."""
        reply = yield self._request(_PATH, body=dumps({"name": shard.name, "input_file_id": file}))
        return self._batch(object_in(reply, self._endpoint, shard.model))

    def find(self, shard: Shard) -> Exchanges[Sequence[RemoteBatch]]:
        """Return the batches that have the shard's name."""
        return self._search(shard, lambda batch: batch.get("name") == shard.name)

    def _pages(self) -> tuple[str, Callable[[JsonObject], Page]]:
        path = f"{_PATH}?limit={PAGE}"

        def page_of(body: JsonObject) -> Page:
            following = nonempty(body.get("pagination_token"))
            return array(body.get("batches")), following and f"{path}&pagination_token={quote(following, safe='')}"

        return path, page_of

    def fetch(self, batch: RemoteBatch) -> Sequence[HttpRequest]:
        """Return the request for the first page of the results."""
        return [self._request(self._results_of(each)) for each in batch.results]

    def more(self, batch: RemoteBatch, results: BinaryIO) -> Sequence[HttpRequest]:
        """Return the request for the page that follows."""
        following = nonempty(whole_object_in(results, self._endpoint).get("pagination_token"))
        if following is None:
            return ()
        return [self._request(f"{self._results_of(batch.id)}&pagination_token={quote(following, safe='')}")]

    def read(self, results: BinaryIO) -> Iterator[BatchResult]:
        """Yield the result of each request of a page: a completion, or an error."""
        page = whole_object_in(results, self._endpoint)
        return (_result_in(each) for each in array(page.get("results")) if isinstance(each, dict))

    def _results_of(self, batch: str) -> str:
        return f"{self._path_to(batch)}/results?limit={PAGE}"

    def _created(self, body: JsonObject) -> float | None:
        return moment(body.get("create_time"))

    def _batch(self, body: JsonObject) -> RemoteBatch:
        identity, counts = nonempty(body.get("batch_id")), obj(body, "state")
        if identity is None:
            raise unreadable(self._endpoint, "the id of the batch")
        total, pending, succeeded, failed, cancelled = (
            count(counts.get(f"num_{name}")) or 0 for name in ("requests", "pending", "success", "error", "cancelled")
        )
        why = nonempty(body.get("cancel_by_xai_message"))
        state = _state(total, pending, succeeded + failed, why, is_cancelled=bool(body.get("cancel_time") or cancelled))
        return RemoteBatch(
            id=identity, state=state, word=state, shard=nonempty(body.get("name")), total=total or None,
            completed=succeeded + failed if total else None, failed=failed if total else None,
            created=self._created(body), expires=moment(body.get("expire_time")),
            results=(identity,) if state in ("ended", "cancelled") and total else (),
            faults=(LineFault("", why),) if why else (),
        )  # fmt: skip


def _state(total: int, pending: int, done: int, why: str | None, *, is_cancelled: bool) -> BatchState:
    """Return the state that counts mean; all are zero until the file was looked at, and after it was refused."""
    if why and not done:
        return "refused"
    if is_cancelled or why:
        return "stopping" if pending else "cancelled"
    if not total:
        return "checking"
    return "running" if pending else "ended"


def _result_in(entry: JsonObject) -> BatchResult:
    custom_id, result = string(entry.get("batch_request_id")), obj(entry, "batch_result")
    response, error = obj(result, "response"), obj(result, "error")
    if not error and (message := nonempty(entry.get("error_message"))):
        error = {"message": message}
    body = next((body for body in response.values() if isinstance(body, dict)), None)
    if body is not None:
        return BatchResult(custom_id=custom_id, reply=HttpReply(status=200, body=dumps(body)))
    if error:
        return BatchResult(custom_id=custom_id, reply=error_reply(error))
    return BatchResult(custom_id=custom_id, unanswered="no response")
