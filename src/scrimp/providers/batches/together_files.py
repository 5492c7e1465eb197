"""Together's batches: OpenAI's steps with wrappers and an upload of its own (reference, 2.7, and its SDK).

Its SDK knows no counts and has the states in capitals. Where it replies as OpenAI does, that is understood, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scrimp.providers.batches.base_flow import begun_before
from scrimp.providers.batches.file_flow import FileFlow, end_of, files_of
from scrimp.providers.batches.flow import BatchLimits, Exchanges, LineFault, RemoteBatch, Shard
from scrimp.providers.batches.replies import OPENAI_STATES, count, list_in, moment, object_in, unreadable
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.json_access import dumps, nonempty, obj, string
from scrimp.values import JsonObject

LIMITS = BatchLimits(requests=50_000, bytes=100_000_000)
_PATH = "/batches"


def flow(endpoint: Endpoint) -> TogetherFiles:
    """Return how batches are made at a provider with this API."""
    return TogetherFiles(endpoint, LIMITS)


class TogetherFiles(FileFlow):
    """Batches of uploaded files. They have no name: time and size tell them apart."""

    tells_names = False

    _upload_paths = ("/files/upload", "/files")

    def _form(self, shard: Shard) -> Mapping[str, str]:
        return {"purpose": "batch-api", "file_name": f"{shard.name}.jsonl", "file_type": "jsonl"}

    def create(self, shard: Shard, file: str) -> Exchanges[RemoteBatch]:
        """Create the batch; the reply has it next to a warning."""
        body: JsonObject = {"input_file_id": file, "endpoint": shard.path, "completion_window": "24h"}
        reply = yield self._request(_PATH, body=dumps(body))
        created = object_in(reply, self._endpoint, shard.model)
        return self._batch(obj(created, "job") or created)

    def find(self, shard: Shard) -> Exchanges[Sequence[RemoteBatch]]:
        """Return all batches of files of the same size that were created since the shard's submission was begun."""
        reply = yield self._request(_PATH)
        batches = [obj(each) for each in list_in(reply, self._endpoint)]
        found = [self._batch(each) for each in batches if _may_be(each, shard)]
        return [each for each in found if each.state != "refused"]

    def list_all(self, since: float) -> Exchanges[Sequence[RemoteBatch]]:
        """Return the batches that were created since a time; the list has no pages."""
        reply = yield self._request(_PATH)
        batches = (self._understood(obj(each)) for each in list_in(reply, self._endpoint))
        return [each for each in batches if each is not None and (each.created is None or each.created >= since)]

    def _batch(self, body: JsonObject) -> RemoteBatch:
        identity, word = nonempty(body.get("id")), string(body.get("status"))
        if identity is None:
            raise unreadable(self._endpoint, "an id")
        files, why = files_of(body, "output_file_id", "error_file_id"), nonempty(body.get("error"))
        state = end_of(OPENAI_STATES.get(word.lower(), "unknown"), body.get("output_file_id"))
        counts = obj(body, "request_counts")
        completed, failed = count(counts.get("completed")), count(counts.get("failed"))
        return RemoteBatch(
            id=identity, state=state, word=word, total=count(counts.get("total")) or None,
            completed=None if completed is None else completed + (failed or 0), failed=failed,
            created=moment(body.get("created_at")),
            expires=moment(body.get("job_deadline")), results=files, faults=(LineFault("", why),) if why else (),
        )  # fmt: skip


def _may_be(batch: JsonObject, shard: Shard) -> bool:
    created, size = moment(batch.get("created_at")), count(batch.get("file_size_bytes"))
    return created is not None and created >= begun_before(shard) and size in (None, shard.size)
