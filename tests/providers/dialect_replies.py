"""Replies as providers send them, read by their dialect."""

from __future__ import annotations

import json
from typing import Any

from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import HttpReply, HttpRequest
from scrimp.providers.presets import PRESETS
from scrimp.values import Call, Completion, Failure, Parameters


def read(
    preset: str, body: Any, *, status: int = 200, headers: dict[str, str] | None = None, model: str = "m"
) -> Completion | Failure:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    call = Call(provider=preset, model=model, text="x")
    return DIALECTS[PRESETS[preset].dialect]().to_completion(
        HttpReply(status=status, body=data, headers=headers or {}), call, PRESETS[preset]
    )


def chat(usage: dict[str, Any], **message: Any) -> dict[str, Any]:
    return {
        "model": "m",
        "choices": [{"finish_reason": "stop", "message": {"content": "hi"} | message}],
        "usage": usage,
    }


def failed(result: Completion | Failure) -> Failure:
    assert isinstance(result, Failure)
    return result


def completed(result: Completion | Failure) -> Completion:
    assert isinstance(result, Completion)
    return result


def request(preset: str, *, model: str = "m", text: str = "hi", **fields: Any) -> HttpRequest:
    endpoint = PRESETS[preset]
    call = Call(provider=preset, model=model, text=text, **fields)
    return DIALECTS[endpoint.dialect]().to_request(call, endpoint)


def body(preset: str, *, model: str = "m", **parameters: Any) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(request(preset, model=model, parameters=Parameters(**parameters)).body)
    return decoded


def streamed(preset: str, events: list[Any], *, model: str = "m") -> tuple[Completion | Failure, list[str]]:
    """Return the completion of a stream and the pieces shown; an event is JSON or the text as it arrives."""
    call = Call(provider=preset, model=model, text="x", stream=True)
    reader = DIALECTS[PRESETS[preset].dialect]().stream_reader(call, PRESETS[preset])
    shown = [reader.feed(event if isinstance(event, str) else json.dumps(event)) for event in events]
    return reader.completion(), shown
