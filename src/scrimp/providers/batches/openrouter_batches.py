"""OpenRouter's batches: all requests in one body, all results in the description of the batch (reference, 2.7, 11).

Its newest pages know a list of results in pages, too, which is asked for where the batch itself has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO
from urllib.parse import quote

from scrimp.providers.batches.base_flow import PAGE, ListedFlow, Page, begun_before
from scrimp.providers.batches.flow import (
    BatchLimits,
    BatchRefusedError,
    BatchResult,
    Exchanges,
    FileRequest,
    Frame,
    LineFault,
    RemoteBatch,
    Shard,
)
from scrimp.providers.batches.replies import (
    OPENAI_STATES,
    count,
    data_in,
    moment,
    object_in,
    result_in,
    unreadable,
    whole_object_in,
)
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.json_access import array, dumps, nonempty, obj, string
from scrimp.providers.replies.error_replies import status_of_envelope
from scrimp.providers.replies.reported_cost import reported_cost
from scrimp.values import Attachment, Failure, JsonObject

_DAY = 86_400.0
LIMITS = BatchLimits(requests=5_000, bytes=200_000_000, window=_DAY, results_kept=30 * _DAY)
_PATH = "/batches"
_WITH_RESULTS = ("ended", "expired", "cancelled")
_PAGE = 1000  # results in a page of them
_UNANSWERED = ("expired", "cancel")  # error types that mean that no model was called
_LARGEST_REPLY = 2_000_000_000  # bytes of the results of 5 000 requests, which come in one reply


def flow(endpoint: Endpoint) -> OpenRouterBatches:
    """Return how batches are made at a provider with this API."""
    return OpenRouterBatches(endpoint, LIMITS)


class OpenRouterBatches(ListedFlow):
    """Batches that are created with all their requests. They have no name: model, time and count tell them apart."""

    tells_names = False

    def frame(self, shard: Shard) -> Frame:
        """Return the object around the requests; it is read as it comes, so that endpoint and model must be first."""
        head = dumps({"endpoint": shard.path, "model": shard.model, "completion_window": "24h"})
        return Frame(head[:-1] + b',"requests":[', b",\n", b"]}")

    def refuses_attached(self, attachments: Sequence[Attachment]) -> str | None:
        """Return why images and PDFs are not sent: it fetches images from public addresses, and takes nothing else."""
        if all(each.is_url and each.media_type.startswith("image/") for each in attachments):
            return None
        return f"batches at {self._endpoint.name} take images by their public URLs only"

    def create(self, shard: Shard, file: str) -> Exchanges[RemoteBatch]:
        """Create the batch of the shard's own file; it is looked at later."""
        del file
        reply = yield FileRequest(url=self._endpoint.address(_PATH), headers=dict(self._endpoint.headers))
        return self._batch(object_in(reply, self._endpoint, shard.model))

    def look_up(self, batch: str) -> Exchanges[RemoteBatch]:
        """Ask for one batch, whose reply has its results, too."""
        reply = yield self._with_results(batch)
        return self._batch(object_in(reply, self._endpoint))

    def find(self, shard: Shard) -> Exchanges[Sequence[RemoteBatch]]:
        """Return the batches of the same model and size that were created since the shard's submission was begun."""

        def is_ours(batch: JsonObject) -> bool:
            created, total = self._created(batch), count(obj(batch, "request_counts").get("total"))
            alike = batch.get("model") == shard.model and total in (None, 0, shard.requests)  # 0 until it was looked at
            return alike and created is not None and created >= begun_before(shard)

        return self._search(shard, is_ours)

    def _pages(self) -> tuple[str, Callable[[JsonObject], Page]]:
        path = f"{_PATH}?limit={PAGE}"

        def page_of(body: JsonObject) -> Page:
            last = nonempty(body.get("last_id")) if body.get("has_more") else None
            return data_in(body, self._endpoint), f"{path}&after={quote(last, safe='')}" if last else None

        return path, page_of

    def cancel(self, batch: str) -> Exchanges[None]:
        """Refuse: there is no such request, and a batch that runs cannot be deleted either."""
        yield from ()
        message = f"{self._endpoint.name} cannot cancel the batch {batch}: it ends by itself, within 24 hours"
        raise BatchRefusedError(Failure(kind="invalid", message=message))

    def fetch(self, batch: RemoteBatch) -> Sequence[HttpRequest]:
        """Return the request for the batch itself: its results are in it."""
        return [self._with_results(each) for each in batch.results]

    def more(self, batch: RemoteBatch, results: BinaryIO) -> Sequence[HttpRequest]:
        """Return the request for a page of results: after another one, or where the batch itself has none."""
        body = whole_object_in(results, self._endpoint)
        path = f"{_PATH}/{quote(batch.id, safe='')}/results?limit={_PAGE}"
        if "data" in body:
            following = nonempty(body.get("next_cursor"))
            return [self._request(f"{path}&cursor={quote(following, safe='')}")] if following else []
        has_some = (batch.completed or 0) > (batch.failed or 0)
        return [self._request(path)] if has_some and not isinstance(body.get("results"), list) else []

    def read(self, results: BinaryIO) -> Iterator[BatchResult]:
        """Yield what became of each request; raise BatchRefusedError for a reply that is cut off."""
        body = whole_object_in(results, self._endpoint)
        entries = array(body.get("data", body.get("results")))
        return (_result_in(each) for each in entries if isinstance(each, dict))

    def _with_results(self, batch: str) -> HttpRequest:
        return HttpRequest(
            url=self._endpoint.address(f"{_PATH}/{quote(batch, safe='')}"), body=b"", method="GET",
            headers=dict(self._endpoint.headers), reply_limit=_LARGEST_REPLY,
        )  # fmt: skip

    def _batch(self, body: JsonObject) -> RemoteBatch:
        identity, word = nonempty(body.get("id")), string(body.get("status"))
        if identity is None:
            raise unreadable(self._endpoint, "an id")
        counts, usage, why = obj(body, "request_counts"), obj(body, "usage"), obj(body, "error")
        completed, failed = count(counts.get("completed")), count(counts.get("failed"))
        tokens = count(usage.get("prompt_tokens")), count(usage.get("completion_tokens"))
        cost, state = reported_cost(body, {}, self._endpoint), OPENAI_STATES.get(word, "unknown")
        return RemoteBatch(
            id=identity, model=nonempty(body.get("model")),
            state=state, word=word, total=count(counts.get("total")) or None,
            completed=None if completed is None else completed + (failed or 0), failed=failed,
            created=self._created(body), expires=moment(body.get("expires_at")),
            results=(identity,) if state in _WITH_RESULTS else (),
            faults=(LineFault(str(why.get("code") or ""), string(why.get("message"))),) if why else (),
            reported_cost=None if cost is None else str(cost),
            tokens=None if tokens[0] is None or tokens[1] is None else (tokens[0], tokens[1]),
        )  # fmt: skip


def _result_in(entry: JsonObject) -> BatchResult:
    """Return a result; an error is the reply that a live call would have got."""
    error = obj(entry, "error")
    kinds = f"{string(error.get('type'))} {string(error.get('code'))} {string(error.get('error_type'))}"
    if not error or obj(entry, "response") or any(word in kinds for word in _UNANSWERED):
        return result_in(entry)
    body = dumps({"error": {**error, "metadata": {"error_type": error.get("error_type")}}})
    reply = HttpReply(status=status_of_envelope(body), body=body)
    return BatchResult(custom_id=string(entry.get("custom_id")), reply=reply)
