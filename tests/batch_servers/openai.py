"""OpenAI's files and batches, and its chat completions: also spoken by Groq, Qwen and LiteLLM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from batch_servers.faults import Refused, Step
from batch_servers.file_server import DAY, FILE_ROUTES
from batch_servers.outcomes import Batch, Item, Phase, Refusal
from batch_servers.result_files import ResultFiles
from batch_servers.server import tokens_of
from batch_servers.wire import Reply, Request, as_json, page

STATUSES = {
    Phase.VALIDATING: "validating", Phase.RUNNING: "in_progress", Phase.FINISHING: "finalizing",
    Phase.COMPLETED: "completed", Phase.EXPIRED: "expired", Phase.FAILED: "failed",
    Phase.CANCELLING: "cancelling", Phase.CANCELLED: "cancelled",
}  # fmt: skip
ERROR_TYPES = {401: "invalid_request_error", 403: "permission_error", 429: "requests", 500: "server_error"}
ENDPOINTS = frozenset(
    f"/v1/{name}" for name in ("responses", "chat/completions", "embeddings", "completions", "moderations")
)


class Line(Struct):
    """A line of an input file."""

    custom_id: str
    method: str
    url: str
    body: msgspec.Raw


class OpenAIBatches(ResultFiles):
    """OpenAI: upload a file, create a batch of it, poll, fetch two files."""

    routes: ClassVar[Sequence[tuple[str, str, Step, str]]] = (
        *FILE_ROUTES,
        ("POST", "/batches", Step.CREATE, "create"),
        ("GET", "/batches", Step.LIST, "list_batches"),
        ("GET", "/batches/(?P<batch_id>[^/]+)", Step.POLL, "retrieve"),
        ("POST", "/batches/(?P<batch_id>[^/]+)/cancel", Step.CANCEL, "cancel_batch"),
        ("POST", "/chat/completions", Step.LIVE, "live"),
    )
    max_requests = 50_000
    max_bytes = 200_000_000
    windows: ClassVar[frozenset[str]] = frozenset({"24h"})
    no_file: str | None = None  # how a file that does not exist is told; "" was seen, too

    def error(self, status: int, code: str, message: str) -> Reply:
        kind = ERROR_TYPES.get(status, "invalid_request_error")
        return as_json({"error": {"message": message, "type": kind, "param": None, "code": code or None}}, status)

    # Batches

    def create(self, request: Request) -> Reply:
        asked = msgspec.json.decode(request.body)
        self.check_created(asked)
        file = self.files[asked["input_file_id"]]
        batch = self.add_batch(self.new_id("batch_"), "", [], asked, file.id)
        return as_json(self.batch_object(batch))

    def check_created(self, asked: dict[str, Any]) -> None:
        """Refuse what is wrong at once; the lines are looked at later."""
        if asked.get("completion_window") not in self.windows:
            raise Refused(self.error(400, "invalid_value", f"Invalid value for 'completion_window': {self.windows}."))
        if asked.get("endpoint") not in ENDPOINTS:
            raise Refused(self.error(400, "invalid_value", f"Invalid value for 'endpoint': {asked.get('endpoint')!r}."))
        if asked.get("input_file_id") not in self.files:
            raise Refused(self.error(400, "", f"Invalid input_file_id: {asked.get('input_file_id')!r} was not found."))
        metadata = asked.get("metadata") or {}
        if len(metadata) > 16 or any(len(key) > 64 or len(value) > 512 for key, value in metadata.items()):
            raise Refused(self.error(400, "invalid_value", "Invalid 'metadata': too many pairs, or one is too long."))

    def refuse_invalid(self, batch: Batch) -> None:
        lines = self.files[batch.input_file].data.split(b"\n")
        if lines and not lines[-1]:
            lines.pop()
        if not lines:
            batch.refusals.append(Refusal("empty_file", "The input file is empty.", None))
        if len(lines) > self.max_requests:
            batch.refusals.append(
                Refusal("too_many_tasks", f"The batch has more than {self.max_requests} requests.", None)
            )
            return
        seen: set[str] = set()
        for number, line in enumerate(lines, 1):
            self._take(batch, number, line, seen)
        self._check_queue(batch)

    def _take(self, batch: Batch, number: int, data: bytes, seen: set[str]) -> None:
        """Take one line of the input, or say what is wrong with it."""
        try:
            line = msgspec.json.decode(data, type=Line)
            model = str(msgspec.json.decode(line.body)["model"])
        except msgspec.ValidationError as error:
            refusal = Refusal("missing_required_parameter", f"Missing or wrong parameter: {error}", number)
        except (msgspec.DecodeError, KeyError, TypeError):
            refusal = Refusal("invalid_json_line", "This line is not parseable as valid JSON.", number)
        else:
            batch.model = batch.model or model
            if line.custom_id in seen:
                refusal = Refusal(
                    "duplicate_custom_id", f"The custom_id '{line.custom_id}' is used twice.", number, "custom_id"
                )  # fmt: skip
            elif line.url != batch.given["endpoint"]:
                refusal = Refusal("url_mismatch", "The URL does not match the endpoint of the batch.", number, "url")
            elif model != batch.model:
                refusal = Refusal(
                    "model_mismatch", "All requests of a batch must name one model.", number, "body.model"
                )
            else:
                seen.add(line.custom_id)
                batch.items.append(Item(number - 1, line.custom_id, bytes(line.body)))
                return
        batch.refusals.append(refusal)

    def _check_queue(self, batch: Batch) -> None:
        limit = self.enqueued_limit
        if limit is not None and tokens_of(batch) + self.enqueued(batch.model, batch) > limit:
            batch.refusals.append(
                Refusal(
                    "token_limit_exceeded",
                    f"Enqueued token limit reached for {batch.model}. Limit: {limit:,} enqueued tokens. "
                    "Please try again once some in_progress batches have been completed.",
                )
            )

    def batch_object(self, batch: Batch) -> dict[str, Any]:
        at = {phase: int(when) for phase, when in batch.entered.items()}
        finished = batch.phase is not Phase.VALIDATING
        errors = [
            {"code": one.code, "line": one.line, "message": one.message, "param": one.param} for one in batch.refusals
        ]
        return {
            "id": batch.id, "object": "batch", "endpoint": batch.given["endpoint"], "model": batch.model or None,
            "errors": {"object": "list", "data": errors} if errors else None,
            "input_file_id": batch.input_file, "completion_window": batch.given["completion_window"],
            "status": STATUSES[batch.phase],
            "output_file_id": batch.output_file or self.no_file, "error_file_id": batch.error_file or self.no_file,
            "created_at": int(batch.created_at), "in_progress_at": at.get(Phase.RUNNING),
            "expires_at": int(batch.created_at) + DAY, "finalizing_at": at.get(Phase.FINISHING),
            "completed_at": at.get(Phase.COMPLETED), "failed_at": at.get(Phase.FAILED),
            "expired_at": at.get(Phase.EXPIRED), "cancelling_at": at.get(Phase.CANCELLING),
            "cancelled_at": at.get(Phase.CANCELLED),
            "request_counts": {
                "total": len(batch.items) if finished and not errors else 0,
                "completed": batch.succeeded + self.counts_off, "failed": batch.finished - batch.succeeded,
            },
            "usage": self.usage(batch) if finished and not errors else None,
            "metadata": batch.given.get("metadata"),
        }  # fmt: skip

    def usage(self, batch: Batch) -> dict[str, Any]:
        taken, given = batch.input_tokens + self.usage_off, batch.output_tokens
        return {
            "input_tokens": taken, "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": given, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": taken + given,
        }  # fmt: skip

    def retrieve(self, request: Request, batch_id: str) -> Reply:
        return as_json(self.batch_object(self.polled(batch_id)))

    def list_batches(self, request: Request) -> Reply:
        return page(request, [self.batch_object(batch) for batch in self.listed()], 20)

    def cancel_batch(self, request: Request, batch_id: str) -> Reply:
        batch = self.batch(batch_id)
        if batch.phase.has_ended:
            raise Refused(self.error(409, "", f"Cannot cancel a batch with status '{STATUSES[batch.phase]}'."))
        self.cancel(batch)
        return as_json(self.batch_object(batch))
