"""Anthropic's message batches: all requests in one body, all results in one file (reference, 2.6, 2.7 and 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO
from urllib.parse import quote

from scrimp.enums import BatchState
from scrimp.providers.batches.base_flow import PAGE, ListedFlow, Page, begun_before
from scrimp.providers.batches.flow import BatchLimits, BatchResult, Exchanges, FileRequest, Frame, RemoteBatch, Shard
from scrimp.providers.batches.replies import count, data_in, lines_of, moment, object_in, unreadable
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.json_access import dumps, nonempty, obj, string
from scrimp.providers.replies.error_replies import status_of_envelope
from scrimp.values import JsonObject

_DAY = 86_400.0
LIMITS = BatchLimits(requests=100_000, bytes=256_000_000, window=_DAY, results_kept=29 * _DAY)
_STATES: Mapping[str, BatchState] = {"in_progress": "running", "canceling": "stopping", "ended": "ended"}
_OUTCOMES = ("processing", "succeeded", "errored", "canceled", "expired")
_WITHOUT_ANSWER = {"canceled": "cancelled", "expired": "expired"}
_VERSION = "anthropic-version"
_LENIENT_VERSION = "2023-06-01"
_PATH = "/v1/messages/batches"


def flow(endpoint: Endpoint) -> AnthropicMessages:
    """Return how batches are made at a provider with this API."""
    return AnthropicMessages(endpoint, LIMITS)


class AnthropicMessages(ListedFlow):
    """Batches that are created with all their requests. They have no name: time and count tell them apart."""

    tells_names = False
    _batches_at = _PATH

    def line(self, custom_id: str, request: HttpRequest) -> bytes:
        """Return a request of the body."""
        return b'{"custom_id":%b,"params":%b}' % (dumps(custom_id), request.body)

    def frame(self, shard: Shard) -> Frame:
        """Return the object around the requests."""
        del shard
        return Frame(b'{"requests":[', b",\n", b"]}")

    def create(self, shard: Shard, file: str) -> Exchanges[RemoteBatch]:
        """Create the batch of the shard's own file.

        The older version takes all that the newer one takes, and the temperature that some of the requests may have.
        """
        del file
        headers = dict(self._endpoint.headers)
        if _VERSION in headers:
            headers[_VERSION] = _LENIENT_VERSION
        reply = yield FileRequest(url=self._endpoint.address(_PATH), headers=headers)
        return self._batch(object_in(reply, self._endpoint, shard.model))

    def find(self, shard: Shard) -> Exchanges[Sequence[RemoteBatch]]:
        """Return all batches with as many requests that were created since the shard's submission was begun."""

        def is_ours(batch: JsonObject) -> bool:
            created = moment(batch.get("created_at"))
            return _total(batch) == shard.requests and created is not None and created >= begun_before(shard)

        return self._search(shard, is_ours)

    def _pages(self) -> tuple[str, Callable[[JsonObject], Page]]:
        path = f"{_PATH}?limit={PAGE}"

        def page_of(body: JsonObject) -> Page:
            last = nonempty(body.get("last_id")) if body.get("has_more") else None
            return data_in(body, self._endpoint), f"{path}&after_id={quote(last, safe='')}" if last else None

        return path, page_of

    def fetch(self, batch: RemoteBatch) -> Sequence[HttpRequest]:
        """Return the request for the results, at the provider's own address: it gets the key."""
        return [self._request(f"{self._path_to(each)}/results") for each in batch.results]

    def read(self, results: BinaryIO) -> Iterator[BatchResult]:
        """Yield the result of each request; only those that succeeded are billed."""
        for line in lines_of(results):
            custom_id, result = string(line.get("custom_id")), obj(line, "result")
            kind = string(result.get("type"))
            if kind == "succeeded" and isinstance(message := result.get("message"), dict):
                yield BatchResult(custom_id=custom_id, reply=HttpReply(status=200, body=dumps(message)))
            elif kind == "errored":
                yield BatchResult(custom_id=custom_id, reply=_error_reply(obj(result, "error")))
            else:
                why = _WITHOUT_ANSWER.get(kind) or kind or "no result"
                yield BatchResult(custom_id=custom_id, unanswered=why)

    def _batch(self, body: JsonObject) -> RemoteBatch:
        identity, word = nonempty(body.get("id")), string(body.get("processing_status"))
        if identity is None:
            raise unreadable(self._endpoint, "an id")
        state, counts = _STATES.get(word, "unknown"), obj(body, "request_counts")
        # Until the whole batch has ended, all its requests are counted as processing.
        failed, succeeded = (count(counts.get(name)) if state == "ended" else None for name in ("errored", "succeeded"))
        return RemoteBatch(
            id=identity, state=state, word=word, total=_total(body),
            completed=None if succeeded is None else succeeded + (failed or 0), failed=failed,
            created=moment(body.get("created_at")), expires=moment(body.get("expires_at")),
            results=(identity,) if state == "ended" and not body.get("archived_at") else (),
        )  # fmt: skip


def _total(body: JsonObject) -> int | None:
    counts = [count(obj(body, "request_counts").get(name)) for name in _OUTCOMES]
    known = [each for each in counts if each is not None]
    return sum(known) if known else None


def _error_reply(envelope: JsonObject) -> HttpReply:
    """Return the reply that a live call would have got, from the whole envelope of an error."""
    body = dumps(envelope)
    request_id = nonempty(envelope.get("request_id"))
    return HttpReply(
        status=status_of_envelope(body), body=body, headers={"request-id": request_id} if request_id else {}
    )
