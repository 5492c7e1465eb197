"""The turns of a conversation in a row: their text, the tools that were called, and what those gave back.

Turns may be OpenAI's, Anthropic's (`tool_use` and `tool_result` parts) or Ollama's (arguments as an object, no ids).
A vendor refuses a call without its result and a result without its call, so neither is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from scrimp.errors import EmptyPromptError, InputError
from scrimp.values import Json, JsonObject, Message, ToolCall

_ROLES = ("user", "assistant", "tool")


def parse_turn(turn: Json, where: str) -> list[Message]:
    """Return a turn of the user, the model or a tool; Anthropic's turn of a user may be several, results first.

    Raise EmptyPromptError if the user says null, InputError for what is not a turn.
    """
    role = turn.get("role") if isinstance(turn, dict) else None
    if not isinstance(turn, dict) or role not in _ROLES:
        raise InputError(
            f"{where}: a turn of 'messages' has the role {role!r}: use system, developer, user, assistant or tool"
        )
    content = turn.get("content")
    if role == "tool":
        name = turn.get("name", turn.get("tool_name"))
        return [_result(turn.get("tool_call_id"), content_text(content, where), name=name)]
    parts = content if isinstance(content, list) else []
    if role == "assistant":
        calls = (*_openai_calls(turn, where), *_anthropic_calls(parts, where))
        said = _without(parts, "tool_use") if parts else content
        text = "" if calls and said in (None, []) else content_text(said, where)
        return [Message("assistant", text, calls=calls)]
    if content is None:
        raise EmptyPromptError("a user turn of 'messages' is null: give the row a prompt, or remove it")
    results = [_anthropic_result(part, where) for part in parts if _kind(part) == "tool_result"]
    said = _without(parts, "tool_result") if results else content
    return [*results, *([Message("user", content_text(said, where))] if said != [] or not results else [])]


def with_tools_named(messages: Iterable[Message], where: str) -> list[Message]:
    """Return the turns with each call that has no id given one, and each result the id and the name of its call."""
    named: list[Message] = []
    waiting: list[ToolCall] = []
    made = 0
    for turn in messages:
        if turn.role == "tool":
            call = _answered(turn, waiting, where)
            waiting.remove(call)
            named.append(replace(turn, call_id=call.id, name=call.name))
            continue
        _check_answered(waiting, where)
        calls = tuple(
            call if call.id else replace(call, id=f"call_{number}") for number, call in enumerate(turn.calls, made + 1)
        )
        made += len(calls)
        waiting = list(calls)
        named.append(replace(turn, calls=calls) if calls else turn)
    _check_answered(waiting, where)
    return named


def _answered(turn: Message, waiting: list[ToolCall], where: str) -> ToolCall:
    """Return the call that a turn is the result of: by its id, else the first one of that tool."""
    for call in waiting:
        if turn.call_id == call.id or (not turn.call_id and turn.name in ("", call.name)):
            return call
    answered = f"the call {turn.call_id!r}" if turn.call_id else "a call"
    raise InputError(
        f"{where}: a turn of role tool has the result of {answered}, which the assistant turn before it does not make: "
        "put the turn with its 'tool_calls' before it"
    )


def _check_answered(waiting: list[ToolCall], where: str) -> None:
    if waiting:
        raise InputError(
            f"{where}: the call {waiting[0].id!r} of {waiting[0].name} has no result: add a turn of role tool with its "
            "'tool_call_id' after it, or remove the call"
        )


def _openai_calls(turn: JsonObject, where: str) -> Iterator[ToolCall]:
    calls = turn.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(call, dict) or not isinstance(function, dict):
            raise InputError(f"{where}: a call in 'tool_calls' names no function: give it a 'function' with its name")
        yield _call(call.get("id"), function.get("name"), function.get("arguments"), where)


def _anthropic_calls(parts: list[Json], where: str) -> Iterator[ToolCall]:
    for part in parts:
        if isinstance(part, dict) and _kind(part) == "tool_use":
            yield _call(part.get("id"), part.get("name"), part.get("input"), where)


def _call(call_id: Json, name: Json, arguments: Json, where: str) -> ToolCall:
    if not isinstance(name, str) or not name:
        raise InputError(f"{where}: a call of a tool has no name: give its function a 'name'")
    written = arguments if isinstance(arguments, str) else msgspec.json.encode(arguments or {}).decode()
    written = written if written.strip() else "{}"
    try:
        decoded = msgspec.json.decode(written)
    except (msgspec.DecodeError, RecursionError):
        decoded = None
    if not isinstance(decoded, dict):
        raise InputError(f"{where}: the arguments of the call of {name} are not a JSON object: correct them")
    return ToolCall(call_id if isinstance(call_id, str) else "", name, written)


def _anthropic_result(part: Json, where: str) -> Message:
    fields = part if isinstance(part, dict) else {}
    content = fields.get("content")
    text = "" if content in (None, []) else content_text(content, where)
    return _result(fields.get("tool_use_id"), text, is_error=fields.get("is_error") is True)


def _result(call_id: Json, text: str, *, name: Json = None, is_error: bool = False) -> Message:
    return Message(
        "tool", text, call_id=call_id if isinstance(call_id, str) else "", name=name if isinstance(name, str) else "",
        is_error=is_error,
    )  # fmt: skip


def _kind(part: Json) -> Json:
    return part.get("type") if isinstance(part, dict) else None


def _without(parts: list[Json], kind: str) -> list[Json]:
    return [part for part in parts if _kind(part) != kind]


def content_text(content: Json, where: str) -> str:
    """Return the text of a turn; parts are joined by a line end."""
    if isinstance(content, str):
        return content
    texts: list[str] = []
    for part in content if isinstance(content, list) else [content]:
        text = part.get("text") if isinstance(part, dict) else None
        if not isinstance(part, dict) or part.get("type") not in ("text", "input_text") or not isinstance(text, str):
            kind = part.get("type") if isinstance(part, dict) else "null" if part is None else type(part).__name__
            raise InputError(
                f"{where}: a turn of 'messages' contains {kind!r}, and scrimp sends only text of it: make its "
                "content a string or a list of text parts, and name images and PDFs in a column (--attach-field)"
            )
        texts.append(text)
    return "\n".join(texts)
