"""From a row to a prompt: by template, by column, or as the conversation it holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from scrimp.errors import EmptyPromptError, InputError
from scrimp.read.columns import BUILT_IN, as_text, column_value
from scrimp.read.conversations import Conversation, ignored_parameters, parse_conversation, request_body
from scrimp.read.formats.decoding import location
from scrimp.read.formats.unreadable_row import UnreadableRow, unreadable
from scrimp.read.inputs.sources import Source
from scrimp.read.options import ReadOptions
from scrimp.read.prompt_column import infer_prompt
from scrimp.values import Attachment, Json, JsonObject, Prompt, TextSpan

_ToldText: TypeAlias = tuple[str, tuple[TextSpan, ...]]  # a text, and where data stands in it


class PromptBuilder:
    """Builds prompts from rows, by one set of options."""

    def __init__(self, options: ReadOptions, warn: Callable[[str], None]) -> None:
        self._warn, self._warned = warn, False
        self._system, self._prompt_field, self._id_field = options.system, options.prompt_field, options.id_field
        self._prefix = options.prefix
        self._prefixed = lru_cache(maxsize=16)(self._with_prefix)  # mostly of one text, which all rows share then
        self._render: Callable[[JsonObject, str], _ToldText] | None = None
        self._template = options.template
        self._attachments, self._attach_field = options.attachments, options.attach_field
        # The input whose rows are as the options say: one that is not is alone at fault, and they are not.
        self._understood: Source | None = None
        self._folders: dict[str, str] = {}  # folder of each input, which relative paths in its rows start from
        named = {options.prompt_field, options.id_field, options.attach_field} - {None}
        if options.template is not None:
            from scrimp.read.template import compile_template  # its pattern takes time to compile

            template = compile_template(options.template, same_for_all=options.attach_field is not None)
            self._render = template.fill
            named.update(template.columns)
        # Columns that the options name: those of the row's own, and those that every row has.
        self.columns = frozenset(str(name) for name in named if name not in BUILT_IN)
        self._built_in = frozenset(named.intersection(BUILT_IN))

    def build(self, value: Json | UnreadableRow, index: int, source: Source, number: int, format_name: str) -> Prompt:
        """Return the prompt of a row, which is the `number`th of its source and was read in that format.

        InputError if not the row but its input is not as the options say.
        """
        where = location(source.name, number)
        if isinstance(value, UnreadableRow):
            return self._unreadable(value, index, source, number, where)
        try:
            if isinstance(value, dict):
                tabular = format_name in ("csv", "tsv", "parquet")
                return self._from_row(value, index, source, number, where, tabular=tabular)
            if isinstance(value, str):
                return self._from_text(value, index, source, number, where)
        except RecursionError:
            deep = unreadable("a value is nested too deeply to be encoded as JSON: flatten it", "")
            return self._unreadable(deep, index, source, number, where)
        whole = isinstance(value, list) and format_name == "jsonl" and number == 1
        move = (
            "if that list has the rows, add --format json; otherwise fix or remove it" if whole else "fix or remove it"
        )
        reason = f"a row must be an object or a string, not {_type_name(value)}: {move}"
        return self._unreadable(unreadable(reason, as_text(value), whole=whole), index, source, number, where)

    def _unreadable(self, row: UnreadableRow, index: int, source: Source, number: int, where: str) -> Prompt:
        if row.whole:
            raise InputError(f"{where}: {row.reason}")
        return Prompt(
            index=index, text="", id=_default_id(source, number, where), source=where, file=source.name, number=number,
            row=dict.fromkeys(row.columns) if row.columns else None, tabular=bool(row.columns),
            defect=f"{where}: {row.reason}", unread=row.raw,
        )  # fmt: skip

    def _from_row(
        self, row: JsonObject, index: int, source: Source, number: int, where: str, *, tabular: bool
    ) -> Prompt:
        columns = self._with_built_in(row, source, number, where) if self._built_in else row
        named: str | None = None
        attached: tuple[Attachment, ...] = ()
        try:
            named = self._id(row, columns, where)
            conversation, defect = self._conversation(row, columns, where), ""
            _check_not_blank(conversation.text)
            attached = self._attached(columns, source, where)
        except EmptyPromptError as error:
            conversation, defect = Conversation(""), str(error)
        except InputError as error:
            if self._understood is not source:
                raise
            conversation, defect = Conversation(""), str(error).removeprefix(f"{where}: ")
        else:
            self._understood = source
        system = conversation.system if self._system is None else self._system
        return Prompt(
            index=index, text=conversation.text, told=conversation.told,
            id=named or _default_id(source, number, where),
            system=self._prefixed(system), history=conversation.history,
            after=conversation.after, row=row, source=where, template=self._template,
            file=source.name, number=number, tabular=tabular, defect=defect, attachments=attached,
        )  # fmt: skip

    def _from_text(self, value: str, index: int, source: Source, number: int, where: str) -> Prompt:
        """Return the prompt of plain text; its columns are those that every row has."""
        columns: JsonObject = {"text": value, "line": value, "file": source.name, "row": number or 1}
        id_value: Json = None
        attached: tuple[Attachment, ...] = ()
        defect = ""
        try:
            id_value = None if self._id_field is None else column_value(columns, self._id_field, where)
            text, told = self._text_of_line(columns, where)
            _check_not_blank(value if text is None else text)
            attached = self._attached(columns, source, where)
        except EmptyPromptError as error:
            text, told, defect = "", (), str(error)
        except InputError as error:
            if self._understood is not source:
                raise
            text, told, defect = "", (), str(error).removeprefix(f"{where}: ")
        else:
            self._understood = source
        return Prompt(
            index=index, text=value if text is None else text, told=told,
            id=_id_text(id_value) or _default_id(source, number, where), source=where,
            system=self._prefixed(self._system),
            template=self._template, file=source.name, number=number, line=None if text is None else value,
            attachments=attached, defect=defect,
        )  # fmt: skip

    def _text_of_line(self, columns: JsonObject, where: str) -> _ToldText | tuple[None, tuple[()]]:
        found = self._selected_text(columns, where)
        if found[0] is None and self._attach_field in ("text", "line"):
            raise InputError(f"{where}: the row only names what to attach: write the prompt with --template")
        return found

    def _with_prefix(self, system: str | None) -> str | None:
        """Return a system text after what all of them begin with."""
        return "\n\n".join(text for text in (self._prefix, system) if text) or None

    def _attached(self, columns: JsonObject, source: Source, where: str) -> tuple[Attachment, ...]:
        """Return the attachments of every prompt, then those of the row."""
        if self._attach_field is None:
            return self._attachments
        from scrimp.read.attachments import row_attachments  # few prompts have attachments

        value = column_value(columns, self._attach_field, where)
        return self._attachments + row_attachments(value, self._attach_field, where, self._folder(source))

    def _folder(self, source: Source) -> str:
        """Return the folder of an input; that of a pipe is where the command runs."""
        if source.name not in self._folders:
            path = source.path
            self._folders[source.name] = "" if path is None or not path.is_file() else str(path.parent)
        return self._folders[source.name]

    def _with_built_in(self, row: JsonObject, source: Source, number: int, where: str) -> JsonObject:
        """Return the columns of a row with those that every row has; its own come first."""
        columns = {**row, "file": source.name, "row": number, **row}
        if "line" in self._built_in:
            columns.setdefault("line", as_text(row))
        if "text" in self._built_in and "text" not in row:
            try:
                columns["text"] = self._own_conversation(row, where).text
            except EmptyPromptError:
                columns["text"] = None
            except InputError:  # there is none: the error is that of a missing column
                pass
        return columns

    def _conversation(self, row: JsonObject, columns: JsonObject, where: str) -> Conversation:
        text, told = self._selected_text(columns, where)
        if text is None:
            return self._own_conversation(row, where)
        system = row.get("system")
        told = () if "text" in self._built_in and "text" not in row else told  # that is the row's own prompt
        return Conversation(text, system=system if isinstance(system, str) else None, told=told)

    def _own_conversation(self, row: JsonObject, where: str) -> Conversation:
        """Return the prompt of a row without --template and --prompt-field."""
        body = request_body(row)
        if body is not None:
            self._warn_once(ignored_parameters(row, body))
            return parse_conversation(body, where)
        system = row.get("system")
        text = infer_prompt(row, (self._id_field, self._attach_field), where)
        return Conversation(text, system=system if isinstance(system, str) else None)

    def _selected_text(self, columns: JsonObject, where: str) -> _ToldText | tuple[None, tuple[()]]:
        """Return the text that --template or --prompt-field selects from a row, with its data; None without either."""
        if self._render is not None:
            return self._render(columns, where)
        if self._prompt_field is None:
            return None, ()
        value = column_value(columns, self._prompt_field, where)
        if value is None:
            raise EmptyPromptError(f"'{self._prompt_field}' is null: give the row a prompt, or remove it")
        return as_text(value), ()

    def _id(self, row: JsonObject, columns: JsonObject, where: str) -> str | None:
        if self._id_field is not None:
            return _id_text(column_value(columns, self._id_field, where))
        custom_id = row.get("custom_id")
        return _id_text(row.get("id") if custom_id is None else custom_id)

    def _warn_once(self, fields: list[str]) -> None:
        if fields and not self._warned:
            self._warned = True
            self._warn(
                f"{', '.join(fields)} in the rows are ignored: set the model and its parameters with scrimp's flags"
            )


def _default_id(source: Source, number: int, where: str) -> str | None:
    """Return the id of a row that has none: its file, where that is the row or one of several files."""
    return where if not source.is_stdin and (source.one_of_many or not number) else None


def _check_not_blank(text: str) -> None:
    """Raise EmptyPromptError if there is nothing to answer: a model would be paid to guess."""
    if "<scrimp:keep>" in text:
        from scrimp.compress.keep_tags import without_keep_tags  # few prompts have them

        text = without_keep_tags(text)
    if not text or text.isspace():
        raise EmptyPromptError("the prompt is empty: give the row a text, or remove it")


def _id_text(value: Json) -> str | None:
    return None if value is None or value == "" else as_text(value)


def _type_name(value: Json) -> str:
    if value is None:
        return "null"
    return "a list" if isinstance(value, list) else "true or false" if isinstance(value, bool) else "a number"
