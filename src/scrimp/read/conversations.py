"""Rows that hold a conversation: `messages`, or the body of an OpenAI or Anthropic batch request."""

from __future__ import annotations

from msgspec import Struct

from scrimp.errors import InputError
from scrimp.values import Json, JsonObject, Message, TextSpan

BODY_FIELDS = ("body", "params")  # OpenAI's name, and Anthropic's
_SYSTEM_ROLES = ("system", "developer")
_CONVERSATION_FIELDS = ("messages", "system")
# Columns beside a row's own messages are data, unless they have the name of a parameter.
_PARAMETERS = frozenset((
    "model", "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens", "stop", "seed", "tools",
    "tool_choice", "response_format", "reasoning_effort", "thinking", "n", "logprobs",
))  # fmt: skip


class Conversation(Struct, frozen=True):
    """A conversation: the text of the last user turn, the turns before it, the system text."""

    text: str
    history: tuple[Message, ...] = ()
    system: str | None = None
    told: tuple[TextSpan, ...] = ()  # where data stands in the text


def request_body(row: JsonObject) -> JsonObject | None:
    """Return the object that holds a row's messages: a batch request's body or the row itself; None if neither does."""
    for name in BODY_FIELDS:
        body = row.get(name)
        if isinstance(body, dict) and "messages" in body:
            return body
    return row if isinstance(row.get("messages"), list) else None


def ignored_parameters(row: JsonObject, body: JsonObject) -> list[str]:
    """Return the parameters besides the messages: the model and its parameters come from the command line only."""
    return [name for name in body if (name in _PARAMETERS if body is row else name not in _CONVERSATION_FIELDS)]


def parse_conversation(body: JsonObject, where: str) -> Conversation:
    """Return the conversation; system turns, wherever they stand, are joined after the body's own system text."""
    turns = body["messages"]
    if not isinstance(turns, list):
        raise InputError(f"{where}: 'messages' is not a list: make it a list of turns, each with a role and a content")
    system = [_content_text(body["system"], where)] if body.get("system") is not None else []
    messages: list[Message] = []
    for turn in turns:
        role, content = _parse_turn(turn, where)
        if role in _SYSTEM_ROLES:
            system.append(content)
        else:
            messages.append(Message(role, content))
    if not messages or messages[-1].role != "user":
        raise InputError(f"{where}: the last turn is not the user's: end 'messages' with a user turn")
    return Conversation(messages[-1].content, tuple(messages[:-1]), "\n\n".join(system) or None)


def _parse_turn(turn: Json, where: str) -> tuple[str, str]:
    role = turn.get("role") if isinstance(turn, dict) else None
    if not isinstance(turn, dict) or role not in ("user", "assistant", *_SYSTEM_ROLES):
        raise InputError(
            f"{where}: a turn of 'messages' has the role {role!r}: use system, developer, user or assistant"
        )
    return str(role), _content_text(turn.get("content"), where)


def _content_text(content: Json, where: str) -> str:
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
