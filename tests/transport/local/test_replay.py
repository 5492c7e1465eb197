from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from scrimp.providers.endpoint import HttpReply, HttpRequest
from scrimp.transport.local.replay import ReplayProvider
from scrimp.tuning.recorded_prompt import RecordedPrompt, RecordedReply
from scrimp.values import Usage

REPLIES = {
    "small": RecordedReply(output="18", usage=Usage(input=20, output=4), cost=Decimal("0.25")),
    "bare": RecordedReply(output="18"),
    "scored": RecordedReply(score=1.0),
}


def recording(read: Iterable[RecordedPrompt] | None = None) -> ReplayProvider:
    prompt = RecordedPrompt(id="1", text="What is  9 + 9?\n", replies=REPLIES)
    return ReplayProvider(lambda: read or [prompt])


def request(text: str, model: str) -> HttpRequest:
    body = {"model": model, "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": text}]}
    return HttpRequest(url="", body=json.dumps(body).encode())


def sent(text: str, model: str) -> tuple[int, dict[str, Any]]:
    reply = asyncio.run(recording().send(request(text, model)))
    return reply.status, json.loads(reply.body)


def test_a_prompt_is_found_by_its_words() -> None:
    status, body = sent("What is 9 + 9?", "small")

    assert status == 200
    assert body["choices"][0]["message"]["content"] == "18"
    assert body["usage"] == {"prompt_tokens": 20, "completion_tokens": 4, "cost": 0.25}


def test_a_prompt_is_found_that_was_recorded_with_keep_tags() -> None:
    prompt = RecordedPrompt(id="1", text="What is <scrimp:keep>9</scrimp:keep> + 9?", replies=REPLIES)

    assert asyncio.run(recording([prompt]).send(request("What is 9 + 9?", "small"))).status == 200


def test_a_reply_recorded_without_usage_has_none() -> None:
    assert "usage" not in sent("What is 9 + 9?", "bare")[1]


def test_a_missing_prompt_model_or_text_is_a_named_error() -> None:
    unknown, model, textless = (
        sent("What is 9 + 8?", "small"),
        sent("What is 9 + 9?", "large"),
        sent("What is 9 + 9?", "scored"),
    )

    assert [status for status, _ in (unknown, model, textless)] == [400, 404, 400]
    assert "not in the recording" in unknown[1]["error"]["message"]
    assert "only of bare, scored, small" in model[1]["error"]["message"]
    assert "not its text" in textless[1]["error"]["message"]


def test_a_stream_is_the_reply_in_one_piece() -> None:
    async def events(model: str) -> list[str | HttpReply]:
        return [event async for event in recording().events(request("What is 9 + 9?", model))]

    piece, end = asyncio.run(events("small"))
    (failed,) = asyncio.run(events("large"))

    assert isinstance(piece, str)
    assert json.loads(piece)["choices"][0]["delta"]["content"] == "18"
    assert end == "[DONE]"
    assert isinstance(failed, HttpReply)
    assert failed.status == 404
