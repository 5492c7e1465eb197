"""Replies with status 200 that no batch API gives: the command ends, no row is lost, and nothing is paid twice."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_servers import BatchServer, OpenAIBatches
from batches.preset_config import configure_preset
from batches.test_every_api import SERVERS
from command import Scrimp
from fork_server import ForkServer
from scrimp.flows.batch.unreadable_replies import TRIES

PROMPTS = [f"prompt {number}" for number in range(7)]
PAGE = b"<!DOCTYPE html><html><body>Please sign in to the network</body></html>"
STEPS = ("start", "upload", "create", "poll", "list", "download")
BODIES: dict[str, bytes] = {
    "page": PAGE, "empty": b"", "array": b"[]", "text": b"OK", "number": b"7", "null": b"null", "no id": b'{"x": 1}',
    "id of the wrong type": b'{"id": 7, "name": [], "status": "completed", "state": {}}',
}  # fmt: skip
ODD: tuple[Any, ...] = (None, True, -1, 10**30, 1e300, "", "x" * 300, "\x00", "done!", [], {})
Change = Callable[[bytes], bytes]


def replaced(body: bytes) -> Change:
    return lambda _: body


def damaged(seed: int) -> Change:
    """Put something odd in one place of a reply; which, the seed says."""

    def change(body: bytes) -> bytes:
        try:
            value = json.loads(body)
        except ValueError:
            return body
        chance = random.Random(seed)
        place = value
        while isinstance(place, dict) and place:
            name = chance.choice(sorted(place))
            if not isinstance(place[name], dict) or not place[name] or chance.random() < 0.3:
                place[name] = chance.choice(ODD)
                break
            place = place[name]
        return json.dumps(value).encode()

    return change


changes = st.one_of(
    st.sampled_from([*BODIES.values()]).map(replaced),
    st.binary(max_size=40).filter(lambda body: b"{" not in body).map(replaced),
)


def configured(scrimp: Scrimp, server: BatchServer, model: str) -> tuple[str, ...]:
    configure_preset(scrimp, server.url, model)
    scrimp.file("rows.txt", "\n".join(PROMPTS))
    return ("run", "rows.txt", "--model", model, "--batch")


def check(scrimp: Scrimp, server: BatchServer, words: tuple[str, ...]) -> None:
    """Run a command that meets what was planned, then again at a server that is well; check what is promised."""
    ran = scrimp(*words)
    assert ran.status in (0, 6), ran.err
    assert "Traceback" not in ran.err
    assert [row["status"] for row in ran.rows if row["status"] not in ("ok", "pending")] == []
    assert len(ran.rows) == len(PROMPTS)
    server.relent()
    again = scrimp(*words)
    assert again.status == 0, ran.err + again.err
    assert [row["status"] for row in again.rows] == ["ok"] * len(PROMPTS)
    assert server.paid_twice == [], ran.err
    assert server.billed == dict.fromkeys(PROMPTS, 1), ran.err


@pytest.mark.parametrize("model", SERVERS)
@given(data=st.data())
@settings(max_examples=2, deadline=None)
def test_nonsense_at_any_step_ends_the_command_and_loses_no_row(
    model: str, forks: ForkServer, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    with SERVERS[model]() as server:
        scrimp = Scrimp(tmp_path_factory.mktemp("nonsense"), forks)
        words = configured(scrimp, server, model)
        for step in data.draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=2, unique=True)):
            times = data.draw(st.sampled_from([1, 2, None]))
            if data.draw(st.booleans()):
                server.garble(step, data.draw(changes), times=times)
            else:
                server.garble(step, replaced(PAGE), times=times)
        check(scrimp, server, words)


def test_a_gateway_that_answers_uploads_with_its_own_page_is_called_live(
    batched: Scrimp, server: OpenAIBatches
) -> None:  # fmt: skip
    server.refuse("upload", 200, body=PAGE, times=None)
    batched.file("rows.txt", "\n".join(PROMPTS))
    ran = batched("run", "rows.txt", "--model", "fake/small", "--batch")
    assert ran.status == 0, ran.err
    assert sorted(server.live_prompts) == PROMPTS
    assert server.count("upload") == TRIES
    assert "at full price: fake replied to a request about a batch without a JSON object ('<!DOCTYPE" in ran.err


def test_a_batch_that_is_not_told_of_is_left_pending_and_not_paid_again(batched: Scrimp, server: OpenAIBatches) -> None:
    server.garble("poll", replaced(PAGE), times=None)
    batched.file("rows.txt", "\n".join(PROMPTS))
    ran = batched("run", "rows.txt", "--model", "fake/small", "--batch")
    assert (ran.status, {row["status"] for row in ran.rows}) == (6, {"pending"}), ran.err
    assert server.count("poll") == TRIES
    assert "left alone for now, after 6 replies that could not be understood" in ran.err
    assert "to go on: scrimp batch watch" in ran.err
    assert batched("batch", "watch").status == 6
    server.relent()
    assert batched("batch", "fetch", "--wait").status == 0
    assert server.billed == dict.fromkeys(PROMPTS, 1)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_batch_whose_creation_is_answered_with_nonsense_is_found_and_not_made_again(
    batched: Scrimp, server: OpenAIBatches, body: bytes
) -> None:
    server.garble("create", replaced(body))
    batched.file("rows.txt", "\n".join(PROMPTS))
    ran = batched("run", "rows.txt", "--model", "fake/small", "--batch")
    assert ran.status == 0, ran.err
    assert (len(server.batches), server.count("create"), server.live_prompts) == (1, 1, [])


def test_a_creation_that_is_never_answered_with_sense_and_makes_nothing_ends_live(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    server.refuse("create", 200, body=PAGE, times=None)
    batched.file("rows.txt", "\n".join(PROMPTS))
    ran = batched("run", "rows.txt", "--model", "fake/small", "--batch")
    assert ran.status == 0, ran.err
    assert (server.count("create"), sorted(server.live_prompts)) == (3, PROMPTS)
    assert "asked 3 times to make a batch, fake made none" in ran.err


def test_a_state_that_nobody_listed_is_named_and_waited_for(batched: Scrimp, server: OpenAIBatches) -> None:
    server.garble("create", lambda body: body.replace(b'"validating"', b'"dreaming"'))
    server.garble("poll", lambda body: re.sub(rb'"status":"[a-z_]+"', b'"status":"dreaming"', body), times=None)
    batched.file("rows.txt", "\n".join(PROMPTS))
    ran = batched("run", "rows.txt", "--model", "fake/small", "--batch")
    assert ran.status == 6, ran.err
    assert "is 'dreaming', a state that scrimp does not know" in ran.err
    server.relent()
    assert batched("run", "rows.txt", "--model", "fake/small", "--batch").status == 0
    assert len(server.batches) == 1


def test_results_that_are_a_page_are_not_taken_for_missing(batched: Scrimp, server: OpenAIBatches) -> None:
    server.garble("download", replaced(PAGE), times=None)
    batched.file("rows.txt", PROMPTS[0])  # alone: a batch of several without results is doubted anyway
    ran = batched("run", "rows.txt", "--model", "fake/small", "--batch")
    assert (ran.status, len(server.batches)) == (6, 1), ran.err
    assert "instead of results there came" in ran.err
    server.relent()
    assert batched("run", "rows.txt", "--model", "fake/small", "--batch").status == 0
    assert len(server.batches) == 1


@pytest.mark.parametrize("model", SERVERS)
def test_results_that_end_early_without_a_word_are_fetched_again_and_not_paid_again(
    scrimp: Scrimp, model: str
) -> None:  # fmt: skip
    with SERVERS[model]() as server:
        words = configured(scrimp, server, model)
        server.cut(700, says_so=False)
        ran = scrimp(*words)
        assert (ran.status, {row["status"] for row in ran.rows}) == (0, {"ok"}), ran.err
        assert (len(server.batches), server.live_prompts) == (1, [])
        assert server.billed == dict.fromkeys(PROMPTS, 1)


def test_a_file_that_is_gone_when_a_batch_is_made_of_it_is_uploaded_again(
    batched: Scrimp, server: OpenAIBatches
) -> None:  # fmt: skip
    server.refuse("create", 404, message="No such File object")
    batched.file("rows.txt", "\n".join(PROMPTS))
    ran = batched("run", "rows.txt", "--model", "fake/small", "--batch")
    assert (ran.status, server.count("upload"), len(server.batches)) == (0, 2, 1), ran.err
    assert not server.live_prompts


@pytest.mark.parametrize("model", SERVERS)
@given(step=st.sampled_from(["create", "poll"]), seed=st.integers(0, 10_000), data=st.data())
@settings(max_examples=2, deadline=None)
def test_a_reply_with_something_odd_in_it_loses_no_row(
    model: str, forks: ForkServer, tmp_path_factory: pytest.TempPathFactory, step: str, seed: int, data: st.DataObject
) -> None:
    with SERVERS[model]() as server:
        scrimp = Scrimp(tmp_path_factory.mktemp("odd"), forks)
        words = configured(scrimp, server, model)
        server.garble(step, damaged(seed), times=data.draw(st.sampled_from([1, 2, None])))
        check(scrimp, server, words)
