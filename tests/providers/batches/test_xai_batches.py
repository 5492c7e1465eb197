"""xAI's batches: counts instead of a state, a reason in one field only, results in pages."""

from __future__ import annotations

import io
import json

import pytest

from providers.batches.examples import XAI_BATCH, XAI_PAGE
from providers.batches.exchanges import SHARD, driven, flow_of, paths, sent, value_of
from scrimp.enums import BatchState
from scrimp.providers.openai import to_completion, to_request
from scrimp.providers.presets import PRESETS
from scrimp.values import Call, Failure

_BASE = "https://api.x.ai/v1"
_CALL = Call(provider="xai", model="grok-4.3", text="hi")


def test_a_batch_is_made_of_a_file_whose_lines_name_their_path() -> None:
    flow, request = flow_of("xai"), to_request(_CALL, PRESETS["xai"])
    assert json.loads(flow.line("a", request)) == {
        "custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": json.loads(request.body),
    }  # fmt: skip
    batch, (create,) = driven(flow.create(SHARD, "file-1"), XAI_BATCH)
    assert paths([create], _BASE) == ["POST /batches"]
    assert sent(create) == {"name": "b1-01", "input_file_id": "file-1"}
    assert (batch.id, batch.shard, batch.total, batch.completed, batch.failed) == ("batch_1", "b1-01", 3, 3, 1)


@pytest.mark.parametrize(
    ("counts", "cancelled", "why", "state"),
    [
        ((0, 0, 0, 0, 0), None, None, "checking"), ((3, 3, 0, 0, 0), None, None, "running"),
        ((3, 1, 2, 0, 0), None, None, "running"), ((3, 0, 0, 3, 0), None, None, "ended"),
        ((3, 1, 2, 0, 0), "2023-11-15", None, "stopping"), ((3, 0, 2, 0, 1), "2023-11-15", None, "cancelled"),
        ((0, 0, 0, 0, 0), "2023-11-15", "Model grok-9 is not supported for batch processing.", "refused"),
        ((3, 0, 2, 0, 1), "2023-11-15", "stopped by xAI", "cancelled"),
    ],
)  # fmt: skip
def test_a_state_is_what_the_counts_mean(
    counts: tuple[int, ...], cancelled: str | None, why: str | None, state: BatchState
) -> None:
    names = ("num_requests", "num_pending", "num_success", "num_error", "num_cancelled")
    body = {
        **XAI_BATCH, "cancel_time": cancelled, "cancel_by_xai_message": why, "create_time": "2023-11-14",
        "state": dict(zip(names, counts, strict=True)),
    }  # fmt: skip
    batch = value_of(flow_of("xai").look_up("batch_1"), body)
    assert (batch.state, [fault.message for fault in batch.faults]) == (state, [why] if why else [])
    assert bool(batch.results) == (state in ("ended", "cancelled"))


def test_a_model_without_batches_is_known_before_anything_is_sent() -> None:
    assert flow_of("xai").refuses("grok-4.5-fast") == "xAI has no batches for grok-4.5-fast"
    assert flow_of("xai").refuses("grok-4.3") is None


def test_results_are_followed_from_page_to_page() -> None:
    flow = flow_of("xai")
    batch = value_of(flow.look_up("batch_1"), XAI_BATCH)
    first = "GET /batches/batch_1/results?limit=100"
    assert paths(flow.fetch(batch), _BASE) == [first]
    page = json.dumps(XAI_PAGE).encode()
    assert paths(flow.more(batch, io.BytesIO(page)), _BASE) == [f"{first}&pagination_token=p%3D1"]
    assert not flow.more(batch, io.BytesIO(json.dumps({**XAI_PAGE, "pagination_token": None}).encode()))


def test_an_error_is_the_failure_that_a_live_call_would_be() -> None:
    results = {
        result.custom_id: result.reply for result in flow_of("xai").read(io.BytesIO(json.dumps(XAI_PAGE).encode()))
    }
    assert {name: reply and reply.status for name, reply in results.items()} == {"a": 200, "b": 400, "c": 500}
    refused = results["b"]
    assert refused is not None
    failure = to_completion(refused, _CALL, PRESETS["xai"])
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.http) == ("invalid", 400)


def test_a_batch_that_was_not_confirmed_is_found_by_its_name_whatever_its_day() -> None:
    other = {**XAI_BATCH, "batch_id": "batch_2", "name": "b1-02", "create_time": "2020-01-01"}
    pages = ({"batches": [other], "pagination_token": "p"}, {"batches": [XAI_BATCH], "pagination_token": None})
    found, requests = driven(flow_of("xai").find(SHARD), *pages)
    assert [batch.id for batch in found] == ["batch_1"]
    assert paths(requests, _BASE) == ["GET /batches?limit=100", "GET /batches?limit=100&pagination_token=p"]


def test_a_batch_is_cancelled_by_a_verb_after_its_id() -> None:
    _, requests = driven(flow_of("xai").cancel("batch_1"), XAI_BATCH)
    assert paths(requests, _BASE) == ["POST /batches/batch_1:cancel"]
