"""Rows that hold a conversation: `messages`, or the body of an OpenAI or Anthropic batch request."""

from __future__ import annotations

from msgspec import Struct

from scrimp.errors import InputError
from scrimp.values import Json, JsonObject, Message

BODIES = ("body", "params")  # OpenAI's word, and Anthropic's
_SYSTEM = ("system", "developer")
_SAID = ("messages", "system")
# Beside a row's own messages other columns are data, unless they bear the name of a parameter.
_PARAMETERS = frozenset((
    "model", "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens", "stop", "seed", "tools",
    "tool_choice", "response_format", "reasoning_effort", "thinking", "n", "logprobs",
))  # fmt: skip


class Conversation(Struct, frozen=True):
    """A conversation: what the last user turn says, what came before, the system text."""

    text: str
    history: tuple[Message, ...] = ()
    system: str | None = None


def body_of(row: JsonObject) -> JsonObject | None:
    """Return what holds the messages of a row: a batch request's body, the row itself, or nothing."""
    for name in BODIES:
        body = row.get(name)
        if isinstance(body, dict) and "messages" in body:
            return body
    return row if isinstance(row.get("messages"), list) else None


def not_obeyed(row: JsonObject, body: JsonObject) -> list[str]:
    """Return the parameters beside the messages: a row says what is asked, the command line says of whom."""
    return [name for name in body if (name in _PARAMETERS if body is row else name not in _SAID)]


def conversation(body: JsonObject, where: str) -> Conversation:
    """Return the conversation; system turns are gathered, wherever they stand, after a system text of the body."""
    turns = body["messages"]
    if not isinstance(turns, list):
        raise InputError(f"{where}: 'messages' is not a list: give it turns with a role and a content")
    system = [_content(body["system"], where)] if body.get("system") is not None else []
    said: list[Message] = []
    for turn in turns:
        role, content = _turn(turn, where)
        if role in _SYSTEM:
            system.append(content)
        else:
            said.append(Message(role, content))
    if not said or said[-1].role != "user":
        raise InputError(f"{where}: the last turn is not the user's, so nothing is asked: end 'messages' with one")
    return Conversation(said[-1].content, tuple(said[:-1]), "\n\n".join(system) or None)


def _turn(turn: Json, where: str) -> tuple[str, str]:
    role = turn.get("role") if isinstance(turn, dict) else None
    if not isinstance(turn, dict) or role not in ("user", "assistant", *_SYSTEM):
        raise InputError(
            f"{where}: a turn of 'messages' has the role {role!r}: scrimp knows system, developer, user and assistant"
        )
    return str(role), _content(turn.get("content"), where)


def _content(content: Json, where: str) -> str:
    """Return the text of a turn; its parts become paragraphs of one line end."""
    if isinstance(content, str):
        return content
    texts: list[str] = []
    for part in content if isinstance(content, list) else [content]:
        text = part.get("text") if isinstance(part, dict) else None
        if not isinstance(part, dict) or part.get("type") not in ("text", "input_text") or not isinstance(text, str):
            kind = part.get("type") if isinstance(part, dict) else "null" if part is None else type(part).__name__
            raise InputError(
                f"{where}: a turn of 'messages' holds {kind!r} where scrimp sends text only: make its content a string "
                "or a list of text parts"
            )
        texts.append(text)
    return "\n".join(texts)
