"""What the models of the servers say: the same for a live call and for a request of a batch, in each API's form."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Answer = Callable[[str, str], str]  # from the model and the prompt to the completion


def echo(model: str, prompt: str) -> str:
    return f"echo: {prompt}"


def prompt_of(body: dict[str, Any]) -> str:
    """Return the text of the last turn of a request of any API."""
    if "contents" in body:
        return "".join(part.get("text", "") for part in body["contents"][-1]["parts"])
    if "messages" not in body:
        return json.dumps(body, sort_keys=True)
    content = body["messages"][-1]["content"]
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def prompt_tokens(prompt: str) -> int:
    """Return what a prompt counts: a token for each four characters begun, and five for its wrapping."""
    return 5 + (len(prompt) + 3) // 4


def completion_tokens(text: str) -> int:
    return 1 + (len(text) + 3) // 4


def chat_completion(model: str, prompt: str, answer: Answer) -> dict[str, Any]:
    """Answer as OpenAI's chat completions do."""
    text = answer(model, prompt)
    counts = (prompt_tokens(prompt), completion_tokens(text))
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_000_000, "model": model,
        "choices": [{
            "index": 0, "finish_reason": "stop", "logprobs": None,
            "message": {"role": "assistant", "content": text, "refusal": None},
        }],
        "usage": {
            "prompt_tokens": counts[0], "completion_tokens": counts[1], "total_tokens": sum(counts),
            "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 0},
        },
        "service_tier": "default",
    }  # fmt: skip
