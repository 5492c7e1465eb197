"""What holds for the batches of all providers, whatever they reply."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Generator, Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.batches.examples import replies_of
from providers.batches.exchanges import SHARD, file_of, flow_of, reply, value_of
from scrimp.providers import DIALECTS
from scrimp.providers.batches import batch_flow
from scrimp.providers.batches.flow import BatchFlow, BatchRefusedError, LineFault, RemoteBatch, WireRequest
from scrimp.providers.batches.replies import refusal_in
from scrimp.providers.endpoint import HttpReply, HttpRequest
from scrimp.providers.json_access import dumps
from scrimp.providers.presets import PRESETS
from scrimp.values import Call, Json, Parameters

# A provider of each flavour.
_NAMES = sorted({endpoint.flavour: name for name, endpoint in PRESETS.items() if batch_flow(endpoint)}.values())
_REFUSED_WORDS = {
    "completed": "failed", "SUCCESS": "FAILED", "COMPLETED": "FAILED", "BATCH_STATE_SUCCEEDED": "BATCH_STATE_FAILED",
    "JOB_STATE_COMPLETED": "JOB_STATE_FAILED", "output_file_id": "-", "output_file": "-", "responsesFile": "-",
}  # fmt: skip
_HEADERS = {"x-goog-upload-url": "https://generativelanguage.googleapis.com/upload/v1beta/files?upload_id=u"}
_MOST_REQUESTS = 60
_json: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)
_STATUSES = st.sampled_from([200, 200, 200, 202, 301, 400, 402, 403, 404, 413, 429, 503])
_ODD: tuple[Json, ...] = (
    None, True, -1, 0, 2.5, 10**400, float("inf"), float("nan"), "", "x", "\ud800", "9" * 5000, "2023-99-99", "0001-01-01",
    [], [None], [[]], {}, {"x": None},
)  # fmt: skip


def _damaged(body: Json) -> Iterator[Json]:
    """Yield a reply with each of the odd values in each of its places, one at a time, and without each place."""
    yield from _ODD
    if isinstance(body, dict):
        for name, value in body.items():
            yield {other: each for other, each in body.items() if other != name}
            yield from ({**body, name: each} for each in _damaged(value))
    elif isinstance(body, list):
        for place, value in enumerate(body):
            yield from ([*body[:place], each, *body[place + 1 :]] for each in _damaged(value))


_OPERATIONS: dict[str, Callable[[BatchFlow], Generator[WireRequest, HttpReply, object]]] = {
    "upload": lambda flow: flow.upload(SHARD),
    "create": lambda flow: flow.create(SHARD, "file-1"),
    "look_up": lambda flow: flow.look_up("batch_1"),
    "find": lambda flow: flow.find(SHARD),
    "list_all": lambda flow: flow.list_all(0.0),
    "cancel": lambda flow: flow.cancel("batch_1"),
}


def _understood_or_refused(flow: BatchFlow, operation: str, *replies: HttpReply) -> None:
    """Make the exchange; the last of the replies answers all requests that come after those before it."""
    exchange = _OPERATIONS[operation](flow)
    try:
        request = next(exchange)
        for turn in range(_MOST_REQUESTS):
            assert request.url.startswith(("http://", "https://"))
            request = exchange.send(replies[min(turn, len(replies) - 1)])
        pytest.fail("no end of requests")
    except StopIteration as end:
        values = end.value if isinstance(end.value, list | tuple) else [end.value]
        for batch in values:
            assert not isinstance(batch, RemoteBatch) or all(each.method == "GET" for each in flow.fetch(batch))
    except BatchRefusedError:
        return


@pytest.mark.parametrize("operation", _OPERATIONS)
@pytest.mark.parametrize("name", _NAMES)
def test_a_reply_that_is_odd_in_any_place_is_understood_or_refused(name: str, operation: str) -> None:
    whole = replies_of(PRESETS[name].flavour, operation)
    for turn, body in enumerate(whole):
        for odd in _damaged(body):
            replies = (*whole[:turn], odd, *whole[turn + 1 :])
            _understood_or_refused(flow_of(name), operation, *(reply(each, **_HEADERS) for each in replies))


@pytest.mark.parametrize("name", _NAMES)
@given(data=st.data())
@settings(max_examples=40)
def test_a_refusal_with_anything_in_it_is_understood_or_refused(name: str, data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(sorted(_OPERATIONS)))
    turns = max(1, len(replies_of(PRESETS[name].flavour, operation)))
    replies = [
        reply(data.draw(_json | _damaged_replies(name, operation, turn)), data.draw(_STATUSES), **_HEADERS)
        for turn in range(turns)
    ]
    _understood_or_refused(flow_of(name), operation, *replies)


@cache
def _damaged_replies(name: str, operation: str, turn: int) -> st.SearchStrategy[Json]:
    bodies = replies_of(PRESETS[name].flavour, operation) or ({},)
    return st.sampled_from(list(_damaged(bodies[turn])))


@pytest.mark.parametrize("name", _NAMES)
def test_a_file_of_results_that_is_odd_in_any_place_is_read_as_far_as_it_goes(name: str) -> None:
    flow, whole = flow_of(name), replies_of(PRESETS[name].flavour, "read")
    for place, line in enumerate(whole):
        for odd in _damaged(line):
            _read(flow, b"\n".join(json.dumps(each).encode() for each in (*whole[:place], odd, *whole[place + 1 :])))


@pytest.mark.parametrize("name", _NAMES)
def test_a_file_of_results_may_be_cut_anywhere(name: str) -> None:
    file = b"\n".join(json.dumps(line).encode() for line in replies_of(PRESETS[name].flavour, "read"))
    for size in range(len(file) + 1):
        _read(flow_of(name), file[:size])


def _read(flow: BatchFlow, file: bytes) -> None:
    try:
        results = list(flow.read(io.BytesIO(file)))
        more = flow.more(RemoteBatch(id="batch_1", state="ended", word="ended"), io.BytesIO(file))
        assert all(request.method == "GET" for request in more)
    except BatchRefusedError:
        return
    for result in results:
        assert (result.reply is None) != (result.unanswered is None)
        assert result.reply is None or result.reply.status in range(100, 600)


@pytest.mark.parametrize("name", _NAMES)
@given(
    custom_id=st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    text=st.text(max_size=20),
    effort=st.sampled_from([None, "low"]),
)
@settings(max_examples=20)
def test_a_request_is_in_the_file_as_it_is_sent_live(name: str, custom_id: str, text: str, effort: str | None) -> None:
    flow, endpoint = flow_of(name), PRESETS[name]
    call = Call(provider=name, model="m-1", text=text, parameters=Parameters(effort=effort, max_output=7))  # type: ignore[arg-type]
    request = DIALECTS[endpoint.dialect]().to_request(call, endpoint)
    line = flow.line(custom_id, request)
    file = file_of(flow.frame(SHARD), [line, line])
    read = json.loads(line)
    assert b"\n" not in line
    assert custom_id in read.values() or custom_id in read.get("metadata", {}).values()
    body = json.loads(request.body)
    assert body in read.values() or {name: body[name] for name in body if name != "model"} in read.values()
    assert file.count(line) == 2


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (LineFault("token_limit_exceeded", "Enqueued token limit reached"), "queue_full"),
        (LineFault("8", "Resource has been exhausted"), "queue_full"),
        (LineFault("too_many_tasks", "too many"), "too_large"),
        (LineFault("", "JSONL file validation failed: Model grok-4.6 is not supported for batch processing."), "no_batch"),
        (LineFault("invalid_json_line", "This line is not parseable", 3), "other"),
        (LineFault("", ""), "other"),
    ],
)  # fmt: skip
def test_faults_of_a_batch_say_what_can_be_done(fault: LineFault, refusal: str) -> None:
    assert refusal_in(()) == "other"
    assert refusal_in((LineFault("url_mismatch", "no", 1), fault)) == refusal


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_model_that_takes_no_batches_is_told_from_other_mistakes(status: int) -> None:
    for words, refusal in (("The model gpt-9 is not supported by the Batch API", "no_batch"), ("bad", "other")):
        with pytest.raises(BatchRefusedError) as refused:
            value_of(flow_of("openai").create(SHARD, "f"), reply({"error": {"message": words}}, status))
        assert refused.value.refusal == ("not_found" if refusal == "other" and status == 404 else refusal)


@pytest.mark.parametrize("name", sorted(set(_NAMES) - {"anthropic"}))  # whose batches are refused at creation alone
def test_a_batch_that_was_refused_is_not_taken_for_one_whose_creation_was_not_confirmed(name: str) -> None:
    """The shard may have been sent again since: to find both would leave open which of them is its own."""
    whole = json.dumps(replies_of(PRESETS[name].flavour, "find"))
    assert value_of(flow_of(name).find(SHARD), *_until_the_end(name, json.loads(whole)))
    for word, refused in _REFUSED_WORDS.items():
        whole = whole.replace(f'"{word}"', f'"{refused}"')
    if PRESETS[name].flavour == "xai":  # it has no word for it
        whole = (
            whole.replace('"cancel_by_xai_message": null', '"cancel_by_xai_message": "no"')
            .replace('"num_success": 2', '"num_success": 0')
            .replace('"num_error": 1', '"num_error": 0')
        )
    assert not value_of(flow_of(name).find(SHARD), *_until_the_end(name, json.loads(whole)))


def _until_the_end(name: str, pages: list[Json]) -> list[object]:
    """Return the pages of a list, and what ends it where names are looked up one by one."""
    return (
        [*pages, reply({"code": 5, "message": "no such job"}, 404)] if PRESETS[name].flavour == "fireworks" else pages
    )


@given(
    model=st.text(), rest=st.dictionaries(st.text(), _json, max_size=3), model_first=st.booleans(), key=st.text(),
)  # fmt: skip
def test_a_line_without_its_model_has_all_else_of_the_body(
    model: str, rest: dict[str, Json], model_first: bool, key: str
) -> None:
    rest.pop("model", None)
    body = {"model": model, **rest} if model_first else {**rest, "model": model}
    request = HttpRequest(url="https://api.mistral.ai/v1/chat/completions", body=dumps(body))
    line = json.loads(flow_of("mistral").line(key, request))
    assert line == {"custom_id": key, "body": json.loads(dumps(rest))}
