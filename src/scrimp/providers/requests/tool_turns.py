"""Turns of a conversation in the form of each dialect: what was said, the tools that were called, what they gave back.

The forms are those of the vendors' SDKs. A call keeps its arguments as they were written. Anthropic takes turns with
calls only in a request that names the tools; Gemini 3 and later want a signature with each call, and for calls that
another model made the word that stands for one (https://ai.google.dev/gemini-api/docs/thought-signatures).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from scrimp.providers.endpoint import Endpoint
from scrimp.providers.requests.capabilities import base_name
from scrimp.regexes import pattern
from scrimp.values import Json, JsonObject, Message

_SIGNATURE = "skip_thought_signature_validator"
_ANY_ID, _CLAUDE_ID, _MISTRAL_ID = r"(?s:.*)", r"[a-zA-Z0-9_-]+", r"[a-zA-Z0-9]{9}"
_WITHOUT_SIGNATURES = ("gemini-1", "gemini-2")


def openai_turn(turn: Message, endpoint: Endpoint) -> JsonObject:
    """Return a turn as a chat message."""
    known = _MISTRAL_ID if endpoint.flavour == "mistral" else _ANY_ID
    if turn.role == "tool":
        return {"role": "tool", "tool_call_id": _id(turn.call_id, known), "content": turn.content}
    if not turn.calls:
        return {"role": turn.role, "content": turn.content}
    calls: list[Json] = [
        {"id": _id(call.id, known), "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in turn.calls
    ]
    return {"role": turn.role, "content": turn.content or None, "tool_calls": calls}


def anthropic_turns(turns: Iterable[tuple[Message, Json]]) -> list[Json]:
    """Return turns, each given with the content it has without tools; results that follow each other are one turn.

    The user's words after results belong to their turn.
    """
    messages: list[JsonObject] = []
    results: list[Json] | None = None  # tool results of the last message
    for turn, content in turns:
        if turn.role == "tool":
            block: JsonObject = {
                "type": "tool_result",
                "tool_use_id": _id(turn.call_id, _CLAUDE_ID),
                "content": turn.content,
            }
            added: list[Json] = [block | ({"is_error": True} if turn.is_error else {})]
        elif turn.role == "user" and results is not None:
            added = content if isinstance(content, list) else [{"type": "text", "text": content}]
        else:
            messages.append({"role": turn.role, "content": _with_uses(turn, content)})
            results = None
            continue
        if results is None:
            results = []
            messages.append({"role": "user", "content": results})
        results += added
        if turn.role == "user":
            results = None
    return list(messages)


def _with_uses(turn: Message, content: Json) -> Json:
    if not turn.calls:
        return content
    said: list[Json] = [{"type": "text", "text": turn.content}] if turn.content.strip() else []
    uses = (
        {"type": "tool_use", "id": _id(call.id, _CLAUDE_ID), "name": call.name, "input": _raw(call.arguments)}
        for call in turn.calls
    )
    return [*said, *uses]


def anthropic_tools(turns: Sequence[Message]) -> JsonObject:
    """Return the body fields that name the tools which were called, and say that none is to be called again."""
    names = dict.fromkeys(call.name for turn in turns for call in turn.calls)
    if not names:
        return {}
    tools: list[Json] = [{"name": name, "input_schema": {"type": "object"}} for name in names]
    return {"tools": tools, "tool_choice": {"type": "none"}}


def gemini_turn(turn: Message, model: str, *before: Json) -> JsonObject:
    """Return a turn as a content; `before` are parts that stand before its text."""
    if turn.role == "tool":
        response = {"name": turn.name, "response": _response(turn)}
        return {"role": "user", "parts": [{"functionResponse": response}]}
    role = "model" if turn.role == "assistant" else "user"
    if not turn.calls:
        return {"role": role, "parts": [*before, {"text": turn.content}]}
    parts: list[Json] = [{"text": turn.content}] if turn.content else []
    for at, call in enumerate(turn.calls):
        part: JsonObject = {"functionCall": {"name": call.name, "args": _raw(call.arguments)}}
        # Only the first of several calls at once has a signature.
        signed = at == 0 and not base_name(model).startswith(_WITHOUT_SIGNATURES)
        parts.append(part | ({"thoughtSignature": _SIGNATURE} if signed else {}))
    return {"role": role, "parts": parts}


def joined_results(contents: Iterable[JsonObject]) -> list[Json]:
    """Return contents in which the results of several calls at once are one turn, as Gemini wants them."""
    joined: list[JsonObject] = []
    for content in contents:
        if joined and _is_results(content) and _is_results(joined[-1]):
            joined[-1] = joined[-1] | {"parts": [*_parts(joined[-1]), *_parts(content)]}
        else:
            joined.append(content)
    return list(joined)


def _parts(content: JsonObject) -> list[Json]:
    parts = content["parts"]
    return parts if isinstance(parts, list) else []


def _is_results(content: JsonObject) -> bool:
    return all(isinstance(part, dict) and "functionResponse" in part for part in _parts(content))


def _response(turn: Message) -> Json:
    """Return the result of a tool as the object that Gemini wants."""
    if not turn.is_error and turn.content.lstrip()[:1] == "{":
        try:
            msgspec.json.decode(turn.content)
        except (msgspec.DecodeError, RecursionError):
            pass
        else:
            return _raw(turn.content)
    return {"error" if turn.is_error else "output": turn.content}


def _id(given: str, known: str) -> str:
    """Return the id of a call as a vendor takes it: another vendor's may have other signs, or another length."""
    if pattern(known).fullmatch(given):
        return given
    return hashlib.sha256(given.encode()).hexdigest()[:9]


def _raw(text: str) -> Json:
    """Return JSON that goes into a request as it was written."""
    return msgspec.Raw(text.strip().encode())  # type: ignore[return-value]  # as numbers of a row are: see `Json`
