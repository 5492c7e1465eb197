"""OpenRouter's batches, whose results are in the batch itself, and its chat completions with their cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from batch_servers.answers import chat_completion, prompt_of
from batch_servers.faults import Refused, Step
from batch_servers.openai import STATUSES
from batch_servers.outcomes import Batch, Fate, Item, Phase, Refusal
from batch_servers.server import BatchServer
from batch_servers.wire import Reply, Request, as_json, page

KINDS = {
    400: "invalid_request", 401: "authentication", 402: "payment_required", 403: "permission_denied",
    429: "rate_limit_exceeded", 500: "server", 502: "provider_unavailable", 503: "provider_overloaded",
}  # fmt: skip
ENDPOINTS = frozenset({"/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/embeddings"})
DAY = 86_400


class Asked(msgspec.Struct):
    """One request of a batch as it is created."""

    custom_id: str
    body: msgspec.Raw


class Creation(msgspec.Struct):
    """The body that creates a batch."""

    endpoint: str
    model: str
    requests: list[Asked]
    completion_window: str = "24h"


class OpenRouterBatches(BatchServer):
    """OpenRouter: stored at once and checked later; the results come with the poll that finds the batch completed."""

    root = "/api/v1"
    routes: ClassVar[Sequence[tuple[str, str, Step, str]]] = (
        ("POST", "/batches", Step.CREATE, "create"),
        ("GET", "/batches", Step.LIST, "list_batches"),
        ("GET", "/batches/(?P<batch_id>[^/]+)", Step.POLL, "retrieve"),
        ("GET", "/batches/(?P<batch_id>[^/]+)/results", Step.DOWNLOAD, "result_page"),
        ("DELETE", "/batches/(?P<batch_id>[^/]+)", Step.DELETE, "delete"),
        ("POST", "/chat/completions", Step.LIVE, "live"),
    )
    max_requests = 5_000
    max_bytes = 200_000_000
    keeps_partial = False  # an expired batch has results
    input_price, output_price = 1.0, 10.0  # dollars per million tokens, live; half in batches

    def error(self, status: int, code: str, message: str) -> Reply:
        kind = code or KINDS.get(status, "server")
        return as_json({"error": {"code": status, "message": message, "metadata": {"error_type": kind}}}, status)

    def create(self, request: Request) -> Reply:
        if len(request.body) > self.max_bytes:
            raise Refused(self.error(413, "", f"The body is larger than {self.max_bytes} bytes."))
        try:
            names = list(msgspec.json.decode(request.body, type=dict[str, msgspec.Raw]))
            asked = msgspec.json.decode(request.body, type=Creation)
        except msgspec.MsgspecError as error:
            raise Refused(self.error(400, "", str(error))) from error
        if {"endpoint", "model", "callback_url"} & set(names[names.index("requests") :]):
            raise Refused(self.error(400, "", "endpoint, model and callback_url must come before requests"))
        if asked.endpoint not in ENDPOINTS or asked.completion_window != "24h":
            raise Refused(self.error(400, "", "the endpoint or the completion_window is not known"))
        items = [Item(number, one.custom_id, bytes(one.body)) for number, one in enumerate(asked.requests)]
        batch = self.add_batch(self.new_id("batch_"), asked.model, items, {"endpoint": asked.endpoint})
        return as_json(self.batch_object(batch), 202)

    def refuse_invalid(self, batch: Batch) -> None:
        if len({item.custom_id for item in batch.items}) < len(batch.items):
            batch.refusals.append(Refusal("duplicate", "custom_id must be unique within a batch"))
        if not 1 <= len(batch.items) <= self.max_requests:
            batch.refusals.append(Refusal("size", f"A batch has 1 to {self.max_requests} requests"))

    def ended(self, batch: Batch) -> None:
        if batch.phase is not Phase.COMPLETED and not self.keeps_partial:
            self.withheld.add(batch.id)

    def batch_object(self, batch: Batch, *, listed: bool = False) -> dict[str, Any]:
        end = next((int(at) for phase, at in batch.entered.items() if phase.has_ended), None)
        shown = end is not None and batch.id not in self.withheld
        return {
            "id": batch.id, "object": "batch", "endpoint": batch.given["endpoint"], "model": batch.model,
            "completion_window": "24h", "status": STATUSES[batch.phase], "created_at": int(batch.created_at),
            "expires_at": int(batch.created_at) + DAY, "finalized_at": end, "provider": None,
            "error": {"message": batch.refusals[0].message} if batch.refusals else None,
            "request_counts": {
                "total": len(batch.items), "completed": batch.succeeded + self.counts_off,
                "failed": batch.finished - batch.succeeded,
            },
            "results": self.results(batch) if shown and not listed else None,
            "usage": self.usage(batch) if shown else None,
        }  # fmt: skip

    def usage(self, batch: Batch) -> dict[str, Any]:
        taken, given = batch.input_tokens + self.usage_off, batch.output_tokens
        return {
            "prompt_tokens": taken, "completion_tokens": given, "total_tokens": taken + given,
            "cost": self.cost(taken, given) / 2, "is_byok": False,
        }  # fmt: skip

    def cost(self, taken: int, given: int) -> float:
        return (taken * self.input_price + given * self.output_price) / 1_000_000

    def results(self, batch: Batch) -> list[dict[str, Any]]:
        return [self.result(batch, item, fate) for item, fate in self.told(batch)] + [
            self.result(batch, item, Fate(200)) for item in self.strangers(batch)
        ]

    def result_page(self, request: Request, batch_id: str) -> Reply:
        """Return a page of the results of a batch that has ended; they stand in the same order each time."""
        batch = self.batch(batch_id)
        if not batch.phase.has_ended:
            raise Refused(self.error(400, "", f"Batch {batch_id} has not ended."))
        found = [] if batch_id in self.withheld else self.results(batch)
        start, limit = int(request.query.get("cursor", 0)), int(request.query.get("limit", 1000))
        more = start + limit < len(found)
        return as_json({
            "object": "list", "data": found[start : start + limit], "has_more": more,
            "next_cursor": str(start + limit) if more else None,
        })  # fmt: skip

    def result(self, batch: Batch, item: Item, fate: Fate) -> dict[str, Any]:
        result = {"id": f"result_{item.position}", "custom_id": item.custom_id, "response": None, "error": None}
        if fate.garbled:
            return result
        if fate.status == 200:
            body = self.completion(batch.model, item.body, share=0.5)
            return result | {"response": {"status_code": 200, "request_id": f"req_{item.position}", "body": body}}
        if fate.status == 0 and not fate.expired:
            return result | {"response": {"status_code": 0, "request_id": None, "body": {}}}
        kind = fate.code or KINDS.get(fate.status, "server")
        return result | {"error": {"message": f"failed with {fate.status}", "type": kind, "param": None}}

    def completion(self, model: str, body: dict[str, Any], *, share: float) -> dict[str, Any]:
        reply = chat_completion(model, body, self.answer)
        cost = self.cost(reply["usage"]["prompt_tokens"], reply["usage"]["completion_tokens"]) * share
        reply["choices"][0]["native_finish_reason"] = "stop"
        reply["usage"] |= {"cost": cost, "is_byok": False, "cost_details": {"upstream_inference_cost": None}}
        return reply

    def retrieve(self, request: Request, batch_id: str) -> Reply:
        return as_json(self.batch_object(self.polled(batch_id)))

    def list_batches(self, request: Request) -> Reply:
        return page(request, [self.batch_object(batch, listed=True) for batch in self.listed()], 20)

    def delete(self, request: Request, batch_id: str) -> Reply:
        del self.batches[self.batch(batch_id).id]
        return as_json({"id": batch_id, "object": "batch", "deletion": {"openrouter": "deleted"}})

    def live(self, request: Request) -> Reply:
        body = msgspec.json.decode(request.body)
        self.live_run(body["model"], prompt_of(body))
        return as_json(self.completion(body["model"], body, share=1.0))
