"""What the models of the servers say: the same for a live call and for a request of a batch, in each API's form."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Answer = Callable[[str, str], str]  # from the model and the prompt to the completion


class IgnoringCaps:
    """What a model says that writes on whatever cap it is given."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, model: str, prompt: str) -> str:
        return self._answer(model, prompt)


def echo(model: str, prompt: str) -> str:
    return f"echo: {prompt}"


def prompt_of(body: dict[str, Any]) -> str:
    """Return the text of the last turn of a request of any API."""
    if "contents" in body:
        return _text(body["contents"][-1]["parts"])
    if "messages" not in body:
        return json.dumps(body, sort_keys=True)
    return _text(body["messages"][-1]["content"])


def prompt_tokens(prompt: str) -> int:
    """Return what a prompt counts: a token for each four characters begun, and five for its wrapping."""
    return 5 + (len(prompt) + 3) // 4


def completion_tokens(text: str) -> int:
    return 1 + (len(text) + 3) // 4


def text_of(body: dict[str, Any]) -> str:
    """Return all that is said in a request of any API, which is what its tokens are counted of."""
    system = body.get("system") or body.get("systemInstruction", {}).get("parts", "")
    turns = [turn.get("content", turn.get("parts", "")) for turn in body.get("messages", body.get("contents", []))]
    return "".join(_text(content) for content in (system, *turns))


def _text(content: str | list[dict[str, Any]]) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def counted(model: str, body: dict[str, Any], answer: Answer) -> tuple[str, int, int]:
    """Return a completion with the tokens it took and gave."""
    text = answer(model, prompt_of(body))
    return text, prompt_tokens(text_of(body)), completion_tokens(text)


def chat_completion(model: str, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Answer as OpenAI's chat completions do; what does not fit under the cap leaves no text, as after a thought."""
    text, taken, given = counted(model, body, answer)
    cap = given if isinstance(answer, IgnoringCaps) else body.get("max_completion_tokens", given)
    text, given, finish = ("", cap, "length") if given > cap else (text, given, "stop")
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_000_000, "model": model,
        "choices": [{
            "index": 0, "finish_reason": finish, "logprobs": None,
            "message": {"role": "assistant", "content": text, "refusal": None},
        }],
        "usage": {
            "prompt_tokens": taken, "completion_tokens": given, "total_tokens": taken + given,
            "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 0},
        },
        "service_tier": "default",
    }  # fmt: skip


def message(model: str, body: dict[str, Any], answer: Answer, cache: tuple[int, int], tier: str) -> dict[str, Any]:
    """Answer as Anthropic's messages do; `cache` are the tokens read from it and written to it for an hour."""
    text, taken, given = counted(model, body, answer)
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": model,
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": None,
        "stop_details": None,
        "usage": {
            "input_tokens": taken - sum(cache), "cache_read_input_tokens": cache[0],
            "cache_creation_input_tokens": cache[1],
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": cache[1]},
            "output_tokens": given, "output_tokens_details": {"thinking_tokens": 0}, "service_tier": tier,
            "speed": "standard",
        },
    }  # fmt: skip


def generated_content(model: str, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Answer as Gemini's generateContent does."""
    text, taken, given = counted(model, body, answer)
    return {
        "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": taken, "candidatesTokenCount": given, "totalTokenCount": taken + given
        },
        "modelVersion": model, "responseId": "response-1",
    }  # fmt: skip
