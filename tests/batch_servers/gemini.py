"""Gemini's batches, inline or of files, and its generateContent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from batch_servers.answers import generated_content, prompt_of
from batch_servers.faults import Refused, Step
from batch_servers.gemini_files import FILE_ROUTES, ResumableUploads, time_of
from batch_servers.outcomes import Batch, Fate, Item, Phase, Refusal
from batch_servers.server import tokens_of
from batch_servers.wire import Reply, Request, as_json

CODES = {400: 3, 404: 5, 403: 7, 429: 8, 500: 13, 503: 14, 504: 4}  # google.rpc.Code of results
STATES = {
    Phase.VALIDATING: "PENDING", Phase.COMPLETED: "SUCCEEDED", Phase.EXPIRED: "EXPIRED", Phase.FAILED: "FAILED",
    Phase.CANCELLED: "CANCELLED",
}  # fmt: skip
TYPE = "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch"
INLINE_BYTES = 20 * 1024 * 1024


class Line(Struct):
    """A line of an input file."""

    key: str
    request: msgspec.Raw


class GeminiBatches(ResumableUploads):
    """Gemini: an operation whose metadata has the state, and at the end the results or the name of their file."""

    routes: ClassVar[Sequence[tuple[str, str, Step, str]]] = (
        *FILE_ROUTES,
        ("POST", "/models/(?P<model>[^/:]+):batchGenerateContent", Step.CREATE, "create"),
        ("POST", "/models/(?P<model>[^/:]+):generateContent", Step.LIVE, "live"),
        ("GET", "/batches", Step.LIST, "list_batches"),
        ("GET", "/batches/(?P<batch_id>[^/:]+)", Step.POLL, "retrieve"),
        ("POST", "/batches/(?P<batch_id>[^/:]+):cancel", Step.CANCEL, "cancel_batch"),
        ("DELETE", "/batches/(?P<batch_id>[^/:]+)", Step.DELETE, "delete"),
    )
    inline_bytes = INLINE_BYTES
    keeps_partial = False  # an expired or cancelled job returns what was done
    inline_results_fail_above: int | None = None  # so many inline results end every poll with 503

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.shuffled = False
        self.states = {phase: f"BATCH_STATE_{STATES.get(phase, 'RUNNING')}" for phase in Phase}

    def create(self, request: Request, model: str) -> Reply:
        asked = msgspec.json.decode(request.body).get("batch", {})
        source = asked.get("inputConfig", {})
        inline, name = source.get("requests"), source.get("fileName", "")
        if "displayName" not in asked or (inline is None) == (not name):
            raise Refused(self.error(400, "", "batch.displayName and one kind of batch.inputConfig are required"))
        if inline is not None and len(request.body) > self.inline_bytes:
            raise Refused(self.error(400, "", f"Request payload size exceeds the limit: {self.inline_bytes} bytes."))
        file = self.file(name.removeprefix("files/")).id if name else ""
        batch = Batch(
            self.new_id("b"), self.clock(), model, [], self.next_script(), asked, file,
            hidden_polls=self.hidden_polls, hidden_lists=self.hidden_lists,
        )  # fmt: skip
        self._take(batch, inline["requests"] if inline else None)
        limit = self.enqueued_limit
        if limit is not None and tokens_of(batch) + self.enqueued(model, batch, waiting=True) > limit:
            raise Refused(self.error(429, "", "You exceeded your current quota: too many tokens are enqueued."))
        self.add(batch)
        return as_json(self.operation(batch))

    def _take(self, batch: Batch, inline: list[dict[str, Any]] | None) -> None:
        """Take the requests of a batch; a line that is wrong fails it later."""
        for position, one in enumerate(inline or ()):
            key = one.get("metadata", {}).get("key", "")
            batch.items.append(Item(position, key, msgspec.json.encode(one["request"])))
        if inline is not None:
            return
        for number, data in enumerate(self.files[batch.input_file].data.splitlines(), 1):
            try:
                line = msgspec.json.decode(data, type=Line)
            except msgspec.MsgspecError as error:
                batch.refusals.append(Refusal("INVALID_ARGUMENT", f"Line {number} is not valid: {error}", number))
            else:
                batch.items.append(Item(number - 1, line.key, bytes(line.request)))

    def operation(self, batch: Batch) -> dict[str, Any]:
        failures = batch.finished - batch.succeeded
        end = next((at for phase, at in batch.entered.items() if phase.has_ended), None)
        output = self.output(batch)
        operation: dict[str, Any] = {
            "name": f"batches/{batch.id}",
            "metadata": {
                "@type": TYPE, "name": f"batches/{batch.id}", "model": f"models/{batch.model}",
                "displayName": batch.given["displayName"], "createTime": time_of(batch.created_at),
                "updateTime": time_of(end or batch.created_at), "state": self.states[batch.phase],
                "batchStats": _stats(
                    requestCount=len(batch.items), successfulRequestCount=batch.succeeded + self.counts_off,
                    failedRequestCount=failures, pendingRequestCount=len(batch.left),
                ),
            },
        }  # fmt: skip
        if end is not None:
            operation["done"] = True
            operation["metadata"]["endTime"] = time_of(end)
        if batch.refusals:
            operation["error"] = {"code": 3, "message": batch.refusals[0].message}
        if output:
            operation["metadata"]["output"] = output
            operation["response"] = {"@type": f"{TYPE}Output", **output}
        return operation

    def withholds(self, batch: Batch) -> bool:
        """Return whether a batch that has ended gives nothing of what it ran."""
        return batch.phase is Phase.FAILED or (batch.phase is not Phase.COMPLETED and not self.keeps_partial)

    def output(self, batch: Batch) -> dict[str, Any]:
        if not batch.phase.has_ended or batch.id in self.withheld:
            return {}
        if batch.input_file:
            return {"responsesFile": f"files/{batch.output_file}"}
        results = [self.result(batch, item, fate) for item, fate in self.told(batch)]
        results += [self.result(batch, item, Fate(200)) for item in self.strangers(batch)]
        named = [result | ({"metadata": {"key": item.custom_id}} if item.custom_id else {}) for item, result in results]
        return {"inlinedResponses": {"inlinedResponses": named}}

    def ended(self, batch: Batch) -> None:
        if self.withholds(batch):
            self.withheld.add(batch.id)
        elif batch.input_file:
            results = [self.result(batch, item, fate) for item, fate in self.told(batch)]
            results += [self.result(batch, item, Fate(200)) for item in self.strangers(batch)]
            lines = [
                b'{"key": "\n' if item.fate is not None and item.fate.garbled
                else msgspec.json.encode({"key": item.custom_id, **result}) + b"\n"
                for item, result in results
            ]  # fmt: skip
            batch.output_file = self.keep(f"results of {batch.id}", b"".join(lines)).id

    def result(self, batch: Batch, item: Item, fate: Fate) -> tuple[Item, dict[str, Any]]:
        """Return what is told of a request; nothing at all is a fault."""
        if fate.expired or fate.status >= 400:
            status = 504 if fate.expired else fate.status
            return item, {"error": {"code": CODES.get(status, 2), "message": fate.code or f"failed with {status}"}}
        if fate.status == 0 or fate.garbled:
            return item, {}
        return item, {"response": generated_content(batch.model, item.body, self.answer)}

    def retrieve(self, request: Request, batch_id: str) -> Reply:
        batch = self.polled(batch_id)
        limit = self.inline_results_fail_above
        if limit is not None and batch.phase.has_ended and not batch.input_file and len(batch.items) > limit:
            raise Refused(self.error(503, "", "The service is currently unavailable."))
        return as_json(self.operation(batch))

    def list_batches(self, request: Request) -> Reply:
        return self.page(request, "operations", [self.operation(batch) for batch in self.listed()])

    def cancel_batch(self, request: Request, batch_id: str) -> Reply:
        batch = self.batch(batch_id)
        if batch.phase.has_ended:
            raise Refused(self.error(400, "FAILED_PRECONDITION", f"Batch {batch_id} has ended."))
        self.cancel(batch)
        return as_json({})

    def delete(self, request: Request, batch_id: str) -> Reply:
        del self.batches[self.batch(batch_id).id]
        return as_json({})

    # Live

    def live(self, request: Request, model: str) -> Reply:
        body = msgspec.json.decode(request.body)
        self.live_run(model, prompt_of(body))
        return as_json(generated_content(model, body, self.answer))


def _stats(**counts: int) -> dict[str, str]:
    """Return counts as Google writes them: as words, and none that is zero."""
    return {name: str(count) for name, count in counts.items() if count}
