"""Recorded completions as a provider: a request in OpenAI's format in, the recorded reply out.

A prompt is looked up by its words, because compression may change white space; any other change makes it another
prompt. A prompt or model that was not recorded gives an error reply, as from any provider.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import msgspec

from scrimp.compress.keep_tags import without_keep_tags
from scrimp.providers.endpoint import HttpReply, HttpRequest
from scrimp.tuning.recorded_prompt import RecordedPrompt, RecordedReply


class ReplayProvider:
    """The replies recorded in one file, which is read at the first request and shared by all models."""

    def __init__(self, read: Callable[[], Iterable[RecordedPrompt]]) -> None:
        self._read = read
        self._prompts: dict[bytes, RecordedPrompt] | None = None

    async def open(self, *, stream: bool) -> None:
        """Read the recording; raise InputError if it cannot be read."""
        del stream
        self._recorded()

    async def send(self, request: HttpRequest) -> HttpReply:
        """Return the recorded reply to a request, or an error reply that names what is missing."""
        body: dict[str, Any] = msgspec.json.decode(request.body)
        text, model = body["messages"][-1]["content"], body["model"]
        prompt = self._find(text)
        if prompt is None:
            return _error(400, "this prompt is not in the recording: add --compress off, or record the prompt")
        reply = prompt.replies.get(model)
        if reply is None:
            models = ", ".join(sorted(prompt.replies))
            return _error(404, f"no reply of {model} is recorded for this prompt, only of {models}: use one of them")
        if reply.output is None:
            return _error(
                400, f"the recording has the score of {model}'s reply, not its text: use `scrimp tune replay`"
            )
        return HttpReply(status=200, body=msgspec.json.encode(_completion(model, reply)))

    async def events(self, request: HttpRequest) -> AsyncIterator[str | HttpReply]:
        """Yield the recorded reply as a stream of one piece, or the error reply that names what is missing."""
        reply = await self.send(request)
        if reply.status != 200:
            yield reply
            return
        body: dict[str, Any] = msgspec.json.decode(reply.body)
        choice = body["choices"][0]
        delta = {"index": 0, "delta": choice["message"], "finish_reason": choice["finish_reason"]}
        yield msgspec.json.encode({**body, "choices": [delta]}).decode()
        yield "[DONE]"

    def close(self) -> None:
        """Release the recording."""
        self._prompts = None

    def _find(self, text: str) -> RecordedPrompt | None:
        return self._recorded().get(_text_hash(text))

    def _recorded(self) -> dict[bytes, RecordedPrompt]:
        if self._prompts is None:
            self._prompts = {_text_hash(without_keep_tags(prompt.text)): prompt for prompt in self._read()}
        return self._prompts


def _text_hash(text: str) -> bytes:
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
    """Return an error reply: 400 for a missing prompt, 404 for a missing model, which is then not called again."""
    return HttpReply(status=status, body=msgspec.json.encode({"error": {"message": message}}))
