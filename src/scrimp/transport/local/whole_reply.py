"""The reply that the chunks of a streamed one make up, as if it had not been streamed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def whole_reply(chunks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the reply of one choice, without log probabilities; or the error among the chunks."""
    reply: dict[str, Any] = {}
    pieces: list[str] = []
    finish_reason = None
    for chunk in chunks:
        if "error" in chunk:
            return chunk
        reply |= {name: chunk[name] for name in ("model", "usage") if name in chunk}
        for choice in chunk["choices"]:
            pieces.append(choice["delta"].get("content") or "")
            finish_reason = choice["finish_reason"] or finish_reason
    message = {"role": "assistant", "content": "".join(pieces)}
    return reply | {"choices": [{"index": 0, "finish_reason": finish_reason, "message": message}]}
