"""Mistral's batch jobs, of files or inline, and its chat completions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from batch_servers.faults import Refused, Step
from batch_servers.file_server import FILE_ROUTES
from batch_servers.outcomes import Batch, Item, Phase, Refusal
from batch_servers.record import File
from batch_servers.result_files import ResultFiles
from batch_servers.wire import Reply, Request, as_json

STATUSES = {
    Phase.VALIDATING: "QUEUED", Phase.RUNNING: "RUNNING", Phase.FINISHING: "RUNNING", Phase.COMPLETED: "SUCCESS",
    Phase.EXPIRED: "TIMEOUT_EXCEEDED", Phase.FAILED: "FAILED", Phase.CANCELLING: "CANCELLATION_REQUESTED",
    Phase.CANCELLED: "CANCELLED",
}  # fmt: skip
ENDPOINTS = frozenset(f"/v1/{name}" for name in ("chat/completions", "embeddings", "fim/completions", "moderations"))


class Line(msgspec.Struct):
    """A request, in a file or inline."""

    custom_id: str
    body: msgspec.Raw


class Creation(msgspec.Struct):
    """The body that creates a job."""

    endpoint: str
    model: str | None = None
    input_files: list[str] | None = None
    requests: list[Line] | None = None
    timeout_hours: int = 24
    metadata: dict[str, str] | None = None


class MistralBatches(ResultFiles):
    """Mistral: a job of files or of requests in its body; SUCCESS says that it ran, not that its requests did."""

    routes: ClassVar[Sequence[tuple[str, str, Step, str]]] = (
        *FILE_ROUTES,
        ("POST", "/batch/jobs", Step.CREATE, "create"),
        ("GET", "/batch/jobs", Step.LIST, "list_jobs"),
        ("GET", "/batch/jobs/(?P<batch_id>[^/]+)", Step.POLL, "retrieve"),
        ("POST", "/batch/jobs/(?P<batch_id>[^/]+)/cancel", Step.CANCEL, "cancel_job"),
        ("DELETE", "/batch/jobs/(?P<batch_id>[^/]+)", Step.DELETE, "delete"),
        ("POST", "/chat/completions", Step.LIVE, "live"),
    )
    max_requests = 1_000_000
    max_bytes = 512_000_000
    max_inline = 10_000
    without_billing = False  # creation is refused with 402, after what is malformed
    tells_unfinished = False

    def error(self, status: int, code: str, message: str) -> Reply:
        if status == 401:
            return as_json({"detail": "Unauthorized"}, status)
        if status == 422:
            return as_json({"detail": [{"type": "value_error", "loc": ["body"], "msg": message}]}, status)
        kind = "rate_limited" if status == 429 else "invalid_request_error"
        return as_json(
            {"object": "error", "message": message, "type": kind, "param": None, "code": code or None}, status
        )

    def file_object(self, file: File) -> dict[str, Any]:
        sample = "batch_request" if file.purpose == "batch" else "batch_result"
        return {
            "id": file.id, "object": "file", "bytes": len(file.data), "created_at": int(file.created_at),
            "filename": file.name, "purpose": "batch", "sample_type": sample, "num_lines": file.data.count(b"\n"),
            "source": "upload" if file.purpose == "batch" else "mistral", "mimetype": "application/jsonl",
            "signature": None,
        } | ({} if file.purpose == "batch" else {"deleted": False})  # fmt: skip

    # Jobs

    def create(self, request: Request) -> Reply:
        try:
            asked = msgspec.json.decode(request.body, type=Creation)
        except msgspec.MsgspecError as error:
            raise Refused(self.error(422, "", str(error))) from error
        files, inline = asked.input_files or [], asked.requests or []
        if asked.endpoint not in ENDPOINTS or not asked.model or bool(files) == bool(inline):
            raise Refused(self.error(422, "", "endpoint, model and either input_files or requests are required"))
        if len(inline) >= self.max_inline:
            raise Refused(self.error(422, "", f"requests: at most {self.max_inline - 1} items"))
        for file_id in files:
            self.file(file_id)
        if self.without_billing:
            raise Refused(self.error(402, "", "Payment required: activate billing to use batches."))
        items = [Item(number, one.custom_id, bytes(one.body)) for number, one in enumerate(inline)]
        given = {"endpoint": asked.endpoint, "metadata": asked.metadata, "input_files": files}
        return as_json(self.job(self.add_batch(self.new_id("job-"), asked.model, items, given)))

    def refuse_invalid(self, batch: Batch) -> None:
        lines = [line for name in batch.given["input_files"] for line in self.files[name].data.splitlines()]
        for number, data in enumerate(lines, 1):
            try:
                line = msgspec.json.decode(data, type=Line)
            except msgspec.MsgspecError as error:
                batch.refusals.append(Refusal("invalid", f"Line {number} is invalid: {error}", number))
            else:
                batch.items.append(Item(number - 1, line.custom_id, bytes(line.body)))
        if len({item.custom_id for item in batch.items}) < len(batch.items):
            batch.refusals.append(Refusal("duplicate", "custom_id must be unique within a job"))
        if not 1 <= len(batch.items) <= self.max_requests:
            batch.refusals.append(Refusal("size", f"A job has 1 to {self.max_requests} requests"))

    def job(self, batch: Batch) -> dict[str, Any]:
        at = {phase: int(when) for phase, when in batch.entered.items()}
        return {
            "id": batch.id, "object": "batch", "input_files": batch.given["input_files"],
            "metadata": batch.given["metadata"], "endpoint": batch.given["endpoint"], "model": batch.model,
            "agent_id": None, "output_file": batch.output_file or None, "error_file": batch.error_file or None,
            "errors": [{"message": one.message, "count": 1} for one in batch.refusals], "outputs": None,
            "status": STATUSES[batch.phase], "created_at": int(batch.created_at),
            "total_requests": len(batch.items), "completed_requests": batch.finished,
            "succeeded_requests": batch.succeeded + self.counts_off,
            "failed_requests": batch.finished - batch.succeeded, "started_at": at.get(Phase.RUNNING),
            "completed_at": next((when for phase, when in at.items() if phase.has_ended), None),
        }  # fmt: skip

    def retrieve(self, request: Request, batch_id: str) -> Reply:
        return as_json(self.job(self.polled(batch_id)))

    def list_jobs(self, request: Request) -> Reply:
        page, size = int(request.query.get("page", 0)), int(request.query.get("page_size", 100))
        found = [self.job(batch) for batch in self.listed()]
        shown = found[page * size : (page + 1) * size]
        return as_json({"object": "list", "data": shown, "total": len(found)})

    def cancel_job(self, request: Request, batch_id: str) -> Reply:
        batch = self.batch(batch_id)
        if not batch.phase.has_ended:
            self.cancel(batch)
        return as_json(self.job(batch))

    def delete(self, request: Request, batch_id: str) -> Reply:
        del self.batches[self.batch(batch_id).id]
        return as_json({"id": batch_id, "object": "batch", "deleted": True})
