"""Recorded completions behind the same door as live ones: a request in OpenAI's form in, the recorded reply out.

A prompt is found by its words: compression may change white space, and more than that is another prompt. What was not
recorded is an error of the provider's, like any other.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import msgspec

from scrimp.providers.endpoint import HttpReply, HttpRequest
from scrimp.tuning.recorded_prompt import RecordedPrompt, RecordedReply


class ReplayProvider:
    """The replies of one file, read when the first is asked for; all models share it."""

    def __init__(self, read: Callable[[], Iterable[RecordedPrompt]]) -> None:
        self._read = read
        self._prompts: dict[bytes, RecordedPrompt] | None = None

    async def send(self, request: HttpRequest) -> HttpReply:
        """Return the recorded reply to a request, or an error that says what is missing."""
        body: dict[str, Any] = msgspec.json.decode(request.body)
        text, model = body["messages"][-1]["content"], body["model"]
        prompt = self._found(text)
        if prompt is None:
            return _error(400, "this prompt is not in the recording: run with --compress off, or record it")
        reply = prompt.replies.get(model)
        if reply is None:
            return _error(404, f"no reply of {model} is recorded: there are {', '.join(sorted(prompt.replies))}")
        if reply.output is None:
            return _error(400, f"what the reply of {model} was worth is recorded, not its text: see scrimp tune replay")
        return HttpReply(status=200, body=msgspec.json.encode(_completion(model, reply)))

    async def events(self, request: HttpRequest) -> AsyncIterator[str | HttpReply]:
        """Yield the recorded reply as a stream of one piece, or the reply that says what is missing."""
        reply = await self.send(request)
        if reply.status != 200:
            yield reply
            return
        whole: dict[str, Any] = msgspec.json.decode(reply.body)
        choice = whole["choices"][0]
        piece = {"index": 0, "delta": choice["message"], "finish_reason": choice["finish_reason"]}
        yield msgspec.json.encode({**whole, "choices": [piece]}).decode()
        yield "[DONE]"

    def close(self) -> None:
        """Let go of what was read."""
        self._prompts = None

    def _found(self, text: str) -> RecordedPrompt | None:
        if self._prompts is None:
            self._prompts = {_name(prompt.text): prompt for prompt in self._read()}
        return self._prompts.get(_name(text))


def _name(text: str) -> bytes:
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "surrogatepass")).digest()


def _completion(model: str, reply: RecordedReply) -> dict[str, object]:
    usage: dict[str, object] = {}
    if reply.usage is not None:
        usage = {"prompt_tokens": reply.usage.input, "completion_tokens": reply.usage.output}
    if reply.cost is not None:
        usage["cost"] = float(reply.cost)
    message = {"role": "assistant", "content": reply.output}
    return {
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        **({"usage": usage} if usage else {}),
    }


def _error(status: int, message: str) -> HttpReply:
    """Return 400 for a prompt, which no other try finds, and 404 for a model, which may be left for the run."""
    return HttpReply(status=status, body=msgspec.json.encode({"error": {"message": message}}))
