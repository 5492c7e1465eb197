"""From a row to a prompt: by template, by column, or as the conversation it holds."""

from __future__ import annotations

from collections.abc import Callable

from scrimp.errors import InputError
from scrimp.read.columns import as_text, lookup
from scrimp.read.conversations import Conversation, body_of, conversation, not_obeyed
from scrimp.read.decoding import place
from scrimp.read.options import ReadOptions
from scrimp.read.prompt_column import guessed
from scrimp.values import Json, JsonObject, Prompt


class RowReader:
    """Makes prompts of rows, by one set of options."""

    def __init__(self, options: ReadOptions, warn: Callable[[str], None]) -> None:
        self._warn, self._warned = warn, False
        self._system, self._prompt_field, self._id_field = options.system, options.prompt_field, options.id_field
        self._fill: Callable[[JsonObject, str], str] | None = None
        self._template = options.template
        if options.template is not None:
            from scrimp.read.template import compile_template  # noqa: PLC0415 - its pattern takes time to compile

            self._fill = compile_template(options.template)

    def prompt(self, value: Json, index: int, name: str, number: int) -> Prompt:
        """Return the prompt a row means; the row is the `number`th of the input `name`."""
        where = place(name, number)
        try:
            if isinstance(value, dict):
                return self._from_row(value, index, where)
            if isinstance(value, str):
                return self._from_text({"text": value, "line": value, "file": name, "row": number or 1}, index, where)
        except RecursionError as error:
            raise InputError(f"{where}: a value is nested too deeply to be written as JSON: flatten it") from error
        raise InputError(f"{where}: a row is an object or a string, not {_kind(value)}: fix or remove it")

    def _from_row(self, row: JsonObject, index: int, where: str) -> Prompt:
        asked = self._talk(row, where)
        system = asked.system if self._system is None else self._system
        return Prompt(
            index=index, text=asked.text, id=self._id(row, where), system=system or None, history=asked.history,
            row=row, source=where, template=self._template,
        )  # fmt: skip

    def _from_text(self, columns: JsonObject, index: int, where: str) -> Prompt:
        """Plain text has no columns of its own; a template finds the text, and where it stands."""
        named = None if self._id_field is None else lookup(columns, self._id_field, where)
        text = self._written(columns, where)
        return Prompt(
            index=index, text=as_text(columns["text"]) if text is None else text, id=_name(named),
            system=self._system or None, source=where, template=self._template,
        )  # fmt: skip

    def _talk(self, row: JsonObject, where: str) -> Conversation:
        text = self._written(row, where)
        if text is None:
            body = body_of(row)
            if body is not None:
                self._warn_once(not_obeyed(row, body))
                return conversation(body, where)
            text = guessed(row, self._id_field, where)
        system = row.get("system")
        return Conversation(text, system=system if isinstance(system, str) else None)

    def _written(self, columns: JsonObject, where: str) -> str | None:
        """Return the text that --template or --prompt-field makes of a row, None where neither was given."""
        if self._fill is not None:
            return self._fill(columns, where)
        if self._prompt_field is None:
            return None
        value = lookup(columns, self._prompt_field, where)
        if value is None:
            raise InputError(f"{where}: '{self._prompt_field}' is null: give the row a prompt or remove it")
        return as_text(value)

    def _id(self, row: JsonObject, where: str) -> str | None:
        if self._id_field is not None:
            return _name(lookup(row, self._id_field, where))
        named = row.get("custom_id")
        return _name(row.get("id") if named is None else named)

    def _warn_once(self, fields: list[str]) -> None:
        if fields and not self._warned:
            self._warned = True
            self._warn(
                f"the rows say {', '.join(fields)}, which is not obeyed: model and parameters are scrimp's flags"
            )


def _name(value: Json) -> str | None:
    return None if value is None or value == "" else as_text(value)


def _kind(value: Json) -> str:
    if value is None:
        return "null"
    return "a list" if isinstance(value, list) else "true or false" if isinstance(value, bool) else "a number"
