"""Anthropic's message batches and messages, with prompt caches that live calls and batches do not share."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from batch_servers.answers import message, prompt_of, prompt_tokens
from batch_servers.faults import Refused, Step
from batch_servers.outcomes import Batch, Fate, Item, Phase, failed
from batch_servers.server import BatchServer
from batch_servers.wire import Reply, Request, as_json

STATUSES = {Phase.CANCELLING: "canceling"} | {phase: "ended" for phase in Phase if phase.has_ended}
ERROR_TYPES = {
    400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
    404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error", 529: "overloaded_error",
}  # fmt: skip
CUSTOM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
DAY = 86_400


class Asked(Struct):
    """One request of a batch as it is created."""

    custom_id: str
    params: msgspec.Raw


class Creation(Struct):
    """The body that creates a batch."""

    requests: list[Asked]


class AnthropicBatches(BatchServer):
    """Anthropic: one body creates a batch, one stream has all its results."""

    root = ""
    routes: ClassVar[Sequence[tuple[str, str, Step, str]]] = (
        ("POST", "/v1/messages/batches", Step.CREATE, "create"),
        ("GET", "/v1/messages/batches", Step.LIST, "list_batches"),
        ("GET", "/v1/messages/batches/(?P<batch_id>[^/]+)", Step.POLL, "retrieve"),
        ("GET", "/v1/messages/batches/(?P<batch_id>[^/]+)/results", Step.DOWNLOAD, "results"),
        ("POST", "/v1/messages/batches/(?P<batch_id>[^/]+)/cancel", Step.CANCEL, "cancel_batch"),
        ("DELETE", "/v1/messages/batches/(?P<batch_id>[^/]+)", Step.DELETE, "delete"),
        ("POST", "/v1/messages", Step.LIVE, "live"),
    )
    max_requests = 100_000
    max_bytes = 256_000_000
    cache_minimum = 512  # tokens of the shortest prefix that is cached

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.archived: set[str] = set()  # batches whose results are gone
        self._cached: dict[str, set[tuple[str, str]]] = {"batch": set(), "live": set()}
        self._caching: dict[tuple[str, int], tuple[int, int]] = {}  # tokens read and written by a request

    def error(self, status: int, code: str, message: str) -> Reply:
        return as_json(self._envelope(status, code, message), status)

    def _envelope(self, status: int, code: str, message: str) -> dict[str, Any]:
        error: dict[str, Any] = {"type": ERROR_TYPES.get(status, "api_error"), "message": message}
        if code:
            error["details"] = {"error_code": code}
        return {"type": "error", "error": error, "request_id": "req_1"}

    def authorized(self, request: Request) -> bool:
        if "anthropic-version" not in request.headers:
            raise Refused(self.error(400, "", "anthropic-version: header is required"))
        return "x-api-key" in request.headers or super().authorized(request)

    # Batches

    def create(self, request: Request) -> Reply:
        if len(request.body) > self.max_bytes:
            raise Refused(self.error(413, "", "Request exceeds the maximum size"))
        try:
            asked = msgspec.json.decode(request.body, type=Creation).requests
        except msgspec.MsgspecError as error:
            raise Refused(self.error(400, "", f"requests: {error}")) from error
        if not 1 <= len(asked) <= self.max_requests:
            raise Refused(self.error(400, "", f"requests: a batch has 1 to {self.max_requests} requests"))
        seen: set[str] = set()
        for number, one in enumerate(asked):
            if not CUSTOM_ID.fullmatch(one.custom_id):
                raise Refused(self.error(400, "", f"requests.{number}.custom_id: String should match the pattern"))
            if one.custom_id in seen:
                raise Refused(self.error(400, "", f"requests.{number}.custom_id: must be unique: {one.custom_id}"))
            seen.add(one.custom_id)
        items = [Item(number, one.custom_id, bytes(one.params)) for number, one in enumerate(asked)]
        return as_json(self.batch_object(self.add_batch(self.new_id("msgbatch_"), "", items, {})))

    def batch_object(self, batch: Batch) -> dict[str, Any]:
        when = batch.entered
        end = next((at for phase, at in when.items() if phase.has_ended), None)
        url = self.url + f"/v1/messages/batches/{batch.id}/results"
        return {
            "id": batch.id, "type": "message_batch", "processing_status": STATUSES.get(batch.phase, "in_progress"),
            "request_counts": self.counts(batch), "created_at": _time(batch.created_at),
            "expires_at": _time(batch.created_at + DAY), "ended_at": _time(end),
            "cancel_initiated_at": _time(when.get(Phase.CANCELLING)),
            "archived_at": _time(end) if batch.id in self.archived else None,
            "results_url": url if batch.phase.has_ended and batch.id not in self.archived else None,
        }  # fmt: skip

    def counts(self, batch: Batch) -> dict[str, int]:
        """Count the requests; all are processing until the whole batch has ended."""
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        if not batch.phase.has_ended:
            return counts | {"processing": len(batch.items)}
        counts |= Counter(_kind(item.fate) for item in batch.done if item.fate is not None)
        counts[_unfinished(batch)] += len(batch.left)
        counts["succeeded"] += self.counts_off
        return counts

    def retrieve(self, request: Request, batch_id: str) -> Reply:
        return as_json(self.batch_object(self.polled(batch_id)))

    def list_batches(self, request: Request) -> Reply:
        """Return a page, newest first, after or before a batch that was seen."""
        limit, query, found = int(request.query.get("limit", 20)), request.query, self.listed()
        ids = [batch.id for batch in found]
        if query.get("before_id") in ids:
            end = ids.index(query["before_id"])
            shown, more = found[max(0, end - limit) : end], end > limit
        else:
            start = ids.index(query["after_id"]) + 1 if query.get("after_id") in ids else 0
            shown, more = found[start : start + limit], start + limit < len(found)
        return as_json({
            "data": [self.batch_object(batch) for batch in shown], "has_more": more,
            "first_id": shown[0].id if shown else None, "last_id": shown[-1].id if shown else None,
        })  # fmt: skip

    def cancel_batch(self, request: Request, batch_id: str) -> Reply:
        batch = self.batch(batch_id)
        if batch.phase.has_ended:
            raise Refused(self.error(400, "", f"Batch {batch_id} has ended and cannot be canceled."))
        self.cancel(batch)
        return as_json(self.batch_object(batch))

    def delete(self, request: Request, batch_id: str) -> Reply:
        if not self.batch(batch_id).phase.has_ended:
            raise Refused(self.error(400, "", f"Batch {batch_id} is still processing: cancel it first."))
        del self.batches[batch_id]
        return as_json({"id": batch_id, "type": "message_batch_deleted"})

    # Results

    def results(self, request: Request, batch_id: str) -> Reply:
        batch = self.batch(batch_id)
        if not batch.phase.has_ended or batch_id in self.archived:
            raise Refused(self.error(404, "", f"No results are available for {batch_id}."))
        lines = [self.line(batch, item, fate) for item, fate in self.told(batch)]
        lines += [self.line(batch, item, Fate(200)) for item in self.strangers(batch)]
        lines += [_line(item, {"type": _unfinished(batch)}) for item in batch.left]
        return Reply(200, b"".join(lines), {"content-type": "application/x-jsonl"})

    def line(self, batch: Batch, item: Item, fate: Fate) -> bytes:
        if fate.garbled:
            return b'{"custom_id": "\n'
        kind = _kind(fate)
        if kind == "errored":
            error = self._envelope(fate.status, fate.code, f"failed with {fate.status}")
            return _line(item, {"type": kind, "error": error})
        if kind == "expired":
            return _line(item, {"type": kind})
        caching = self._caching.get((batch.id, item.position), (0, 0))
        body = item.body
        return _line(item, {"type": kind, "message": message(body["model"], body, self.answer, caching, "batch")})

    def invalid(self, body: dict[str, Any]) -> Fate | None:
        return failed(400) if "max_tokens" not in body or body.get("stream") else None

    def enter(self, batch: Batch, phase: Phase) -> None:
        """Cache what the requests of this phase wrote, once all have run: they do not see each other."""
        before = batch.finished
        super().enter(batch, phase)
        fresh = batch.items[before : batch.finished]
        if not any(b"cache_control" in item.raw for item in fresh):
            return
        written = set()
        for item in fresh:
            key, read, wrote = self._look_up("batch", item.body)
            self._caching[batch.id, item.position] = (read, wrote)
            if wrote:
                written.add(key)
        self._cached["batch"] |= written

    def _look_up(self, realm: str, body: dict[str, Any]) -> tuple[tuple[str, str], int, int]:
        """Return the key of a request's prefix, and how many of its tokens are read from the cache or written to it."""
        marked = [block for block in _blocks(body) if "cache_control" in block]
        if not marked or marked[-1]["cache_control"].get("ttl") != "1h":  # five minutes are over before the next batch
            return ("", ""), 0, 0
        blocks = _blocks(body)
        prefix = blocks[: max(n for n, block in enumerate(blocks) if "cache_control" in block) + 1]
        tokens = prompt_tokens("".join(block.get("text", "") for block in prefix))
        if tokens < self.cache_minimum:
            return ("", ""), 0, 0
        key = (body["model"], json.dumps(prefix))
        return (key, tokens, 0) if key in self._cached[realm] else (key, 0, tokens)

    # Live

    def live(self, request: Request) -> Reply:
        body = msgspec.json.decode(request.body)
        key, read, wrote = self._look_up("live", body)
        if wrote:
            self._cached["live"].add(key)
        self.live_run(body["model"], prompt_of(body))
        return as_json(message(body["model"], body, self.answer, (read, wrote), "standard"))


def _blocks(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all that is said as blocks, in the order in which a prefix is cached."""
    contents = [body.get("system", ""), *(turn["content"] for turn in body["messages"])]
    return [
        block
        for content in contents
        for block in ([{"type": "text", "text": content}] if isinstance(content, str) else content)
    ]


def _kind(fate: Fate) -> str:
    if fate.expired:
        return "expired"
    return "succeeded" if fate.status == 200 else "errored"


def _unfinished(batch: Batch) -> str:
    return "canceled" if batch.phase is Phase.CANCELLED else "expired"


def _line(item: Item, result: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"custom_id": item.custom_id, "result": result}) + b"\n"


def _time(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()
