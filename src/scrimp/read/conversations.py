"""Rows that hold a conversation: `messages`, or the body of an OpenAI or Anthropic batch request."""

from __future__ import annotations

from msgspec import Struct

from scrimp.errors import InputError
from scrimp.read.turns import content_text, parse_turn, with_tools_named
from scrimp.values import JsonObject, Message, TextSpan

BODY_FIELDS = ("body", "params")  # OpenAI's name, and Anthropic's
_SYSTEM_ROLES = ("system", "developer")
_CONVERSATION_FIELDS = ("messages", "system")
# Columns next to a row's own messages are data, unless they have the name of a parameter.
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
    after: tuple[Message, ...] = ()  # tools that were called for the text, and their results


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
    system = [content_text(body["system"], where)] if body.get("system") is not None else []
    messages: list[Message] = []
    for turn in turns:
        if isinstance(turn, dict) and turn.get("role") in _SYSTEM_ROLES:
            system.append(content_text(turn.get("content"), where))
        else:
            messages += parse_turn(turn, where)
    messages = with_tools_named(messages, where)
    last = next((at for at in reversed(range(len(messages))) if messages[at].role == "user"), None)
    if last is None or messages[-1].role == "assistant":
        raise InputError(
            f"{where}: the last turn is not the user's: end 'messages' with a user turn, or with the result of a tool"
        )
    said = messages[last].content
    return Conversation(said, tuple(messages[:last]), "\n\n".join(system) or None, after=tuple(messages[last + 1 :]))
