"""Mistral's batch jobs: a file of bodies, and a job that has their model (providers' reference, 2.6, 2.7 and 9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count as numbers

from scrimp.enums import BatchState
from scrimp.providers.batches.base_flow import PAGE, ListedFlow, Page
from scrimp.providers.batches.file_flow import FileFlow, end_of, files_of
from scrimp.providers.batches.flow import BatchLimits, Exchanges, LineFault, RemoteBatch, Shard
from scrimp.providers.batches.replies import count, data_in, moment, object_in, unreadable
from scrimp.providers.endpoint import Endpoint, HttpRequest
from scrimp.providers.json_access import array, dumps, nonempty, obj, string
from scrimp.values import JsonObject

_DAY = 86_400.0
# Mistral's pages name 100 000 requests, its specification a million: both accept the lower.
LIMITS = BatchLimits(requests=100_000, bytes=512_000_000, window=_DAY, longest_window=7 * _DAY)
_STATES: Mapping[str, BatchState] = {
    "QUEUED": "checking",
    "RUNNING": "running",
    "SUCCESS": "ended",
    "FAILED": "refused",
    "TIMEOUT_EXCEEDED": "expired",
    "CANCELLATION_REQUESTED": "stopping",
    "CANCELLED": "cancelled",
}
_PATH = "/batch/jobs"
_HOUR = 3600


def flow(endpoint: Endpoint) -> MistralJobs:
    """Return how batches are made at a provider with this API."""
    return MistralJobs(endpoint, LIMITS)


class MistralJobs(FileFlow, ListedFlow):
    """Jobs of uploaded files."""

    _batches_at = _PATH

    def line(self, custom_id: str, request: HttpRequest) -> bytes:
        """Return a line of the file: the body as a live call has it, without the model, which the job has."""
        return self._line_without_model(custom_id, request)

    def create(self, shard: Shard, file: str) -> Exchanges[RemoteBatch]:
        """Create the job; its metadata name the shard. Without billing it is refused here, after the upload: 402."""
        body: JsonObject = {
            "input_files": [file], "endpoint": shard.path, "model": shard.model,
            "timeout_hours": round(self._window(shard) / _HOUR), "metadata": {"scrimp_shard": shard.name},
        }  # fmt: skip
        reply = yield self._request(_PATH, body=dumps(body))
        return self._batch(object_in(reply, self._endpoint, shard.model))

    def find(self, shard: Shard) -> Exchanges[Sequence[RemoteBatch]]:
        """Return the job whose metadata name the shard, among those created since its submission was begun."""
        return self._search(shard, lambda job: _shard_of(job) == shard.name)

    def _pages(self) -> tuple[str, Callable[[JsonObject], Page]]:
        pages = numbers(1)

        def page_of(body: JsonObject) -> Page:
            jobs, page = data_in(body, self._endpoint), next(pages)
            more = page * PAGE < (count(body.get("total")) or 0)
            return jobs, _page(page) if jobs and more else None

        return _page(0), page_of

    def _batch(self, body: JsonObject) -> RemoteBatch:
        identity, word = nonempty(body.get("id")), string(body.get("status"))
        if identity is None:
            raise unreadable(self._endpoint, "an id")
        files = files_of(body, "output_file", "error_file")
        state = end_of(_STATES.get(word, "unknown"), body.get("output_file"))
        completed, succeeded, failed = (
            count(body.get(f"{name}_requests")) for name in ("completed", "succeeded", "failed")
        )
        return RemoteBatch(
            id=identity, model=nonempty(body.get("model")),
            state=state, word=word, shard=_shard_of(body), total=count(body.get("total_requests")),
            completed=completed if succeeded is None else succeeded + (failed or 0), failed=failed,
            created=moment(body.get("created_at")), results=files,
            faults=tuple(LineFault("", string(obj(error).get("message"))) for error in array(body.get("errors"))),
        )  # fmt: skip


def _page(number: int) -> str:
    return f"{_PATH}?page={number}&page_size={PAGE}&order_by=-created"


def _shard_of(body: JsonObject) -> str | None:
    return nonempty(obj(body, "metadata").get("scrimp_shard"))
