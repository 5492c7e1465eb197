"""OpenAI's own SDK judges the server of its batches."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from batch_servers import (
    DUPLICATED,
    EXPIRED,
    EXPIRED_LINE,
    FAILED,
    GARBLED,
    MISSING,
    RUNNING,
    STATUS_ZERO,
    SUCCEEDED,
    VALIDATING,
    Fate,
    OpenAIBatches,
    failed,
)

pytestmark = pytest.mark.foreign
sdk = pytest.importorskip("openai", reason="the openai SDK is not installed")


@pytest.fixture
def server() -> Iterator[OpenAIBatches]:
    with OpenAIBatches() as running:
        yield running


@pytest.fixture
def client(server: OpenAIBatches) -> Iterator[Any]:
    with sdk.OpenAI(base_url=server.url, api_key="sk-test", max_retries=0, _strict_response_validation=True) as made:
        yield made


def line(custom_id: str, prompt: str, *, model: str = "gpt-6-luna", url: str = "/v1/chat/completions") -> str:
    body = {"model": model, "messages": [{"role": "user", "content": prompt}]}
    return json.dumps({"custom_id": custom_id, "method": "POST", "url": url, "body": body})


def submit(client: Any, *lines: str, metadata: dict[str, str] | None = None) -> Any:
    file = client.files.create(file=("in.jsonl", io.BytesIO("\n".join(lines).encode())), purpose="batch")
    return client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata=metadata or {}
    )


def ended(client: Any, batch: Any) -> Any:
    for _ in range(10):
        batch = client.batches.retrieve(batch.id)
        if batch.status in ("completed", "expired", "failed", "cancelled"):
            return batch
    raise AssertionError(batch)


def lines_of(client: Any, file_id: str) -> list[dict[str, Any]]:
    return [json.loads(text) for text in client.files.content(file_id).text.splitlines()]


def by_id(lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {one["custom_id"]: one for one in lines}


def test_a_batch_is_uploaded_created_polled_and_fetched(server: OpenAIBatches, client: Any) -> None:
    batch = submit(client, line("a", "one"), line("b", "two"), metadata={"run": "7"})
    seen = [batch.status]
    while seen[-1] != "completed":
        batch = client.batches.retrieve(batch.id)
        seen.append(batch.status)
    results = by_id(lines_of(client, batch.output_file_id))
    live = client.chat.completions.create(model="gpt-6-luna", messages=[{"role": "user", "content": "two"}])

    assert seen == ["validating", "in_progress", "finalizing", "completed"]
    assert results["b"]["response"]["body"] == live.to_dict()
    assert live.choices[0].message.content == "echo: two"
    assert (batch.request_counts.total, batch.request_counts.completed, batch.error_file_id) == (2, 2, None)
    assert batch.usage.input_tokens == 12
    assert batch.metadata == {"run": "7"}
    assert [run.custom_id for run in server.runs] == ["a", "b", ""]
    assert server.paid_twice == ["two"]


def test_batches_and_files_are_listed_in_pages(server: OpenAIBatches, client: Any) -> None:
    made = [submit(client, line("a", str(n))).id for n in range(5)]

    assert [batch.id for batch in client.batches.list(limit=2)] == made[::-1]
    assert len(list(client.files.list(limit=2))) == 5
    client.files.delete(next(iter(server.files)))
    assert len(server.files) == 4


def test_a_cancelled_batch_keeps_and_bills_what_was_run(server: OpenAIBatches, client: Any) -> None:
    batch = submit(client, *(line(str(n), f"prompt {n}") for n in range(4)))
    client.batches.retrieve(batch.id)
    cancelling = client.batches.cancel(batch.id)
    batch = ended(client, batch)

    assert (cancelling.status, batch.status) == ("cancelling", "cancelled")
    assert set(by_id(lines_of(client, batch.output_file_id))) == {"0", "1"}
    assert {one["error"]["code"] for one in lines_of(client, batch.error_file_id)} == {"batch_cancelled"}
    assert list(server.billed) == ["prompt 0", "prompt 1"]
    with pytest.raises(sdk.ConflictError):
        client.batches.cancel(batch.id)


def test_an_expired_batch_keeps_what_was_run(server: OpenAIBatches, client: Any) -> None:
    server.scripts.append([VALIDATING, RUNNING, EXPIRED])
    batch = ended(client, submit(client, line("a", "one"), line("b", "two")))

    assert batch.status == "expired"
    assert set(by_id(lines_of(client, batch.output_file_id))) == {"a"}
    assert by_id(lines_of(client, batch.error_file_id))["b"]["error"]["code"] == "batch_expired"


FATES: list[tuple[Fate, list[int | None], list[int | None]]] = [  # what it leaves in the two files
    (SUCCEEDED, [200], []), (MISSING, [], []), (DUPLICATED, [200, 200], []), (STATUS_ZERO, [0], []),
    (EXPIRED_LINE, [], [None]), (failed(400), [], [400]), (failed(429), [], [429]), (failed(500), [], [500]),
]  # fmt: skip


@pytest.mark.parametrize(("fate", "output", "errors"), FATES)
def test_each_fate_leaves_its_lines(
    server: OpenAIBatches, client: Any, fate: Fate, output: list[int | None], errors: list[int | None]
) -> None:
    server.fates["one"] = [fate]
    for expected in ((output, errors), ([200], [])):  # sent again it succeeds
        batch = ended(client, submit(client, line("a", "one")))

        files = [[] if name is None else lines_of(client, name) for name in (batch.output_file_id, batch.error_file_id)]
        assert tuple([(one["response"] or {}).get("status_code") for one in file] for file in files) == expected
        assert all(one["custom_id"] == "a" for file in files for one in file)
    assert server.paid_twice == (["one"] if fate in (SUCCEEDED, DUPLICATED) else [])


def test_results_are_shuffled_garbled_unasked_for_and_miscounted(server: OpenAIBatches, client: Any) -> None:
    server.fates["prompt 5"] = GARBLED
    server.unknown_ids, server.usage_off, server.counts_off, server.no_file = 2, 100, -1, ""
    batch = ended(client, submit(client, *(line(str(n), f"prompt {n}") for n in range(20))))
    texts = client.files.content(batch.output_file_id).text.splitlines()
    ids = [json.loads(text)["custom_id"] for text in texts if text.endswith("}")]

    assert (len(texts), len(ids)) == (22, 21)
    assert ids[:-2] != sorted(ids[:-2], key=int)
    assert ids[-2:] == ["nobody-sent-this-0", "nobody-sent-this-1"]
    assert batch.error_file_id == ""
    assert batch.request_counts.completed == 19


@pytest.mark.parametrize(
    ("lines", "errors"),
    [
        ([line("a", "one"), "{", line("a", "two")], [("invalid_json_line", 2), ("duplicate_custom_id", 3)]),
        ([line("a", "one"), line("b", "two", model="gpt-5")], [("model_mismatch", 2)]),
        ([line("a", "one", url="/v1/embeddings")], [("url_mismatch", 1)]),
        ([], [("empty_file", None)]),
        ([line(str(n), "x") for n in range(4)], [("too_many_tasks", None)]),
        (["{}"], [("missing_required_parameter", 1)]),
    ],
)
def test_a_wrong_file_is_accepted_and_fails_in_validation(
    server: OpenAIBatches, client: Any, lines: list[str], errors: list[tuple[str, int | None]]
) -> None:
    server.max_requests = 3
    batch = ended(client, submit(client, *lines))

    assert batch.status == "failed"
    assert [(one.code, one.line) for one in batch.errors.data] == errors
    assert (batch.output_file_id, batch.error_file_id, server.runs) == (None, None, [])


def test_the_queue_of_a_model_is_full_until_a_batch_has_ended(server: OpenAIBatches, client: Any) -> None:
    server.enqueued_limit = 20
    first = submit(client, line("a", "one"), line("b", "two"))
    client.batches.retrieve(first.id)
    full = ended(client, submit(client, line("c", "six"), line("d", "ten")))
    other = ended(client, submit(client, line("a", "one", model="gpt-5"), line("b", "two", model="gpt-5")))
    ended(client, first)
    again = ended(client, submit(client, line("c", "six"), line("d", "ten")))

    assert (full.status, full.errors.data[0].code) == ("failed", "token_limit_exceeded")
    assert (other.status, again.status) == ("completed", "completed")
    assert server.paid_twice == []


def test_faults_of_steps_happen_once_and_are_recorded(server: OpenAIBatches, client: Any) -> None:
    server.lose("create")
    with pytest.raises(sdk.APIConnectionError):
        submit(client, line("a", "one"))
    assert len(server.batches) == 1
    batch = next(iter(client.batches.list()))

    server.refuse("poll", 429, headers={"retry-after": "1"})
    with pytest.raises(sdk.RateLimitError):
        client.batches.retrieve(batch.id)
    server.refuse("create", 403, code="not_available_for_plan")
    with pytest.raises(sdk.PermissionDeniedError) as refused:
        submit(client, line("a", "one"))
    assert refused.value.code == "not_available_for_plan"
    batch = ended(client, batch)
    server.cut(10)
    with pytest.raises(sdk.APIConnectionError):
        client.files.content(batch.output_file_id)
    server.cut(10, says_so=False)
    assert len(client.files.content(batch.output_file_id).content) == 10
    assert len(lines_of(client, batch.output_file_id)) == 1
    server.max_bytes = 5
    with pytest.raises(sdk.APIStatusError) as too_large:
        submit(client, line("a", "one"))

    assert too_large.value.status_code == 413
    assert [seen.status for seen in server.seen if seen.step == "create"] == [0, 403]
    assert (server.count("download"), len(server.batches)) == (3, 1)


def test_a_new_batch_is_unknown_at_first_and_hooks_see_each_step(server: OpenAIBatches, client: Any) -> None:
    server.hidden_polls, server.hidden_lists = 2, 1
    told: list[tuple[str, int]] = []
    server.before["create"] = lambda: told.append(("before", len(server.batches)))
    server.after["create"] = lambda: told.append(("after", len(server.batches)))
    server.drop("create")
    with pytest.raises(sdk.APIConnectionError):
        submit(client, line("a", "one"))
    batch = submit(client, line("a", "one"))
    for _ in range(2):
        with pytest.raises(sdk.NotFoundError):
            client.batches.retrieve(batch.id)

    assert client.batches.retrieve(batch.id).status == "in_progress"
    assert [len(client.batches.list().data) for _ in range(2)] == [0, 1]
    assert told == [("before", 0), ("before", 0), ("after", 1)]


def test_a_batch_is_stuck_fails_or_moves_on_without_polls(server: OpenAIBatches, client: Any) -> None:
    server.scripts += [[VALIDATING], [VALIDATING, FAILED]]
    stuck, failing, good = (submit(client, line("a", f"prompt {n}")) for n in range(3))
    server.advance(5)

    assert [client.batches.retrieve(one.id).status for one in (stuck, failing, good)] == [
        "validating", "failed", "completed"
    ]  # fmt: skip
    assert list(server.billed) == ["prompt 2"]
