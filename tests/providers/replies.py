"""Replies as providers send them, read by their dialect."""

from __future__ import annotations

import json
from typing import Any

from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import HttpReply
from scrimp.providers.presets import PRESETS
from scrimp.values import Call, Completion, Failure


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
