"""OpenAI's batches: a file of requests is uploaded, a batch made of it (providers' reference, 2.6, 2.7 and 4).

Qwen, Groq and LiteLLM's proxy have the same API with limits of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from scrimp.providers.batches.base_flow import PAGE, ListedFlow, Page
from scrimp.providers.batches.file_flow import FileFlow, end_of, files_of
from scrimp.providers.batches.flow import (
    BatchLimits,
    Exchanges,
    LineFault,
    RemoteBatch,
    Shard,
)
from scrimp.providers.batches.replies import OPENAI_STATES, count, data_in, moment, object_in, unreadable
from scrimp.providers.endpoint import Endpoint, HttpRequest
from scrimp.providers.json_access import array, dumps, nonempty, obj, string
from scrimp.values import JsonObject

_MB = 1_000_000
_HOUR = 3600
_DAY = 86_400.0
LIMITS: Mapping[str, BatchLimits] = {
    "openai": BatchLimits(requests=50_000, bytes=200 * _MB, window=_DAY, results_kept=30 * _DAY),
    "qwen": BatchLimits(requests=50_000, bytes=500 * _MB, line_bytes=6 * _MB, window=_DAY, longest_window=14 * _DAY),
    # Groq's client names 100 MB, others 200: both accept the lower.
    "groq": BatchLimits(requests=50_000, bytes=100 * _MB, window=_DAY, longest_window=7 * _DAY),
    "litellm": BatchLimits(requests=50_000, bytes=200 * _MB, window=_DAY),
}
_SINGAPORE = "dashscope-intl."  # begins the host of Qwen there
_IN_SINGAPORE = re.compile(r"qwen-(max|plus|flash|turbo)(-latest|-\d{4}-\d\d-\d\d)?|batch-test-model")


def flow(endpoint: Endpoint) -> OpenAiFiles:
    """Return how batches are made at a provider with this API."""
    return OpenAiFiles(endpoint, LIMITS[endpoint.flavour])


class OpenAiFiles(FileFlow, ListedFlow):
    """Batches of uploaded files."""

    def line(self, custom_id: str, request: HttpRequest) -> bytes:
        """Return a line of the file: the body as a live call has it."""
        return self._line_with_path(custom_id, request)

    def refuses(self, model: str) -> str | None:
        """Return why a model takes no part in batches: in Singapore few of Qwen's do. Elsewhere they are not listed."""
        if not self._endpoint.host.startswith(_SINGAPORE) or _IN_SINGAPORE.fullmatch(model):
            return None
        return f"{self._endpoint.name} has batches for qwen-max, qwen-plus, qwen-flash and qwen-turbo only"

    def create(self, shard: Shard, file: str) -> Exchanges[RemoteBatch]:
        """Create the batch; its metadata name the shard."""
        body: JsonObject = {
            "input_file_id": file, "endpoint": shard.path,
            "completion_window": f"{round(self._window(shard) / _HOUR)}h", "metadata": {"scrimp_shard": shard.name},
        }  # fmt: skip
        reply = yield self._request("/batches", body=dumps(body))
        return self._batch(object_in(reply, self._endpoint, shard.model))

    def find(self, shard: Shard) -> Exchanges[Sequence[RemoteBatch]]:
        """Return the batch whose metadata name the shard, among those created since its submission was begun."""
        return self._search(shard, lambda batch: _shard_of(batch) == shard.name)

    def _pages(self) -> tuple[str, Callable[[JsonObject], Page]]:
        path = f"/batches?limit={PAGE}"

        def page_of(body: JsonObject) -> Page:
            batches = data_in(body, self._endpoint)
            last = nonempty(obj(batches[-1]).get("id")) if batches else None
            return batches, f"{path}&after={quote(last, safe='')}" if last and body.get("has_more") else None

        return path, page_of

    def _batch(self, body: JsonObject) -> RemoteBatch:
        identity, word = nonempty(body.get("id")), string(body.get("status"))
        if identity is None:
            raise unreadable(self._endpoint, "an id")
        counts, usage = obj(body, "request_counts"), obj(body, "usage")
        tokens = count(usage.get("input_tokens")), count(usage.get("output_tokens"))
        answered, failed = count(counts.get("completed")), count(counts.get("failed"))
        return RemoteBatch(
            id=identity, model=nonempty(body.get("model")),
            state=end_of(OPENAI_STATES.get(word, "unknown"), body.get("output_file_id")), word=word,
            shard=_shard_of(body),
            total=count(counts.get("total")),
            completed=None if answered is None else answered + (failed or 0), failed=failed,
            created=moment(body.get("created_at")), expires=moment(body.get("expires_at")),
            results=files_of(body, "output_file_id", "error_file_id"),
            faults=_faults(body),
            tokens=None if tokens[0] is None or tokens[1] is None else (tokens[0], tokens[1]),
        )  # fmt: skip


def _shard_of(body: JsonObject) -> str | None:
    return nonempty(obj(body, "metadata").get("scrimp_shard"))


def _faults(body: JsonObject) -> tuple[LineFault, ...]:
    errors = [obj(each) for each in array(obj(body, "errors").get("data"))]
    return tuple(
        LineFault(string(error.get("code")), string(error.get("message")), count(error.get("line"))) for error in errors
    )
