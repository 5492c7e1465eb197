"""From a row to a prompt: by template, by field, or as a conversation in OpenAI's or Anthropic's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from scrimp.errors import InputError
from scrimp.read.options import ReadOptions
from scrimp.read.template import as_text, compile_template, lookup
from scrimp.values import Json, JsonObject, Message, Prompt

# Columns that hold the prompt where nobody says which, in this order.
FIELDS = ("prompt", "text", "input", "question", "content", "instruction")
_BODIES = ("body", "params")


class Talk(Struct, frozen=True):
    """A conversation: what the last user turn says, what came before, and the system text."""

    text: str
    history: tuple[Message, ...] = ()
    system: str | None = None


class RowReader:
    """Makes prompts of rows, by one set of options."""

    def __init__(self, options: ReadOptions, warn: Callable[[str], None]) -> None:
        self._options, self._warn = options, warn
        self._fill = compile_template(options.template) if options.template is not None else None

    def prompt(self, row: Json, index: int, where: str) -> Prompt:
        """Return the prompt a row means."""
        if isinstance(row, str):
            return self._from_text(row, index, where)
        if not isinstance(row, dict):
            raise InputError(f"{where}: a row is an object or a string, not {type(row).__name__}: mend that line")
        talk = self._talk(row, where)
        system = self._options.system
        return Prompt(
            index=index, text=talk.text, history=talk.history, system=talk.system if system is None else system,
            id=self._id(row, where), row=row, source=where,
        )  # fmt: skip

    def _from_text(self, text: str, index: int, where: str) -> Prompt:
        file, _, line = where.rpartition(":")
        if self._fill is not None:
            text = self._fill({"text": text, "line": text, "file": file or where, "row": line}, where)
        return Prompt(index=index, text=text, system=self._options.system, source=where)

    def _talk(self, row: JsonObject, where: str) -> Talk:
        system = row.get("system")
        own = system if isinstance(system, str) else None
        if self._fill is not None:
            return Talk(self._fill(row, where), system=own)
        if self._options.prompt_field is not None:
            return Talk(as_text(lookup(row, self._options.prompt_field, where)), system=own)
        for name in _BODIES:
            body = row.get(name)
            if isinstance(body, dict) and "messages" in body:
                return self._conversation(body, where)
        if "messages" in row:
            return self._conversation(row, where)
        return Talk(_guess(row, where), system=own)

    def _conversation(self, body: Mapping[str, Json], where: str) -> Talk:
        ignored = sorted(set(body) - {"messages", "system", "id", "custom_id"})
        if "model" in ignored:
            self._warn(
                f"{', '.join(ignored)} in the rows are not obeyed: the route and its parameters are scrimp's flags"
            )
        turns = body["messages"]
        if not isinstance(turns, list) or not turns:
            raise InputError(f"{where}: 'messages' is no list of turns: give each a role and a content")
        system = [_content(body["system"], where)] if "system" in body else []
        talk: list[Message] = []
        for turn in turns:
            role = turn.get("role") if isinstance(turn, dict) else None
            if not isinstance(turn, dict) or role not in ("system", "developer", "user", "assistant"):
                raise InputError(f"{where}: a turn has the role {role!r}: use system, user or assistant")
            said = _content(turn.get("content"), where)
            if role in ("system", "developer"):
                system.append(said)
            else:
                talk.append(Message(str(role), said))
        if not talk or talk[-1].role != "user":
            raise InputError(f"{where}: the last turn must be the user's: that is what a model answers")
        return Talk(talk[-1].content, tuple(talk[:-1]), "\n\n".join(system) or None)

    def _id(self, row: JsonObject, where: str) -> str | None:
        if self._options.id_field is not None:
            return as_text(lookup(row, self._options.id_field, where))
        for name in ("custom_id", "id"):
            if row.get(name) is not None:
                return as_text(row[name])
        return None


def _content(content: Json, where: str) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict) and part.get("type") in ("text", "input_text")]
        texts = [part.get("text") for part in parts]
        if len(texts) == len(content) and all(isinstance(text, str) for text in texts):
            return "".join(str(text) for text in texts)
    raise InputError(f"{where}: scrimp sends text only: a turn's content must be a string or a list of text parts")


def _guess(row: JsonObject, where: str) -> str:
    for name in FIELDS:
        if isinstance(row.get(name), str):
            return str(row[name])
    strings = [name for name, value in row.items() if isinstance(value, str)]
    if len(strings) == 1:
        return str(row[strings[0]])
    raise InputError(
        f"{where}: which column is the prompt? The columns are: {', '.join(row) or 'none'}; name one with --prompt-field, "
        "or write a template with -t"
    )
